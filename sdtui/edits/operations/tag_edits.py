"""Operations on the tags of a caption: remove, rename, merge, deduplicate, sort, shuffle, another separator."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sdtui.base.errors import UsageError
from sdtui.base.text import plural
from sdtui.edits.operations.base import Operation, quoted
from sdtui.edits.operations.setting import Setting, ends, on_read_lines
from sdtui.edits.operations.tags import TagLine, same_tag, split_keeping, unescaped


@dataclass(frozen=True, slots=True)
class RemoveTag(Operation):
    """Every tag that is ``tag`` goes, with one separator; ``\\(`` and ``(`` are taken for the same."""

    tag: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", _tag(self.tag))

    @property
    def title(self) -> str:
        return f"remove the tag {quoted(self.tag)}"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: _without(line, (self.tag,), setting))


@dataclass(frozen=True, slots=True)
class MergeTags(Operation):
    """Each of ``tags`` becomes ``into``, which stands once in the end: where the first of them stood."""

    tags: tuple[str, ...]
    into: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tuple(map(_tag, self.tags)))
        object.__setattr__(self, "into", _tag(self.into))
        if not self.tags:
            raise UsageError("There is no tag to merge")

    @property
    def title(self) -> str:
        named = quoted(self.tags[0]) if len(self.tags) == 1 else plural(len(self.tags), "tag")
        return f"merge {named} into {quoted(self.into)}"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: _merged(line, self.tags, self.into, setting))


@dataclass(frozen=True, slots=True)
class RenameTag(Operation):
    """The tag ``old`` becomes ``new``; where ``new`` stands already they become one."""

    old: str
    new: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "old", _tag(self.old))
        object.__setattr__(self, "new", _tag(self.new))

    @property
    def title(self) -> str:
        return f"rename the tag {quoted(self.old)} to {quoted(self.new)}"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: _merged(line, (self.old,), self.new, setting))


@dataclass(frozen=True, slots=True)
class Dedupe(Operation):
    """Of equal tags the first stays; upper and lower case are one, as they are for CLIP."""

    @property
    def title(self) -> str:
        return "remove tags that stand there twice"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting))

    def behind(self, front: str, text: str, setting: Setting) -> str:
        """``text``, which the trainer reads behind the line ``front``, whose tags come first and stay."""
        seen = frozenset(piece.tag.casefold() for piece in TagLine.of(front, setting, groups=True).pieces)
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting, seen))

    def _on_line(self, line: str, setting: Setting, known_before: frozenset[str] = frozenset()) -> str:
        tags = TagLine.of(line, setting, groups=True)
        seen = set(known_before)
        again: list[int] = []
        for at, piece in enumerate(tags.pieces):
            known = piece.tag.casefold()
            if known and known in seen:
                again.append(at)
            seen.add(known)
        for at in reversed(again):
            tags.remove(at)
        return tags.text() if again else line


@dataclass(frozen=True, slots=True)
class Sort(Operation):
    """Tags by the alphabet, those that training would not shuffle left in place (keep_tokens, its separator)."""

    @property
    def title(self) -> str:
        return "sort tags"

    def apply(self, text: str, setting: Setting) -> str:
        return _in_order(text, setting, lambda tag: (tag.casefold(), tag))


@dataclass(frozen=True, slots=True)
class Shuffle(Operation):
    """Tags in an order that ``seed``, the image's name and the tags decide: the same again whatever it was before.

    Those that training would not shuffle stay in place (keep_tokens, keep_tokens_separator).
    """

    seed: int

    @property
    def title(self) -> str:
        return f"shuffle tags with seed {self.seed}"

    def apply(self, text: str, setting: Setting) -> str:
        start = f"{self.seed}\0{setting.key}\0"
        return _in_order(text, setting, lambda tag: (_hash(start + tag), tag))


@dataclass(frozen=True, slots=True)
class Separator(Operation):
    """Tags parted by ``old`` are parted by ``new``. The spaces around stay, unless ``new`` brings its own."""

    old: str
    new: str

    def __post_init__(self) -> None:
        for one in (self.old, self.new):
            if not one:
                raise UsageError("A separator cannot be empty")
            if "\n" in one:
                raise UsageError("A separator cannot be a line end", remedy="Join or split lines instead.")

    @property
    def title(self) -> str:
        return f"part tags by {quoted(self.new)} instead of {quoted(self.old)}"

    def apply(self, text: str, setting: Setting) -> str:
        return on_read_lines(text, setting, lambda line: self._on_line(line, setting))

    def caution(self, before: str, after: str, setting: Setting) -> str | None:
        mark = self.new.strip()
        if mark and before != after and mark in before and mark != self.old.strip():
            return f"It has {quoted(mark)} in it already, so a tag becomes several."
        return None

    def _on_line(self, line: str, setting: Setting) -> str:
        keeper = setting.rules.keep_tokens_separator
        parts = split_keeping(line, [keeper]) if keeper else [line]
        parts[::2] = [self._on_part(part) for part in parts[::2]]
        return "".join(parts)

    def _on_part(self, part: str) -> str:
        old = self.old.strip()
        lead, core, trail = ends(part)
        if old and self.new == self.new.strip():
            return lead + core.replace(old, self.new) + trail
        tags = core.split(old) if old else core.split()
        return lead + self.new.join(tag.strip() for tag in tags) + trail if len(tags) > 1 else part


def _tag(text: str) -> str:
    tag = text.strip()
    if not tag or "\n" in tag:
        raise UsageError("A tag cannot be empty" if not tag else "A tag cannot go over several lines")
    return tag


def _mentions(line: str, tags: tuple[str, ...]) -> bool:
    """Whether any of ``tags`` stands in ``line`` at all; most captions need no closer look."""
    bare = unescaped(line)
    return any(unescaped(tag) in bare for tag in tags)


def _without(line: str, tags: tuple[str, ...], setting: Setting) -> str:
    if not _mentions(line, tags):
        return line
    parts = TagLine.of(line, setting)
    gone = [at for at, piece in enumerate(parts.pieces) if any(same_tag(piece.tag, tag) for tag in tags)]
    for at in reversed(gone):
        parts.remove(at)
    return parts.text() if gone else line


def _merged(line: str, tags: tuple[str, ...], into: str, setting: Setting) -> str:
    if not _mentions(line, tags):
        return line
    parts = TagLine.of(line, setting)
    found = [at for at, piece in enumerate(parts.pieces) if any(same_tag(piece.tag, tag) for tag in tags)]
    if not found:
        return line
    standing = [at for at, piece in enumerate(parts.pieces) if piece.tag == into]
    first, *others = sorted({*found, *standing})
    parts.pieces[first].tag = into
    for at in reversed(others):
        parts.remove(at)
    return parts.text()


def _in_order(text: str, setting: Setting, key: Callable[[str], tuple[str, str]]) -> str:
    def on_line(line: str) -> str:
        tags = TagLine.of(line, setting, groups=True)
        places = tags.loose()
        tags.arrange(places, sorted((tags.pieces[at].tag for at in places), key=key))
        return tags.text()

    return on_read_lines(text, setting, on_line)


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", errors="surrogatepass"), digest_size=8).hexdigest()
