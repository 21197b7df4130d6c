"""Operations on the text of a caption: find and replace, put before and after, one line from many and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sdtui.base.errors import UsageError
from sdtui.edits.operations.base import Operation, quoted
from sdtui.edits.operations.setting import Setting, ends, on_read_lines
from sdtui.edits.operations.tags import joined, split_keeping

_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？", ":", ";")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Replace(Operation):
    """``old`` becomes ``new`` wherever it stands in a line that the trainer reads."""

    old: str
    new: str
    ignore_case: bool = False

    def __post_init__(self) -> None:
        if not self.old:
            raise UsageError("There is no text to look for", remedy="To put text at the front or the end, say so.")

    @property
    def title(self) -> str:
        return f"replace {quoted(self.old)} by {quoted(self.new)}"

    def apply(self, text: str, setting: Setting) -> str:
        if not self.ignore_case:
            return on_read_lines(text, setting, lambda line: line.replace(self.old, self.new))
        found = re.compile(re.escape(self.old), re.IGNORECASE)
        return on_read_lines(text, setting, lambda line: found.sub(lambda _: self.new, line))


@dataclass(frozen=True, slots=True)
class Prepend(Operation):
    """``text`` at the front, as a tag of its own; one that ends in a space is put right before what is there."""

    text: str

    def __post_init__(self) -> None:
        _require_text(self.text, "front")

    @property
    def title(self) -> str:
        return f"put {quoted(self.text)} at the front"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting))

    def _on_line(self, line: str, setting: Setting) -> str:
        lead, core, trail = ends(line)
        return lead + joined(self.text, core, setting, like=core) + trail


@dataclass(frozen=True, slots=True)
class Append(Operation):
    """``text`` at the end, as a tag of its own; one that begins with a space is put right behind what is there."""

    text: str

    def __post_init__(self) -> None:
        _require_text(self.text, "end")

    @property
    def title(self) -> str:
        return f"put {quoted(self.text)} at the end"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting))

    def _on_line(self, line: str, setting: Setting) -> str:
        lead, core, trail = ends(line)
        text = self.text if core else self.text.lstrip().removeprefix(setting.separator).lstrip()
        return lead + joined(core, text, setting, like=core) + trail


@dataclass(frozen=True, slots=True)
class SetText(Operation):
    """The whole caption becomes ``text``, lines that the trainer does not read too."""

    text: str

    @property
    def title(self) -> str:
        return f"set the caption to {quoted(self.text)}" if self.text.strip() else "empty the caption"

    def apply(self, text: str, setting: Setting) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Trim(Operation):
    """White space and empty tags that mean nothing: at the ends, around separators, doubled; blank lines at the ends.

    A caption that writes its separators without spaces goes on to do so.
    """

    @property
    def title(self) -> str:
        return "trim"

    def apply(self, text: str, setting: Setting) -> str:
        words = text.strip("\n")
        lines = words.split("\n")
        while len(lines) > 1 and not lines[0].strip():
            del lines[0]
        while len(lines) > 1 and not lines[-1].strip():
            del lines[-1]
        final = "\n" if text.endswith("\n") else ""
        return on_read_lines("\n".join(lines), setting, lambda line: _trimmed(line, setting)) + final


def _trimmed(line: str, setting: Setting) -> str:
    separator = setting.separator.strip() or setting.separator
    keeper = setting.rules.keep_tokens_separator
    parts = split_keeping(line, [keeper]) if keeper else [line]
    tight = separator in line and not re.search(re.escape(separator) + r"\s+\S", line)
    between = separator if tight or separator.isspace() else separator + " "
    parts[::2] = [_trimmed_part(part, separator, between) for part in parts[::2]]
    return "".join(parts).strip()


def _trimmed_part(part: str, separator: str, between: str) -> str:
    lead, core, trail = ends(part)
    tags = [_SPACES.sub(" ", tag.strip()) for tag in core.split(separator)]
    text = between.join(tag for tag in tags if tag)
    return (" " if lead else "") + text + (" " if trail and text else "")


@dataclass(frozen=True, slots=True)
class JoinLines(Operation):
    """All lines become one: joined by the separator, behind the end of a sentence by a space. No word goes."""

    @property
    def title(self) -> str:
        return "one line from many"

    def apply(self, text: str, setting: Setting) -> str:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            return text
        whole = lines[0].rstrip()
        for line in lines[1:]:
            whole = self._joined(whole, line.strip(), setting)
        return whole + ends(lines[-1])[2] + ("\n" if text.endswith("\n") else "")

    def _joined(self, front: str, back: str, setting: Setting) -> str:
        if front.endswith(_SENTENCE_ENDS) and not front.endswith(setting.separator):
            return f"{front} {back}"
        return joined(front, back, setting, like=front)


@dataclass(frozen=True, slots=True)
class SplitLines(Operation):
    """A line for each tag: with ``enable_wildcard`` the trainer takes one of them at a time, without it the first."""

    @property
    def title(self) -> str:
        return "a line for each tag"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: self._split(line, setting))

    def _split(self, line: str, setting: Setting) -> str:
        tags = [tag.strip() for tag in line.split(setting.separator)]
        found = [tag for tag in tags if tag]
        return "\n".join(found) if len(found) > 1 else line


def _require_text(text: str, where: str) -> None:
    if not text.strip():
        raise UsageError(f"There is no text to put at the {where}")
