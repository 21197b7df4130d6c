"""Letting a config that was moved find its files again, and spelling its paths another way.

Only the paths change, in the config and in the metadata files that it names; every other byte of both stays.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sdtui.base.errors import SyntaxProblem, UsageError
from sdtui.base.files import read_bytes
from sdtui.base.text import plural
from sdtui.base.there import is_there
from sdtui.dataset.listing import absolute, is_possible
from sdtui.dataset.metadata import parse_entries
from sdtui.edits.config_place import with_standing
from sdtui.edits.metadata_keys import with_keys
from sdtui.edits.moved_paths import MovedPaths
from sdtui.edits.path_spelling import as_linux, as_windows, below, is_absolute, is_windows, joined
from sdtui.edits.stamp import restamped
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.backslashes import in_single_quotes
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_config import parse
from sdtui.trainer.dataset_keys import table, tables
from sdtui.trainer.dataset_problems import why_foreign

_FOLDERS = ("image_dir", "conditioning_data_dir")
_KEYS = (*_FOLDERS, "metadata_file")


class Spelling(Enum):
    """How paths are to be written."""

    AS_THEY_ARE = "as they are"
    ABSOLUTE = "absolute"
    RELATIVE = "relative"
    """To the folder of the config."""
    WINDOWS = "windows"
    """``G:\\data``, where a drive holds them."""
    LINUX = "linux"
    """``/mnt/g/data``."""


_FOR_ANOTHER_MACHINE = (Spelling.WINDOWS, Spelling.LINUX)
"""Nothing is looked for on this one."""


@dataclass(frozen=True, slots=True)
class Respelled:
    """One path of the config that is written otherwise."""

    place: Place
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Remap:
    """What would change."""

    plan: Plan
    paths: tuple[Respelled, ...]
    images: int
    """In metadata files, how many images are called otherwise."""
    not_found: tuple[str, ...]
    """Paths of the config that lead nowhere on this machine, as they will be written."""


def remap(
    path: Path,
    *,
    prefix: tuple[str, str] | None = None,
    spelling: Spelling = Spelling.AS_THEY_ARE,
    search: Sequence[Path] = (),
) -> Remap:
    """The Plan that lets the config at ``path`` name its files as they are called now.

    ``prefix``: an old folder and the new one, which need not be there yet; without it each path that leads nowhere is
    looked for in the folders around the config and in ``search``, by as much of its end as can be found. Raises
    UnreadableError, SyntaxProblem, WriteError, and UsageError for a config of another trainer.
    """
    before = read_bytes(path)
    data = _readable(path, before)
    config = parse(path, data)
    foreign = why_foreign(config)
    if foreign is not None:
        raise UsageError(foreign.rstrip("."), path=path, remedy="It is left as it is.")
    base = absolute(path).parent
    paths = _Paths(base, prefix, spelling, MovedPaths([*(absolute(one) for one in search), base, absolute(Path())]))
    written = dict(_written(config))
    new = {place: paths.folder_or_file(place, old) for place, old in written.items()}
    metadata = _metadata(paths, {place: new[place] for place in new if place[-1] == "metadata_file"})
    after = with_standing(path, data, {place: text for place, text in new.items() if text != written[place]})
    beside = {file.name: (write.before or b"", write.after) for file, (write, _) in metadata.items()}
    changed = tuple(Respelled(place, written[place], text) for place, text in new.items() if text != written[place])
    writes = [write for write, _ in metadata.values()]
    if path.suffix.lower() == ".toml":
        after = restamped(before, after, beside)
    if after != before:
        writes.append(Write(path, before, after))
    images = sum(count for _, count in metadata.values())
    lost = tuple(dict.fromkeys(text for text in new.values() if not paths.leads_somewhere(text)))
    plan = Plan(_title(path, changed, images), tuple(writes), tuple(_warnings(changed, spelling, base, paths)))
    return Remap(plan, changed, images, lost)


def _readable(path: Path, data: bytes) -> bytes:
    """``data``, with paths of Windows in single quotes where it could not be read otherwise."""
    try:
        parse(path, data)
    except SyntaxProblem:
        if path.suffix.lower() == ".toml":
            with contextlib.suppress(UnicodeDecodeError):
                return in_single_quotes(data.decode("utf-8")).encode("utf-8")
    return data


def _written(config: Mapping[str, object]) -> Iterator[tuple[Place, str]]:
    for number, dataset in enumerate(tables(config.get("datasets"))):
        for position, subset in enumerate(tables(table(dataset).get("subsets"))):
            for key in _KEYS:
                value = subset.get(key)
                if isinstance(value, str) and value:
                    yield ("datasets", number, "subsets", position, key), value


class _Paths:
    """What each path is written as from now on."""

    def __init__(self, base: Path, prefix: tuple[str, str] | None, spelling: Spelling, moved: MovedPaths) -> None:
        self.base = base
        self.prefix = prefix
        self.spelling = spelling
        self.moved = moved
        self.without_drive: list[str] = []
        """Paths that Windows has no name for."""

    def folder_or_file(self, place: Place, written: str) -> str:
        """A path of the config."""
        look = self.moved.folder if place[-1] in _FOLDERS else self.moved.file
        return self._spelled(self._now(written, look))

    def image(self, written: str) -> str:
        """An absolute key of a metadata file; these never become relative, since that would mean another folder."""
        now = self._now(written, self.moved.image)
        return self._spelled(now) if self.spelling in _FOR_ANOTHER_MACHINE else now

    def leads_somewhere(self, written: str) -> bool:
        """Whether there is something at ``written`` on this machine."""
        return self.place_of(written) is not None

    def place_of(self, written: str) -> Path | None:
        """Where ``written`` leads; a relative path begins in the working folder, else at the config."""
        if not is_possible(written):
            return None
        if is_windows(written):
            bases, path = [Path("/")], as_linux(written)
        elif written.startswith("/"):
            bases, path = [Path("/")], written
        else:
            bases, path = [absolute(Path()), self.base], written
        for base in bases:
            if is_there(base / path):
                return absolute(base / path)
        return None

    def _now(self, written: str, look: Callable[[str], Path | None]) -> str:
        """What leads to it: itself where it does so, or where nothing like it is found."""
        if self.prefix is not None:
            rest = below(written, self.prefix[0])
            return written if rest is None else joined(self.prefix[1], rest)
        if self.spelling in _FOR_ANOTHER_MACHINE or (not is_windows(written) and self.place_of(written) is not None):
            return written
        found = look(written)
        if found is None:
            return written
        return str(found) if is_absolute(written) else self._relative(found)

    def _spelled(self, written: str) -> str:
        if self.spelling is Spelling.WINDOWS:
            named = as_windows(written)
            if named is None:
                self.without_drive.append(written)
            return named or written
        if self.spelling is Spelling.LINUX:
            return as_linux(written)
        if self.spelling is Spelling.ABSOLUTE and not is_absolute(written):
            return str(self.place_of(written) or written)
        if self.spelling is Spelling.RELATIVE:
            found = self.place_of(written)
            return self._relative(found) if found is not None else written
        return written

    def _relative(self, found: Path) -> str:
        return Path(os.path.relpath(found, self.base)).as_posix()


def _metadata(paths: _Paths, named: Mapping[Place, str]) -> dict[Path, tuple[Write, int]]:
    """The metadata files whose images are called otherwise, with how many."""
    found: dict[Path, tuple[Write, int]] = {}
    for written in dict.fromkeys(named.values()):
        file = paths.place_of(written)
        if file is None or not file.is_file():
            continue
        before = read_bytes(file)
        keys = [key for key in parse_entries(file, before) if is_absolute(key)]
        renamed = {key: new for key in keys if (new := paths.image(key)) != key}
        if renamed:
            found[file] = Write(file, before, with_keys(file, before, renamed)), len(renamed)
    return found


def _title(path: Path, changed: Sequence[Respelled], images: int) -> str:
    parts = [plural(len(changed), "path")] if changed or not images else []
    parts += [f"the paths of {plural(images, 'image')}"] if images else []
    return f"change {' and '.join(parts)} in {path.name}"


def _warnings(changed: Sequence[Respelled], spelling: Spelling, base: Path, paths: _Paths) -> Iterator[str]:
    if spelling is Spelling.RELATIVE and changed:
        yield (
            f"The trainer reads relative paths from the folder that it is started in: start it in {base}. "
            "sdtui train does so by itself."
        )
    if paths.without_drive:
        more = f" and {plural(len(paths.without_drive) - 1, 'other path')}" if len(paths.without_drive) > 1 else ""
        yield f"{paths.without_drive[0]}{more} stays as it is: no drive of Windows holds it."
