"""What can be done on the Dataset screen, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.dataset.screen import DatasetScreen


def _in_lists(screen: DatasetScreen) -> bool:
    return not screen.captions.editing and not screen.filtering


def _with_image(screen: DatasetScreen) -> bool:
    return _in_lists(screen) and screen.sample is not None


def _with_subset(screen: DatasetScreen) -> bool:
    return _in_lists(screen) and screen.subset is not None and screen.shell.scanning is None


def _on_subsets(screen: DatasetScreen) -> bool:
    return _with_subset(screen) and screen.subsets.has_focus


def _on_images(screen: DatasetScreen) -> bool:
    return _with_image(screen) and not screen.subsets.has_focus


def _leavable(screen: DatasetScreen) -> bool:
    return screen.filtering or (bool(screen.query_text) and _in_lists(screen))


def _with_ignored(screen: DatasetScreen) -> bool:
    return _in_lists(screen) and screen.shell.project is not None and bool(screen.shell.project.ignored)


def _slow(screen: DatasetScreen) -> bool:
    return _with_image(screen) and screen.shell.slow


OFFERED = offered(
    Command(
        "dataset.edit",
        "Edit the caption",
        "Opens the caption of the image under the cursor.",
        ("enter", "e"),
        "edit",
        "edit",
        when=_on_images,
        rank=10,
    ),
    Command(
        "dataset.into",
        "Look at its images",
        "Goes from the subsets to the images.",
        ("enter", "right", "l"),
        "images",
        "images",
        when=_on_subsets,
        rank=10,
    ),
    Command(
        "dataset.back",
        "Back to the subsets",
        "Goes from the images to the subsets.",
        ("left", "h"),
        "subsets",
        when=_on_images,
    ),
    Command(
        "dataset.more",
        "One repeat more",
        "Repeats the subset once more an epoch.",
        ("plus",),
        "repeat(1)",
        "repeats",
        when=_with_subset,
        rank=20,
        shown="+ - =",
    ),
    Command(
        "dataset.fewer",
        "One repeat fewer",
        "Repeats the subset once less an epoch.",
        ("minus",),
        "repeat(-1)",
        when=_with_subset,
    ),
    Command(
        "dataset.repeats",
        "Set the repeats",
        "Asks how often the subset repeats an epoch.",
        ("equals_sign",),
        "ask_repeats",
        when=_with_subset,
    ),
    Command(
        "dataset.filter",
        "Filter the images",
        "Shows only images whose name or caption holds some letters.",
        ("slash",),
        "filter",
        "filter",
        when=_in_lists,
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
        "dataset.find",
        "Jump to an image",
        "Finds any subset or image by a few letters of its name.",
        ("f", "ctrl+p"),
        "find",
        "find",
        when=_in_lists,
        rank=35,
    ),
    Command(
        "dataset.limit",
        "Change the limit",
        "Counts against 75, 150 or 225 tokens.",
        ("t",),
        "limit",
        "75·150·225",
        when=_in_lists,
        rank=40,
    ),
    Command(
        "dataset.grid",
        "Thumbnails or list",
        "Shows the images as thumbnails, or as a list again.",
        ("g",),
        "grid",
        "grid",
        when=_in_lists,
        rank=45,
    ),
    Command(
        "dataset.undo",
        "Undo",
        "Takes back the last change to files, also one of an earlier day.",
        ("u",),
        "undo",
        "undo",
        when=_in_lists,
        rank=60,
    ),
    Command(
        "dataset.redo",
        "Redo",
        "Makes the change again that was undone last.",
        ("U",),
        "redo",
        when=_in_lists,
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
