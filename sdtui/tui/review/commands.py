"""What can be done in Review, and when. Letters only: it must go fast over SSH, without mouse or modifier keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.review.screen import ReviewScreen


def _looking(screen: ReviewScreen) -> bool:
    return not screen.captions.editing and not screen.filter.typing


def _with_image(screen: ReviewScreen) -> bool:
    return _looking(screen) and screen.sample is not None


def _whole(screen: ReviewScreen) -> bool:
    return _with_image(screen) and screen.shell.scanning is None


def _filtered(screen: ReviewScreen) -> bool:
    return _looking(screen) and bool(screen.filter.text)


def _slow(screen: ReviewScreen) -> bool:
    return _with_image(screen) and screen.shell.slow


OFFERED = offered(
    Command(
        "review.next", "Next image", "To the next image.", ("j", "down", "l", "right"), "step(1)", when=_with_image
    ),
    Command(
        "review.before", "Image before", "To the image before.", ("k", "up", "h", "left"), "step(-1)", when=_with_image
    ),
    Command(
        "review.further", "Ten images on", "Ten images further.", ("pagedown", "ctrl+d"), "step(10)", when=_with_image
    ),
    Command("review.back", "Ten images back", "Ten images back.", ("pageup", "ctrl+u"), "step(-10)", when=_with_image),
    Command("review.first", "First image", "To the first image.", ("home",), "first", when=_with_image),
    Command("review.last", "Last image", "To the last image.", ("end", "G"), "last", when=_with_image),
    Command(
        "review.edit",
        "Edit the caption",
        "Opens the caption of the image; esc saves and leaves it.",
        ("enter", "e"),
        "edit",
        "edit",
        when=_with_image,
        rank=10,
    ),
    Command(
        "review.reviewed",
        "Reviewed, and next",
        "Marks the image as reviewed and goes to the next one.",
        ("a",),
        "reviewed",
        "reviewed",
        when=_whole,
        rank=20,
    ),
    Command(
        "review.flag",
        "Flag, or not",
        "Flags the image to come back to it, or takes the flag away.",
        ("f",),
        "flag",
        "flag",
        when=_whole,
        rank=30,
    ),
    Command(
        "review.star",
        "Star, or not",
        "Stars an image that is worth showing, or takes the star away.",
        ("s",),
        "star",
        when=_whole,
    ),
    Command(
        "review.unreview",
        "Not reviewed",
        "Takes the mark away that says the image was reviewed.",
        ("R",),
        "unreview",
        when=_whole,
    ),
    Command(
        "review.care",
        "Next that needs care",
        "To the next image that is broken, flagged, over the limit, without a caption or with another's.",
        ("n",),
        "wish('care')",
        "needs care",
        when=_with_image,
        rank=40,
    ),
    Command(
        "review.missing",
        "First without caption",
        "To the first image that nobody has written a caption for; pressed there, to the next one.",
        ("m",),
        "wish('missing')",
        when=_with_image,
    ),
    Command(
        "review.over",
        "Next over the limit",
        "To the next image whose text has more tokens than the limit.",
        ("o",),
        "wish('over')",
        when=_with_image,
    ),
    Command(
        "review.unreviewed",
        "Next unreviewed",
        "To the next image that is not marked as reviewed.",
        ("r",),
        "wish('unreviewed')",
        when=_with_image,
    ),
    Command(
        "review.filter",
        "Filter the images",
        "Goes only through images that a filter lets through, such as is:over or tag:solo.",
        ("slash",),
        "filter",
        "filter",
        when=_looking,
        rank=60,
    ),
    Command(
        "review.unfilter",
        "Show all images",
        "Takes the filter away.",
        ("escape",),
        "unfilter",
        "all",
        when=_filtered,
        rank=61,
    ),
    Command(
        "review.undo",
        "Undo",
        "Takes back the last marking or change to files, also of an earlier day.",
        ("u",),
        "undo",
        "undo",
        when=_looking,
        rank=50,
    ),
    Command("review.redo", "Redo", "Does again what was taken back last.", ("U",), "redo", when=_looking),
    Command(
        "review.jump",
        "Jump to an image",
        "Finds any image by a few letters of its name.",
        ("g", "ctrl+p"),
        "jump",
        when=_looking,
    ),
    Command(
        "review.paste",
        "Paste the caption before",
        "Gives the image the caption of the one before it.",
        ("p",),
        "paste",
        when=_with_image,
    ),
    Command(
        "review.trash",
        "Throw the image away",
        "Takes the image with its caption, mask and caches to the trash, after a look at the plan.",
        ("x",),
        "trash",
        when=_whole,
    ),
    Command(
        "review.bulk",
        "Edit captions in bulk",
        "Does one thing to the captions of all filtered images, of a subset, or of the project.",
        ("b",),
        "bulk_edit",
        when=_whole,
    ),
    Command(
        "review.tags",
        "Tags",
        "Counts the tags, renames, merges and deletes them, and filters by one.",
        ("T",),
        "tags",
        when=_whole,
    ),
    Command(
        "review.limit",
        "Change the limit",
        "Counts against 75, 150 or 225 tokens.",
        ("t",),
        "limit",
        when=_looking,
    ),
    Command(
        "review.cached",
        "Text encoder outputs cached",
        "Shows what is trained when the run caches text encoder outputs, or when it does not.",
        ("c",),
        "cached",
        when=_with_image,
    ),
    Command(
        "review.swap",
        "More of the trained text",
        "Gives most of the room to what the trainer reads, or back to the caption.",
        ("w",),
        "swap",
        when=_with_image,
    ),
    Command(
        "review.view",
        "Show the picture",
        "Makes the preview, which --slow leaves out.",
        ("v",),
        "view",
        "view",
        when=_slow,
        rank=15,
    ),
)
