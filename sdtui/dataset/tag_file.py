"""A list of known tags that the user gives: a CSV of danbooru, e621 or another booru, or one tag a line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.files import read_error
from sdtui.base.text import plural, safe

_LARGEST = 256 << 20
"""Bytes; the largest lists have 10 MB."""
_TOLD = 5
"""Broken lines that are named one by one."""


@dataclass(frozen=True, slots=True)
class KnownTag:
    """One tag of a tag file."""

    tag: str
    count: int
    """Images of the booru that have it; 0 where the file does not say."""
    aliases: tuple[str, ...] = ()
    """Other names that mean it."""


@dataclass(frozen=True, slots=True)
class TagFile:
    """What a tag file holds, and a sentence about each line of it that could not be used."""

    path: Path
    tags: tuple[KnownTag, ...]
    problems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a row what stands; -1: nowhere."""

    tag: int
    count: int
    aliases: int


def load_tag_file(path: Path) -> TagFile:
    """The tags in the file at ``path``: rows of name, category, count, "alias,alias" (as tagcomplete for the web UI has
    them), rows of name and count, names alone, or columns that a first row names (the boorus' own exports).

    Lines that cannot be used are reported and left out. Raises UnreadableError where the file cannot be read or holds
    no tag.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableError("This file is larger than 256 MB; that is no list of tags", path=path)
        data = path.read_bytes()
    except OSError as error:
        raise read_error(error, path) from error
    if b"\0" in data[:64]:
        raise UnreadableError("There is no tag in this file: it is no text", path=path, remedy="Save it as UTF-8.")
    tags: list[KnownTag] = []
    broken: list[str] = []
    columns: _Columns | None = None
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            row = _row(line)
        except ValueError as error:
            broken.append(f"Line {number}: {error}.")
            continue
        if number == 1 and (columns := _named(row)) is not None:
            continue
        if row:
            tag = _tag(row, columns or _usual(row))
            if tag is None:
                broken.append(f"Line {number}: there is no tag in it.")
            else:
                tags.append(tag)
    if not tags:
        raise UnreadableError(
            "There is no tag in this file", path=path, remedy="It should have lines such as: 1girl,0,6008644,1girls"
        )
    return TagFile(path, tuple(tags), tuple(_told(path, broken)))


def _row(line: bytes) -> list[str]:
    """The cells of a line; none of an empty one. Raises ValueError, a part of a sentence."""
    try:
        text = line.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    if not text:
        return []
    if '"' not in text:
        return text.split(",")
    try:
        # Line by line, so that a quote that is never closed spoils one line and not the rest of the file.
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise ValueError("its quotes do not fit") from None


def _named(row: list[str]) -> _Columns | None:
    """The columns that a first row names, None where it is a tag like any other."""
    names = [cell.strip().lower() for cell in row]
    if len(names) < 2 or not any(name in names for name in ("name", "tag")):
        return None

    def where(*choices: str) -> int:
        return next((names.index(choice) for choice in choices if choice in names), -1)

    return _Columns(where("name", "tag"), where("post_count", "count"), where("aliases", "alias"))


def _usual(row: list[str]) -> _Columns:
    """name; name, count; name, count, aliases; or name, category, count, aliases."""
    if len(row) == 2 or (len(row) == 3 and not _is_number(row[2])):
        return _Columns(0, 1, 2)
    return _Columns(0, 2, 3)


def _tag(row: list[str], columns: _Columns) -> KnownTag | None:
    name = _cell(row, columns.tag)
    if not name or safe(name) != name:
        return None
    count = _cell(row, columns.count)
    aliases = tuple(
        alias for each in _cell(row, columns.aliases).split(",") if (alias := each.strip()) and alias != name
    )
    return KnownTag(name, int(count) if _is_number(count) else 0, aliases)


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if 0 <= at < len(row) else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.strip().isdigit() and len(text) <= 18


def _told(path: Path, broken: list[str]) -> Iterator[str]:
    for sentence in broken[:_TOLD]:
        yield f"{path.name}: {sentence}"
    if len(broken) > _TOLD:
        yield f"{path.name}: {plural(len(broken) - _TOLD, 'more line')} could not be used."
