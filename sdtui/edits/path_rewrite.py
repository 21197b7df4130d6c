"""Rewriting the paths of renamed folders inside TOML and JSON files: only the characters of the renamed part change."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.files import folder_entries, read_bytes

_JSON_STRING = re.compile(r'"(?P<body>(?:[^"\\]|\\.)*)"', re.DOTALL)
_TOML_STRING = re.compile(
    r'"""(?P<long>(?:[^\\]|\\.)*?)"""'
    r"|'''(?P<rawlong>.*?)'''"
    r'|"(?P<body>(?:[^"\\\n]|\\.)*)"'
    r"|'(?P<raw>[^'\n]*)'"
    r"|\#[^\n]*",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SIMPLE = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
_PATH_KEY = re.compile(r"(dir|file|path|folder)s?[\"']?\s*[=:]\s*$")
"""Before a string: the key says that it is a path, so that a bare name in it is one too, and not a caption or a tag."""
_DRIVE = re.compile(r"^([A-Za-z]):/")


def project_files(root: Path) -> tuple[Path, ...]:
    """The TOML, JSON and JSON Lines files in ``root`` and in its ``config`` folder, sorted."""
    found: list[Path] = []
    for folder in (root, root / "config"):
        try:
            with folder_entries(folder) as entries:
                names = [entry.name for entry in entries if entry.is_file()]
        except UnreadableError:
            continue
        found += [folder / name for name in names if name.lower().endswith((".toml", ".json", ".jsonl"))]
    return tuple(sorted(found))


def rewritten(file: Path, renames: Mapping[Path, Path], root: Path) -> tuple[bytes, bytes] | None:
    """The bytes of ``file`` before and after its strings follow ``renames`` (absolute folders, as they will be called).

    A string follows when it is the path of a renamed folder or of something in it: absolute, relative to ``root``, to
    the file's folder or to the working directory, with slashes or backslashes, a drive of Windows being ``/mnt/x``. A
    bare name follows only where its key says that it is a path.
    None where nothing changes or the file is no UTF-8 text. Raises UnreadableError.
    """
    before = read_bytes(file)
    try:
        text = before.decode("utf-8")
    except UnicodeDecodeError:
        return None
    finder = _Finder(renames, (root, file.parent, Path.cwd()))
    toml = file.suffix.lower() == ".toml"
    pattern = _TOML_STRING if toml else _JSON_STRING
    after = pattern.sub(lambda match: _literal(match, finder, toml=toml), text).encode("utf-8")
    return None if after == before else (before, after)


class _Finder:
    """Knows which part of a path string is the name of a renamed folder."""

    def __init__(self, renames: Mapping[Path, Path], bases: tuple[Path, ...]) -> None:
        self._names = {path.name for path in renames}
        self._bases = tuple(dict.fromkeys(bases))
        self._renames: dict[str, tuple[Path, Path]] = {}
        for path, new in renames.items():
            self._renames[os.path.normpath(path)] = path, new
            self._renames[str(path.parent.resolve() / path.name)] = path, new

    def is_bare(self, written: str) -> bool:
        """Whether it may be a name alone, and so no path but a caption."""
        return written in self._names or ("/" not in written and "\\" not in written)

    def find(self, written: str) -> tuple[int, int, str] | None:
        """Where in ``written`` the name of a renamed folder stands, and what stands there from now on."""
        # A backslash may stand in a name itself, where it does not part names as on Windows.
        return self._find(written) or self._find(written.replace("\\", "/"), separator="\\")

    def _find(self, path: str, separator: str = "/") -> tuple[int, int, str] | None:
        parts = list(re.finditer(r"[^/]+", path))
        for at, part in enumerate(parts):
            if part.group() in self._names:
                for folder in self._meanings(path[: part.end()]):
                    if folder in self._renames:
                        start, new = _changed_end(parts[: at + 1], *self._renames[folder])
                        return start, part.end(), new.replace("/", separator)
        return None

    def _meanings(self, path: str) -> Iterator[str]:
        drive = _DRIVE.match(path)
        if drive:
            path = f"/mnt/{drive.group(1).lower()}/{path[3:]}"
        if path.startswith("/"):
            yield os.path.normpath(path)
        else:
            yield from (os.path.normpath(base / path) for base in self._bases)


def _changed_end(parts: list[re.Match[str]], old: Path, new: Path) -> tuple[int, str]:
    """Where in a path that ends with ``parts`` that begins which differs between ``old`` and ``new``, and the new text.

    Folders above both stay as they are written.
    """
    common = Path(os.path.commonpath((old, new)))
    differing = old.relative_to(common).parts
    if tuple(part.group() for part in parts[-len(differing) :]) == differing:
        return parts[-len(differing)].start(), new.relative_to(common).as_posix()
    return parts[-1].start(), Path(os.path.relpath(new, old.parent)).as_posix()


def _literal(match: re.Match[str], finder: _Finder, *, toml: bool) -> str:
    for kind, body in match.groupdict().items():
        if body is not None:
            if finder.is_bare(_plain(kind, body)) and not _PATH_KEY.search(
                match.string, max(0, match.start() - 100), match.start()
            ):
                break
            start = match.start(kind) - match.start()
            whole = match.group()
            new = _raw_body(body, finder) if kind.startswith("raw") else _escaped_body(body, finder, toml=toml)
            return whole[:start] + new + whole[start + len(body) :]
    return match.group()


def _plain(kind: str, body: str) -> str:
    return body if kind.startswith("raw") or "\\" not in body else _decoded(body)[0]


def _raw_body(body: str, finder: _Finder) -> str:
    found = finder.find(body)
    return body if found is None else body[: found[0]] + found[2] + body[found[1] :]


def _escaped_body(body: str, finder: _Finder, *, toml: bool) -> str:
    if "\\" not in body:
        return _raw_body(body, finder)
    decoded, places = _decoded(body)
    found = finder.find(decoded)
    if found is None:
        return body
    start, end, new = found
    old_raw = body[places[start] : places[end]]
    as_ascii = old_raw.isascii() and not decoded[start:end].isascii()
    return body[: places[start]] + _escaped(new, as_ascii=as_ascii, toml=toml) + body[places[end] :]


def _escaped(name: str, *, as_ascii: bool, toml: bool) -> str:
    """``name`` as it stands between double quotes. TOML knows no surrogate pairs, and no bare DEL."""
    if not toml:
        return json.dumps(name, ensure_ascii=as_ascii)[1:-1]
    plain = json.dumps(name, ensure_ascii=False)[1:-1]
    return "".join(_by_number(char) if char == "\x7f" or (as_ascii and not char.isascii()) else char for char in plain)


def _by_number(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _decoded(body: str) -> tuple[str, list[int]]:
    """``body`` without escapes, and where in ``body`` each of its characters begins (one more for the end)."""
    characters: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(body):
        places.append(at)
        escape = _ESCAPE.match(body, at)
        if escape is None:
            characters.append(body[at])
            at += 1
            continue
        code = escape.group(1)
        at = escape.end()
        if len(code) == 1:
            characters.append(_SIMPLE.get(code, code))
            continue
        point = int(code[1:], 16)
        low = _ESCAPE.match(body, at) if 0xD800 <= point < 0xDC00 else None
        if low is not None and low.group(1).startswith("u") and 0xDC00 <= int(low.group(1)[1:], 16) < 0xE000:
            point = 0x10000 + ((point - 0xD800) << 10) + (int(low.group(1)[1:], 16) - 0xDC00)
            at = low.end()
        characters.append(chr(point) if point <= 0x10FFFF else "\ufffd")
    return "".join(characters), [*places, len(body)]
