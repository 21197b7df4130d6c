"""Every bulk operation on captions, as a value: a text from a text. ``edits.bulk`` makes Plans of them."""

from __future__ import annotations

from sdtui.edits.operations.base import Operation
from sdtui.edits.operations.emphasis import StripEmphasis
from sdtui.edits.operations.files import CopyFrom, CopyTo, CreateMissing
from sdtui.edits.operations.patterns import PatternError, Regex
from sdtui.edits.operations.setting import Setting
from sdtui.edits.operations.tag_edits import Dedupe, MergeTags, RemoveTag, RenameTag, Separator, Shuffle, Sort
from sdtui.edits.operations.texts import Append, JoinLines, Prepend, Replace, SetText, SplitLines, Trim
from sdtui.edits.operations.trigger import Trigger
from sdtui.edits.operations.underscores import Spaces, Underscores

__all__ = [
    "Append",
    "CopyFrom",
    "CopyTo",
    "CreateMissing",
    "Dedupe",
    "JoinLines",
    "MergeTags",
    "Operation",
    "PatternError",
    "Prepend",
    "Regex",
    "RemoveTag",
    "RenameTag",
    "Replace",
    "Separator",
    "SetText",
    "Setting",
    "Shuffle",
    "Sort",
    "Spaces",
    "SplitLines",
    "StripEmphasis",
    "Trigger",
    "Trim",
    "Underscores",
]
