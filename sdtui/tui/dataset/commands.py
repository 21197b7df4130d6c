"""How one moves and looks on the Dataset screen, and sets repeats; ``act_commands`` has what is done to images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.dataset.screen import DatasetScreen


def in_lists(screen: DatasetScreen) -> bool:
    """Nothing is being typed."""
    return not screen.captions.editing and not screen.filter.typing


def _undoable(screen: DatasetScreen) -> bool:
    return in_lists(screen) and screen.shell.project is not None


def with_image(screen: DatasetScreen) -> bool:
    """There is an image under the cursor."""
    return in_lists(screen) and screen.sample is not None


def with_subset(screen: DatasetScreen) -> bool:
    """There is a subset under the cursor, and all of it was read."""
    return in_lists(screen) and screen.subset is not None and screen.shell.scanning is None


def on_subsets(screen: DatasetScreen) -> bool:
    """The subsets have the focus."""
    return with_subset(screen) and screen.subsets.has_focus


def on_images(screen: DatasetScreen) -> bool:
    """The images have it."""
    return with_image(screen) and not screen.subsets.has_focus


def _leavable(screen: DatasetScreen) -> bool:
    return in_lists(screen) and bool(screen.filter.text)


def _with_ignored(screen: DatasetScreen) -> bool:
    return in_lists(screen) and screen.shell.project is not None and bool(screen.shell.project.ignored)


def _scanned(screen: DatasetScreen) -> bool:
    return in_lists(screen) and screen.project is not None and screen.shell.scanning is None


def _slow(screen: DatasetScreen) -> bool:
    return with_image(screen) and screen.shell.slow


OFFERED = offered(
    Command(
        "dataset.edit",
        "Edit the caption",
        "Opens the caption of the image under the cursor.",
        ("enter", "e"),
        "edit",
        "edit",
        when=on_images,
        rank=10,
    ),
    Command(
        "dataset.into",
        "Look at its images",
        "Goes from the subsets to the images.",
        ("enter", "right", "l"),
        "images",
        "images",
        when=on_subsets,
        rank=10,
    ),
    Command(
        "dataset.back",
        "Back to the subsets",
        "Goes from the images to the subsets.",
        ("left", "h"),
        "subsets",
        when=on_images,
    ),
    Command(
        "dataset.more",
        "One repeat more",
        "Repeats the subset once more an epoch.",
        ("plus",),
        "repeat(1)",
        "repeats",
        when=with_subset,
        rank=20,
        shown="+ - =",
    ),
    Command(
        "dataset.fewer",
        "One repeat fewer",
        "Repeats the subset once less an epoch.",
        ("minus",),
        "repeat(-1)",
        when=with_subset,
    ),
    Command(
        "dataset.repeats",
        "Set the repeats",
        "Asks how often the subset repeats an epoch.",
        ("equals_sign",),
        "ask_repeats",
        when=with_subset,
    ),
    Command(
        "dataset.filter",
        "Filter the images",
        "Shows only images that a filter means: words, tag:solo, is:missing, tokens>75.",
        ("slash",),
        "filter",
        "filter",
        when=in_lists,
        rank=30,
    ),
    Command(
        "dataset.unfilter",
        "Show all images",
        "Takes the filter away.",
        ("escape",),
        "unfilter",
        "all",
        when=_leavable,
        rank=31,
    ),
    Command(
        "dataset.next",
        "Next match",
        "Goes to the next image that the filter means, in whichever subset it is.",
        ("n",),
        "next(1)",
        "next",
        when=_leavable,
        rank=32,
    ),
    Command(
        "dataset.previous",
        "Match before",
        "Goes to the image before that the filter means, in whichever subset it is.",
        ("N",),
        "next(-1)",
        when=_leavable,
    ),
    Command(
        "dataset.saved_filters",
        "Saved filters",
        "Lists the filters that were saved under a name, and the earlier ones.",
        (),
        "saved_filters",
        when=in_lists,
    ),
    Command(
        "dataset.find",
        "Jump to an image",
        "Finds any subset or image by a few letters of its name.",
        ("f", "ctrl+p"),
        "find",
        "find",
        when=in_lists,
        rank=48,
    ),
    Command(
        "dataset.limit",
        "Change the limit",
        "Counts against 75, 150 or 225 tokens.",
        ("t",),
        "limit",
        "75·150·225",
        when=in_lists,
        rank=40,
    ),
    Command(
        "dataset.grid",
        "Thumbnails or list",
        "Shows the images as thumbnails, or as a list again.",
        ("g",),
        "grid",
        "grid",
        when=in_lists,
        rank=39,
    ),
    Command(
        "dataset.buckets",
        "Show the buckets",
        "Shows which bucket each image goes to, and draws over its picture what is cut off.",
        ("B",),
        "buckets",
        when=_scanned,
    ),
    Command(
        "dataset.undo",
        "Undo",
        "Takes back what was done last, a change of files or a marking, also of an earlier day.",
        ("u",),
        "undo",
        "undo",
        when=_undoable,
        rank=60,
    ),
    Command(
        "dataset.redo",
        "Redo",
        "Does again what was undone last.",
        ("U",),
        "redo",
        when=_undoable,
    ),
    Command(
        "dataset.ignored",
        "What the trainer does not read",
        "Lists files and folders that the trainer passes over, each with the reason.",
        ("i",),
        "ignored",
        when=_with_ignored,
    ),
    Command(
        "dataset.view",
        "Show the picture",
        "Makes the preview, which --slow leaves out.",
        ("v",),
        "view",
        "view",
        when=_slow,
        rank=15,
    ),
)
