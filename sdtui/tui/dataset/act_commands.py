"""What can be done on the Dataset screen to images, captions and subsets, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered
from sdtui.tui.dataset.commands import in_lists, on_images, on_subsets

if TYPE_CHECKING:
    from sdtui.tui.dataset.screen import DatasetScreen


def _selected(screen: DatasetScreen) -> bool:
    return in_lists(screen) and bool(screen.selection) and not screen.filter.text


def _whole_on_images(screen: DatasetScreen) -> bool:
    return on_images(screen) and screen.shell.scanning is None


def _read(screen: DatasetScreen) -> bool:
    return in_lists(screen) and screen.project is not None and screen.shell.scanning is None


OFFERED = offered(
    Command(
        "dataset.select",
        "Select, and next",
        "Selects the image under the cursor, or no longer, and moves on.",
        ("space",),
        "select",
        "select",
        when=on_images,
        rank=36,
        still=True,
    ),
    Command(
        "dataset.select_all",
        "Select all shown",
        "Selects all images that are listed; pressed again, none of them.",
        ("asterisk",),
        "select_all",
        when=on_images,
    ),
    Command(
        "dataset.invert",
        "Invert the selection",
        "Selects of the images that are listed those that were not selected.",
        ("V",),
        "invert",
        when=on_images,
    ),
    Command(
        "dataset.unselect",
        "Select nothing",
        "Gives the selection up. Nothing else does, no move and no change outside.",
        ("escape",),
        "unselect",
        "unselect",
        when=_selected,
        rank=37,
    ),
    Command(
        "dataset.select_again",
        "Select again",
        "Selects what was selected before the selection was given up.",
        ("A",),
        "select_again",
        when=in_lists,
    ),
    Command(
        "dataset.bulk",
        "Edit many captions",
        "Asks for an operation on the captions that are selected, filtered, of this subset or of all.",
        ("b",),
        "bulk",
        "bulk edit",
        when=_read,
        rank=38,
    ),
    Command(
        "dataset.tags",
        "Tags",
        "How often each tag stands where; rename, merge and delete them.",
        ("T",),
        "tags",
        when=_read,
    ),
    Command(
        "dataset.paste",
        "Paste the caption before",
        "Gives the image the caption of the image before it.",
        ("p",),
        "paste_previous",
        when=_whole_on_images,
    ),
    Command(
        "dataset.reviewed",
        "Reviewed",
        "Marks the selected images, or this one, as reviewed, or takes the mark away.",
        ("a",),
        "mark('reviewed')",
        when=_whole_on_images,
    ),
    Command(
        "dataset.flag",
        "Flag",
        "Flags the selected images, or this one, or takes the flag away.",
        ("F",),
        "mark('flagged')",
        when=_whole_on_images,
    ),
    Command(
        "dataset.star",
        "Star",
        "Stars the selected images, or this one, or takes the star away.",
        ("s",),
        "mark('starred')",
        when=_whole_on_images,
    ),
    Command(
        "dataset.move",
        "Move to another subset",
        "Moves the selected images, or this one, with caption, mask and caches.",
        ("m",),
        "relocate(False)",
        when=_whole_on_images,
    ),
    Command(
        "dataset.copy",
        "Copy to another subset",
        "Copies the selected images, or this one, with caption, mask and caches.",
        ("c",),
        "relocate(True)",
        when=_whole_on_images,
    ),
    Command(
        "dataset.trash",
        "To the trash",
        "Throws the selected images, or this one, away with all that belongs to them; undo brings them back.",
        ("x", "delete"),
        "trash",
        when=_whole_on_images,
    ),
    Command(
        "dataset.config",
        "Edit the dataset config",
        "Every key of the config with its meaning; where the project has none, one is made.",
        ("C",),
        "config",
        when=_read,
    ),
    Command(
        "dataset.make_subset",
        "Make a subset",
        "Makes an empty subset.",
        ("M",),
        "make_subset",
        when=_read,
    ),
    Command(
        "dataset.rename_subset",
        "Rename the subset",
        "Gives the folder of the subset another name.",
        ("r",),
        "rename_subset",
        when=on_subsets,
    ),
    Command(
        "dataset.regularization",
        "Regularization or not",
        "Makes the subset one of regularization images, or of subject images again.",
        ("R",),
        "mark_regularization",
        when=on_subsets,
    ),
)
