"""The trigger word at the front of a caption, never twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdtui.base.errors import UsageError
from sdtui.edits.operations.base import Operation, quoted
from sdtui.edits.operations.setting import Setting, ends, on_read_lines, read_lines
from sdtui.edits.operations.tags import TagLine, joined


@dataclass(frozen=True, slots=True)
class Trigger(Operation):
    """``word`` at the front of the caption. A tag of that name elsewhere in it moves there.

    A caption that begins with it, or has it in a sentence, stays as it is: it would stand there twice. Upper and lower
    case are one, as they are for CLIP.
    """

    word: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "word", self.word.strip())
        if not self.word or "\n" in self.word:
            raise UsageError("A trigger is one word, or a few, on one line")

    @property
    def title(self) -> str:
        return f"the trigger {quoted(self.word)} at the front"

    @property
    def stands_already(self) -> str:
        """Why a caption that has the word in a sentence is left alone."""
        return f"{quoted(self.word)} stands in it already, within a longer text, so it is not put in front as well."

    def apply(self, text: str, setting: Setting) -> str:
        if self._in_prefix(setting):
            return text
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting))

    def objection(self, text: str, setting: Setting) -> str | None:
        if self._in_prefix(setting):
            return f"caption_prefix puts {quoted(self.word)} in front already."
        lines = text.split("\n")
        if any(self._in_a_sentence(lines[at], setting) for at in read_lines(lines, setting)):
            return self.stands_already
        return None

    def _in_prefix(self, setting: Setting) -> bool:
        return stands_in(self.word, setting.rules.prefix)

    def _on_line(self, line: str, setting: Setting) -> str:
        lead, core, trail = ends(line)
        if self._leads(core) or self._in_a_sentence(core, setting):
            return line
        rest = self.without_tag(core, setting)
        return lead + joined(self.word, rest, setting, like=core) + trail

    def _leads(self, core: str) -> bool:
        return re.match(re.escape(self.word) + r"(?!\w)", core, re.IGNORECASE) is not None

    def without_tag(self, core: str, setting: Setting) -> str:
        """``core`` without the word where it is a tag of its own."""
        tags = TagLine.of(core, setting)
        for at in reversed(range(len(tags.pieces))):
            if tags.pieces[at].tag.casefold() == self.word.casefold():
                tags.remove(at)
        return tags.text().strip()

    def _in_a_sentence(self, line: str, setting: Setting) -> bool:
        core = line.strip()
        return not self._leads(core) and stands_in(self.word, self.without_tag(core, setting))


def stands_in(word: str, text: str) -> bool:
    """Whether ``word`` stands in ``text`` as a word of its own, in any case."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None
