"""What can be done with tags, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.tui.commands import Command, offered

if TYPE_CHECKING:
    from sdtui.tui.tags.screen import TagsScreen


def _quiet(screen: TagsScreen) -> bool:
    return not screen.typing and not screen.busy


def _with_tag(screen: TagsScreen) -> bool:
    return _quiet(screen) and screen.tag is not None


def _of_one(screen: TagsScreen) -> bool:
    return _with_tag(screen) and not screen.chosen


def _with_subsets(screen: TagsScreen) -> bool:
    return _quiet(screen) and len(screen.subset_names) > 1


OFFERED = offered(
    Command(
        "tags.images",
        "Show its images",
        "Filters the images by the tag under the cursor.",
        ("enter",),
        "images",
        "images",
        when=_with_tag,
        rank=10,
    ),
    Command("tags.leave", "Back", "Back to where you were.", ("escape",), "leave", "back", rank=11),
    Command(
        "tags.rename",
        "Rename the tag",
        "Gives the tag another name in every caption; where that stands already they become one.",
        ("r",),
        "rename",
        "rename",
        when=_of_one,
        rank=20,
    ),
    Command(
        "tags.merge",
        "Merge into another",
        "Makes one tag of the marked ones, or of the one under the cursor, in every caption.",
        ("m",),
        "merge",
        "merge",
        when=_with_tag,
        rank=21,
    ),
    Command(
        "tags.remove",
        "Delete everywhere",
        "Takes the tag out of every caption.",
        ("x", "delete"),
        "remove",
        "delete",
        when=_of_one,
        rank=22,
    ),
    Command(
        "tags.mark",
        "Mark for merging",
        "Marks the tag, to be merged with others, or takes the mark away.",
        ("space",),
        "mark",
        "mark",
        when=_with_tag,
        rank=30,
        still=True,
    ),
    Command(
        "tags.find",
        "Find a tag",
        "Lists only tags that hold some letters.",
        ("slash",),
        "find",
        "find",
        when=_quiet,
        rank=35,
    ),
    Command(
        "tags.order",
        "Sort",
        "By count, by name, by count under the filter, by count in the first subset that is shown.",
        ("o",),
        "order",
        "sort",
        when=_quiet,
        rank=40,
        still=True,
    ),
    Command(
        "tags.next_subset",
        "Next subset",
        "Shows the columns of the next subsets.",
        ("right", "l"),
        "subset(1)",
        when=_with_subsets,
        still=True,
    ),
    Command(
        "tags.subset_before",
        "Subset before",
        "Shows the columns of the subsets before.",
        ("left", "h"),
        "subset(-1)",
        when=_with_subsets,
        still=True,
    ),
)
