"""An operation on the two texts of a metadata entry, which the trainer reads as one: the caption, then the tags."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sdtui.edits.operations import (
    Append,
    Dedupe,
    JoinLines,
    Operation,
    Prepend,
    SetText,
    Setting,
    Shuffle,
    Sort,
    SplitLines,
    Trigger,
    Underscores,
)
from sdtui.edits.operations.tags import TagLine
from sdtui.edits.operations.trigger import stands_in
from sdtui.trainer.metadata import caption_of

_ON_TAGS = (Sort, Shuffle, Dedupe, Underscores)
"""They make a list of what may be a sentence: where there are tags, the caption is left alone."""
_ON_CAPTION = (SetText, SplitLines)


@dataclass(frozen=True, slots=True)
class Fields:
    """``caption`` and ``tags`` of an entry; empty where it has none."""

    caption: str
    tags: str

    def read(self, setting: Setting) -> str:
        """Both as the trainer joins them."""
        entry = {"caption": self.caption, "tags": self.tags or None}
        return caption_of(entry, setting.separator, setting.rules.wildcard).text or ""

    def changes_from(self, before: Fields) -> dict[str, str]:
        """The fields that differ from ``before``, by their names in the file."""
        pairs = (("caption", before.caption, self.caption), ("tags", before.tags, self.tags))
        return {name: new for name, old, new in pairs if old != new}


def changed_fields(operation: Operation, fields: Fields, setting: Setting) -> Fields:
    """``fields`` with ``operation`` made to them: at the front of both, at their end, on the tags, or on each."""
    caption, tags = fields.caption, fields.tags
    if not tags or isinstance(operation, _ON_CAPTION):
        return replace(fields, caption=operation.apply(caption, setting))
    if _tags_are_unread(caption, setting) and not isinstance(operation, JoinLines):
        return fields if isinstance(operation, _ON_TAGS) else replace(fields, caption=operation.apply(caption, setting))
    if isinstance(operation, Trigger):
        return _with_trigger(operation, fields, setting)
    if isinstance(operation, Prepend) and caption.strip():
        return replace(fields, caption=operation.apply(caption, setting))
    if isinstance(operation, (Prepend, Append)):
        return replace(fields, tags=operation.apply(tags, setting))
    if isinstance(operation, Dedupe) and "\n" not in caption:
        return replace(fields, tags=operation.behind(caption, tags, setting))
    if not caption.strip() or isinstance(operation, _ON_TAGS):
        return replace(fields, tags=operation.apply(tags, _behind(caption, setting)))
    return Fields(operation.apply(caption, setting), operation.apply(tags, _behind(caption, setting)))


def objection(operation: Operation, fields: Fields, setting: Setting) -> str | None:
    """Why the entry is better left alone."""
    if isinstance(operation, Trigger) and fields.tags and _in_tags(operation, fields, setting):
        return operation.stands_already
    return operation.objection(fields.caption, setting) or operation.objection(fields.tags, setting)


def _tags_are_unread(caption: str, setting: Setting) -> bool:
    """Whether the trainer stops before the tags: without ``enable_wildcard`` it reads the first line of both joined."""
    return "\n" in caption and not setting.rules.wildcard and not setting.all_lines


def _with_trigger(trigger: Trigger, fields: Fields, setting: Setting) -> Fields:
    """The trigger in front of both, and gone from the tags; unchanged where it stands in a sentence."""
    if not fields.caption.strip():
        return replace(fields, tags=trigger.apply(fields.tags, setting))
    if _in_tags(trigger, fields, setting) or trigger.objection(fields.caption, setting) is not None:
        return fields
    return Fields(trigger.apply(fields.caption, setting), trigger.without_tag(fields.tags, setting))


def _in_tags(trigger: Trigger, fields: Fields, setting: Setting) -> bool:
    """Whether the word would stand in the tags still, within a longer one, when it stands in the caption."""
    has_caption = bool(fields.caption.strip())
    return has_caption and stands_in(trigger.word, trigger.without_tag(fields.tags, setting))


def _behind(caption: str, setting: Setting) -> Setting:
    """The setting of tags that stand behind ``caption``, whose own tags count as the first."""
    if not caption.strip():
        return setting
    before = len(TagLine.of(caption.partition("\n")[0], setting).pieces)
    rules = replace(setting.rules, keep_tokens=max(0, setting.rules.keep_tokens - before))
    return replace(setting, rules=rules)
