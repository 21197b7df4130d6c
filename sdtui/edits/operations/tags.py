"""A line of tags, taken apart so that what is not changed is put together again character by character."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sdtui.edits.operations.setting import Setting, ends

_ESCAPED_BRACKET = re.compile(r"\\([()\[\]])")


@dataclass(slots=True)
class Piece:
    """One tag with the white space around it; ``tag`` is empty between two separators that follow each other."""

    lead: str
    tag: str
    trail: str


@dataclass(slots=True)
class TagLine:
    """Tags and what stands between them: the separator, the ``keep_tokens_separator``, the ``secondary_separator``."""

    pieces: list[Piece]
    joints: list[str]
    """One between each two pieces."""
    setting: Setting

    @classmethod
    def of(cls, line: str, setting: Setting, *, groups: bool = False) -> TagLine:
        """``line`` taken apart. ``groups``: tags that the secondary separator ties together stay one piece."""
        rules = setting.rules
        known = [rules.keep_tokens_separator, "" if groups else rules.secondary_separator, rules.separator]
        parts = split_keeping(line, [one for one in known if one])
        return cls([Piece(*ends(part)) for part in parts[::2]], parts[1::2], setting)

    def text(self) -> str:
        """The line."""
        joints = [*self.joints, ""]
        return "".join(p.lead + p.tag + p.trail + joint for p, joint in zip(self.pieces, joints, strict=True))

    def remove(self, at: int) -> None:
        """Take away the tag at ``at`` with one separator beside it; a part that the trainer keeps apart stays one."""
        before = self.joints[at - 1] if at > 0 else None
        after = self.joints[at] if at < len(self.joints) else None
        secondary, keeper = self.setting.rules.secondary_separator, self.setting.rules.keep_tokens_separator
        goes_after = after is not None and after != keeper and (after == secondary or before != secondary)
        if goes_after:
            del self.joints[at]
            gone = self.pieces.pop(at)
            if self.pieces[at].tag:
                self.pieces[at].lead = gone.lead
        elif before is not None and before != keeper:
            del self.joints[at - 1]
            self.pieces[at - 1].trail = self.pieces.pop(at).trail
        else:
            self.pieces[at] = Piece("", "", "" if before is None else self.pieces[at].trail)

    def loose(self) -> list[int]:
        """The places of the tags that the trainer would shuffle (library/train_util.py, process_caption)."""
        rules = self.setting.rules
        prefix, suffix, keeper = rules.prefix, rules.suffix, rules.keep_tokens_separator
        if keeper and (keeper in self.joints or keeper in prefix + suffix):
            part = prefix.count(keeper)
            parts = [part]
            for joint in self.joints:
                part += joint == keeper
                parts.append(part)
            return [at for at, piece in enumerate(self.pieces) if parts[at] == 1 and piece.tag]
        kept = max(0, rules.keep_tokens - prefix.count(rules.separator))
        return [at for at, piece in enumerate(self.pieces) if at >= kept and piece.tag]

    def arrange(self, places: Sequence[int], tags: Sequence[str]) -> None:
        """Put ``tags`` into ``places``; the white space of each place stays."""
        for at, tag in zip(places, tags, strict=True):
            self.pieces[at].tag = tag


def split_keeping(text: str, separators: Sequence[str]) -> list[str]:
    """``text`` split at each of ``separators``, which stand at the odd places of the result; the longest one first."""
    longest_first = sorted(separators, key=len, reverse=True)
    return re.split(f"({'|'.join(map(re.escape, longest_first))})", text)


def same_tag(one: str, other: str) -> bool:
    """Whether two tags are the same, ``\\(`` and ``(`` taken for one."""
    return one == other or unescaped(one) == unescaped(other)


def unescaped(tag: str) -> str:
    """``miku \\(vocaloid\\)`` as ``miku (vocaloid)``."""
    return _ESCAPED_BRACKET.sub(r"\1", tag) if "\\" in tag else tag


def joint(line: str, setting: Setting) -> str:
    """The separator as ``line`` writes it: with a space, unless all of its own stand without one."""
    separator = setting.separator
    if separator[-1:].isspace():
        return separator
    places = [match.end() for match in re.finditer(re.escape(separator), line)]
    tight = bool(places) and not any(line[at : at + 1].isspace() for at in places)
    return separator if tight else separator + " "


def joined(front: str, back: str, setting: Setting, *, like: str) -> str:
    """``front`` and ``back`` as neighbouring tags, spaced as ``like`` is.

    White space where they meet says that they are to be one text, so nothing is put between them; a separator that
    stands there already is not doubled.
    """
    if not front or not back or front[-1].isspace() or back[0].isspace():
        return front + back
    separator, keeper = setting.separator.strip() or setting.separator, setting.rules.keep_tokens_separator
    if keeper and (front.endswith(keeper) or back.startswith(keeper)):
        return f"{front} {back}"
    between = joint(like, setting)
    if front.endswith(separator):
        return front + between.removeprefix(separator) + back
    return front + (back if back.startswith(separator) else between + back)
