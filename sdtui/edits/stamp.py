"""The stamp on a config that sdtui wrote, by which it can tell later whether somebody has changed it since."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sdtui.base.files import digest, read_if_there
from sdtui.plans.plan import Change, MakeFolder, Write

_CHECKSUM = re.compile(r"^# checksum: ([0-9a-f]{16})\n", re.MULTILINE)
_BESIDE = re.compile(r"^# with (.+) \(([0-9a-f]{16})\)$", re.MULTILINE)


def stamped(source: str, body: str, beside: Sequence[tuple[Path, bytes]]) -> str:
    """``body`` under a comment that names ``source``, the files written ``beside`` it, and a checksum of it all.

    No date: the same dataset gives the same bytes.
    """
    head = "".join(
        [
            f"# Dataset config for sd-scripts, written by sdtui from {source}.\n",
            "# It is made anew from the folders; to keep changes of your own, save it under another name.\n",
            *(f"# with {file.name} ({_short(data)})\n" for file, data in beside),
        ]
    )
    return f"{head}# checksum: {_short((head + body).encode('utf-8'))}\n\n{body}"


def writing(path: Path, writes: Sequence[tuple[Path, bytes]]) -> tuple[list[Change], list[Path]]:
    """The changes that write the files, the stamped ``path`` among them; and those that replace what others wrote.

    Raises UnreadableError.
    """
    standing = read_if_there(path) or b""
    intact = _is_intact(standing)
    known = dict(_BESIDE.findall(standing.decode("utf-8"))) if intact else {}
    changes: list[Change] = [] if path.parent.is_dir() else [MakeFolder(path.parent)]
    foreign: list[Path] = []
    for file, data in writes:
        before = standing or None if file == path else read_if_there(file)
        if before == data:
            continue
        changes.append(Write(file, before, data))
        own = intact if file == path else before is not None and known.get(file.name) == _short(before)
        if before is not None and not own:
            foreign.append(file)
    return changes, foreign


def restamped(before: bytes, after: bytes, beside: Mapping[str, tuple[bytes, bytes]]) -> bytes:
    """``after``, which sdtui made of the config ``before``, with a stamp that fits again.

    ``beside``: names of files in its folder with their bytes before and after. What did not fit before stays so.
    """
    if not _is_intact(before):
        return after

    def follow(line: re.Match[str]) -> str:
        old, new = beside.get(line[1], (b"", b""))
        return f"# with {line[1]} ({_short(new)})" if line[2] == _short(old) else line[0]

    text = _BESIDE.sub(follow, after.decode("utf-8"))
    found = _CHECKSUM.search(text)
    assert found is not None
    head, body = text[: found.start()], text[found.end() + 1 :]
    return f"{head}# checksum: {_short((head + body).encode('utf-8'))}\n\n{body}".encode()


def _is_intact(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    found = _CHECKSUM.search(text)
    if found is None:
        return False
    return _short((text[: found.start()] + text[found.end() + 1 :]).encode("utf-8")) == found.group(1)


def _short(data: bytes) -> str:
    return digest(data)[:16]
