"""The prefix of a quality tier at the front of a caption, exactly once, in the place of an earlier one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdtui.edits.operations.base import Operation, quoted
from sdtui.edits.operations.setting import Setting, ends, on_read_lines, read_lines
from sdtui.edits.operations.tags import joint


@dataclass(frozen=True, slots=True)
class TierPrefix(Operation):
    """Each subset's prefix at the front of its captions, or right behind the trigger word where that is the first tag.

    What was put there for an earlier tier goes; nothing else does, so that taking all prefixes away gives the captions
    back as they were. Where a caption begins with the trigger within a sentence, the prefix comes before it.
    """

    prefixes: Mapping[str, str]
    """By the name of the subset; an empty one only takes the earlier one away. Other subsets stay as they are."""
    standing: Mapping[str, str] = field(default_factory=dict)
    """By the name of the subset, the prefix that was put there last."""
    written: tuple[str, ...] = ()
    """Every prefix that was put in front of captions here: an image may have come from another subset with it."""
    own: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """By subset and prefix, the images (names without ending) whose caption had it before: it is left alone."""
    trigger: str = ""

    @property
    def title(self) -> str:
        return "quality tiers"

    def apply(self, text: str, setting: Setting) -> str:
        if setting.subset not in self.prefixes:
            return text
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting))

    def objection(self, text: str, setting: Setting) -> str | None:
        prefix = self.prefixes.get(setting.subset)
        if not prefix:
            return None
        lines = text.split("\n")
        read = [lines[at].strip() for at in read_lines(lines, setting)]
        if not any(read):
            return f"It has no caption that {quoted(prefix)} could stand in front of."
        if any(has_tags(line, prefix, setting) and not self._in_place(line, prefix, setting) for line in read):
            return f"{quoted(prefix)} stands further back in it already, so it is not put in front as well."
        return None

    def _on_line(self, line: str, setting: Setting) -> str:
        prefix = self.prefixes[setting.subset]
        lead, core, trail = ends(line)
        rest, behind = core, False
        while (found := self._earlier(rest, setting)) is not None:
            if found.prefix == prefix:
                return lead + rest + trail
            rest, behind = found.rest, behind or found.behind
        if core and prefix and not has_tags(rest, prefix, setting):
            rest = self._with_prefix(rest, prefix, setting, behind=behind)
        return lead + rest + trail

    def _with_prefix(self, core: str, prefix: str, setting: Setting, *, behind: bool) -> str:
        first = first_tag(core, setting)
        if core and (behind or self._is_trigger(first)):
            return first + joint(core, setting) + prefix + core[len(first) :]
        keeper = setting.rules.keep_tokens_separator
        between = " " if keeper and core.startswith(keeper) else joint(core, setting)
        return prefix + (between if core else "") + core

    def _earlier(self, core: str, setting: Setting) -> _Found | None:
        """A prefix that was put into ``core``, and what stands there without it."""
        first = first_tag(core, setting)
        front = self._prefix_at(core, 0, setting)
        if front is not None:
            return _Found(front, _without_separator(core[len(front) :], setting), behind=False)
        between = re.match(rf"\s*{re.escape(setting.separator)}\s*", core[len(first) :])
        if between is None:
            return None
        second = self._prefix_at(core, len(first) + between.end(), setting)
        if second is None or not (self._is_trigger(first) or second == self.standing.get(setting.subset)):
            return None
        return _Found(second, first + core[len(first) + between.end() + len(second) :], behind=True)

    def _prefix_at(self, core: str, at: int, setting: Setting) -> str | None:
        for prefix in sorted(self.written, key=len, reverse=True):
            is_own = setting.key in self.own.get((setting.subset, prefix), ())
            if not is_own and core.startswith(prefix, at) and _ends_tag(core, at + len(prefix), setting):
                return prefix
        return None

    def _is_trigger(self, tag: str) -> bool:
        return bool(self.trigger) and tag.casefold() == self.trigger.casefold()

    def _in_place(self, line: str, prefix: str, setting: Setting) -> bool:
        first = first_tag(line, setting)
        behind = _without_separator(line[len(first) :], setting) if self._is_trigger(first) else ""
        return any(text.startswith(prefix) and _ends_tag(text, len(prefix), setting) for text in (line.strip(), behind))


@dataclass(frozen=True, slots=True)
class _Found:
    prefix: str
    rest: str
    behind: bool
    """It stood behind the first tag."""


def has_tags(line: str, tags: str, setting: Setting) -> bool:
    """Whether ``tags``, one or several with their separators, stand in ``line`` as tags of their own."""
    edge = "|".join(map(re.escape, _separators(setting)))
    return re.search(rf"(?:^|{edge})\s*{re.escape(tags)}\s*(?:{edge}|$)", line) is not None


def first_tag(core: str, setting: Setting) -> str:
    """What stands before the first separator of ``core``, white space at its end left out."""
    edge = "|".join(map(re.escape, _separators(setting)))
    return re.split(edge, core, maxsplit=1)[0].rstrip()


def _ends_tag(text: str, at: int, setting: Setting) -> bool:
    rest = text[at:]
    return not rest.strip() or rest.startswith(_separators(setting)) or rest.lstrip().startswith(_separators(setting))


def _without_separator(text: str, setting: Setting) -> str:
    return text.lstrip().removeprefix(setting.separator).lstrip()


def _separators(setting: Setting) -> tuple[str, ...]:
    keeper = setting.rules.keep_tokens_separator
    return (setting.separator, keeper) if keeper else (setting.separator,)
