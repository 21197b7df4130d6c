"""Every bulk operation as a person finds it: a title, a sentence, and the fields that make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from sdtui.base.errors import UsageError
from sdtui.edits import operations
from sdtui.edits.operations import Operation


class Kind(Enum):
    """How a field is filled."""

    TEXT = "text"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an operation must be told."""

    name: str
    label: str
    hint: str = ""
    """Stands in the empty field."""
    kind: Kind = Kind.TEXT
    value: str = ""
    """What it holds at first; ``yes`` or empty for YES_NO."""


Values = Mapping[str, str]
"""What the fields hold, by name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation. ``make`` raises UsageError where the values mean nothing."""

    title: str
    sentence: str
    make: Callable[[Values], Operation]
    fields: tuple[Field, ...] = ()
    by_line: bool = True
    """Whether it can be told to work on lines too that the trainer does not read."""
    audited: bool = False
    """True for the trigger word, about which the form says what CLIP and the dataset make of it."""


_CASE = Field("ignore_case", "any case", kind=Kind.YES_NO)
_OVERWRITE = Field("overwrite", "overwrite", kind=Kind.YES_NO)


def _seed(values: Values) -> Operation:
    text = values["seed"].strip()
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise UsageError("A seed is a whole number")
    return operations.Shuffle(int(text))


def _merged(values: Values) -> Operation:
    tags = tuple(tag.strip() for tag in values["tags"].split(",") if tag.strip())
    return operations.MergeTags(tags, values["into"])


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "Find and replace text",
        "A text becomes another wherever it stands.",
        lambda values: operations.Replace(values["old"], values["new"], bool(values["ignore_case"])),
        (Field("old", "find"), Field("new", "put instead", "nothing: it is taken away"), _CASE),
    ),
    Entry(
        "Find and replace by a pattern (regex)",
        r"What a regular expression finds becomes another text; \1 or \g<name> are its groups.",
        lambda values: operations.Regex(values["pattern"], values["new"], bool(values["ignore_case"])),
        (
            Field("pattern", "pattern", r"(\w+) hair"),
            Field("new", "put instead", "nothing: it is taken away"),
            _CASE,
        ),
    ),
    Entry(
        "Prepend text",
        "At the front, as a tag of its own; one that ends in a space goes right before what is there.",
        lambda values: operations.Prepend(values["text"]),
        (Field("text", "text"),),
    ),
    Entry(
        "Append text",
        "At the end, as a tag of its own; one that begins with a space goes right behind what is there.",
        lambda values: operations.Append(values["text"]),
        (Field("text", "text"),),
    ),
    Entry(
        "Trigger word at the front",
        "Never twice: where it stands as a tag elsewhere it moves to the front.",
        lambda values: operations.Trigger(values["word"]),
        (Field("word", "trigger word", "zhuoyue"),),
        audited=True,
    ),
    Entry(
        "Remove a tag",
        "The tag goes, with one separator.",
        lambda values: operations.RemoveTag(values["tag"]),
        (Field("tag", "tag"),),
    ),
    Entry(
        "Rename a tag",
        "The tag becomes another; where that stands already they become one.",
        lambda values: operations.RenameTag(values["old"], values["new"]),
        (Field("old", "tag"), Field("new", "new name")),
    ),
    Entry(
        "Merge tags",
        "Each of several tags becomes one and the same, which stands once in the end.",
        _merged,
        (Field("tags", "tags", "grey hair, gray hair"), Field("into", "into", "grey hair")),
    ),
    Entry("Deduplicate tags", "Of equal tags the first stays.", lambda _: operations.Dedupe()),
    Entry(
        "Sort tags",
        "By the alphabet; tags that keep_tokens holds at the front stay there.",
        lambda _: operations.Sort(),
    ),
    Entry(
        "Shuffle tags with a seed",
        "In an order that the seed decides: the same seed gives the same order again.",
        _seed,
        (Field("seed", "seed", value="42"),),
    ),
    Entry(
        "Spaces for underscores",
        "long_hair becomes long hair; faces such as ^_^ stay.",
        lambda _: operations.Spaces(),
    ),
    Entry("Underscores for spaces", "long hair becomes long_hair.", lambda _: operations.Underscores()),
    Entry(
        "Trim",
        "White space and empty tags that mean nothing go, and blank lines at both ends.",
        lambda _: operations.Trim(),
    ),
    Entry(
        "Join lines",
        "One line from many, since the trainer reads only the first.",
        lambda _: operations.JoinLines(),
        by_line=False,
    ),
    Entry(
        "Split into lines",
        "A line for each tag, for enable_wildcard: the trainer takes one of them at a time.",
        lambda _: operations.SplitLines(),
    ),
    Entry(
        "Change the separator",
        "Tags that are parted by one text are parted by another.",
        lambda values: operations.Separator(values["old"], values["new"]),
        (Field("old", "parted by", value=","), Field("new", "from now on", value="|")),
    ),
    Entry(
        "Strip emphasis",
        "(red:1.3) and [red] become red; brackets in names such as miku (vocaloid) stay.",
        lambda _: operations.StripEmphasis(),
    ),
    Entry(
        "Set the whole caption",
        "Every caption becomes the same text; what stood there goes, until undo.",
        lambda values: operations.SetText(values["text"]),
        (Field("text", "text"),),
        by_line=False,
    ),
    Entry(
        "Create missing caption files",
        "A file of one line end for each image without one: the trainer stops at a file of 0 bytes.",
        lambda _: operations.CreateMissing(),
        by_line=False,
    ),
    Entry(
        "Copy captions to another extension",
        "Each caption as it is, byte for byte, in a second file beside it.",
        lambda values: operations.CopyTo(values["extension"], bool(values["overwrite"])),
        (Field("extension", "extension", ".caption"), _OVERWRITE),
        by_line=False,
    ),
    Entry(
        "Copy captions from another extension",
        "Each caption becomes what stands in the file of that extension beside it.",
        lambda values: operations.CopyFrom(values["extension"], bool(values["overwrite"])),
        (Field("extension", "extension", ".caption"), _OVERWRITE),
        by_line=False,
    ),
)
