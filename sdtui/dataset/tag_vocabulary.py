"""Completes a tag while it is typed, from the project's own tags and from tag files."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from pathlib import Path

from sdtui.base.errors import SdtuiError
from sdtui.base.paths import config_dir
from sdtui.base.settings import load_settings
from sdtui.dataset.project import Project
from sdtui.dataset.tag_file import TagFile, load_tag_file
from sdtui.dataset.tags import TagCount, loosened, tag_table

OWN = "project"
"""The source of a suggestion that a caption of the project has."""
_WORD = re.compile(r"(?<=[ ,.:;/(\-])\w")
_LAST = "\U0010ffff"
_SMILEY = 3
"""Characters up to which an underscore belongs to a face: ``^_^``, ``o_o``."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag that what was typed may become."""

    tag: str
    """What was matched, spelled as the project spells its tags."""
    count: int
    """Images that have it: of the project, or of the booru that the tag file was made from."""
    alias_of: str | None
    """The tag that ``tag`` is another name of."""
    source: str
    """``OWN``, or the name of the tag file."""

    @property
    def text(self) -> str:
        """What to write into the caption."""
        return self.alias_of or self.tag


_Entry = tuple[bool, int, str, str, str]
"""Whether it is not the project's own, minus its count, the tag, what it is another name of (or nothing), the source.

Entries are ranked by being sorted; a hundred thousand Suggestions would take seconds to make.
"""


class _Index:
    """Keys in order, each with the rank of what it leads to."""

    def __init__(self, entries: list[tuple[str, int]]) -> None:
        entries.sort()
        self._keys = [key for key, _ in entries]
        self._ranks = [rank for _, rank in entries]

    def best(self, prefix: str, most: int) -> list[int]:
        """The best ranks of keys that begin with ``prefix``."""
        low, high = bisect_left(self._keys, prefix), bisect_left(self._keys, prefix + _LAST)
        return nsmallest(most, self._ranks[low:high])

    def exactly(self, key: str) -> list[int]:
        """The ranks of one key, the best first."""
        return self._ranks[bisect_left(self._keys, key) : bisect_right(self._keys, key)]


class TagVocabulary:
    """All tags that are known. Building one of 200,000 tags takes a second or two, a completion milliseconds."""

    def __init__(self, own: Iterable[TagCount] = (), files: Iterable[TagFile] = ()) -> None:
        mine = list(own)
        style = _Style.of([row.tag for row in mine])
        found: list[_Entry] = [(False, -row.total, row.tag, "", OWN) for row in mine]
        spelled = {loosened(row.tag) for row in mine}
        for file in files:
            found += _of_file(file, style, spelled)
        found.sort()
        self._found = found
        tags: list[tuple[str, int]] = []
        aliases: list[tuple[str, int]] = []
        words: list[tuple[str, int]] = []
        for rank, (_, _, tag, alias_of, _) in enumerate(found):
            key = loosened(tag)
            if alias_of:
                aliases.append((key, rank))
                continue
            tags.append((key, rank))
            words += [(key[word.start() :], rank) for word in _WORD.finditer(key)]
        self._tags, self._aliases, self._words = _Index(tags), _Index(aliases), _Index(words)

    def __len__(self) -> int:
        return len(self._found)

    def complete(self, typed: str, limit: int = 10) -> tuple[Suggestion, ...]:
        """At most ``limit`` tags for what was typed of one, none of them twice.

        Itself, tags that begin with it, tags with a word that does, tags with another name that does; in each the
        project's own first, then by count.
        """
        key = loosened(typed.strip())
        if not key or limit < 1:
            return ()
        # Several names may lead to one tag, so more are looked at than are wanted.
        most = limit * 8
        groups = (
            self._tags.exactly(key),
            self._aliases.exactly(key),
            self._tags.best(key, most),
            self._words.best(key, most),
            self._aliases.best(key, most),
        )
        chosen: dict[str, Suggestion] = {}
        for rank in (rank for group in groups for rank in group):
            one = _suggestion(self._found[rank])
            chosen.setdefault(loosened(one.text), one)
            if len(chosen) == limit:
                break
        return tuple(chosen.values())


def _suggestion(entry: _Entry) -> Suggestion:
    _, count, tag, alias_of, source = entry
    return Suggestion(tag, -count, alias_of or None, source)


def _of_file(file: TagFile, style: _Style, spelled: set[str]) -> Iterator[_Entry]:
    name = file.name
    for known in file.tags:
        tag = style.written(known.tag)
        key = loosened(tag)
        if key not in spelled:
            spelled.add(key)
            yield True, -known.count, tag, "", name
        for alias in known.aliases:
            yield True, -known.count, style.written(alias), tag, name


@dataclass(frozen=True, slots=True)
class _Style:
    """How a project spells tags that a booru writes with underscores."""

    underscores: bool
    escaped: bool
    """A backslash stands before parentheses, as web UIs for generating want it."""

    @classmethod
    def of(cls, tags: Sequence[str]) -> _Style:
        with_underscore = sum("_" in tag for tag in tags if len(tag) > _SMILEY)
        with_blank = sum(" " in tag for tag in tags)
        return cls(with_underscore > with_blank, any("\\(" in tag for tag in tags))

    def written(self, tag: str) -> str:
        if not self.underscores and len(tag) > _SMILEY:
            tag = tag.replace("_", " ")
        return tag.replace("(", "\\(").replace(")", "\\)") if self.escaped else tag


@dataclass(frozen=True, slots=True)
class LoadedVocabulary:
    """The vocabulary, and a sentence for each thing in its files that could not be used."""

    vocabulary: TagVocabulary
    problems: tuple[str, ...] = ()


def tag_files(project: Project) -> tuple[Path, ...]:
    """The tag files of a project: ``.sdtui/tags.csv`` in it, and the user's own, the setting ``tag_file``.

    Raises UnreadableError where the settings cannot be read.
    """
    setting = load_settings().settings.tag_file
    of_project = project.home / "tags.csv"
    mine = (config_dir() / Path(setting).expanduser(),) if setting else ()
    return (*((of_project,) if of_project.exists() else ()), *mine)


def load_vocabulary(project: Project, own: Sequence[TagCount] | None = None) -> LoadedVocabulary:
    """The vocabulary for the captions of ``project``. ``own`` are its tags, counted here where they are not given."""
    files: list[TagFile] = []
    problems: list[str] = []
    try:
        for path in tag_files(project):
            try:
                files.append(load_tag_file(path))
            except SdtuiError as error:
                problems.append(error.sentence())
    except SdtuiError as error:
        problems.append(error.sentence())
    problems += [problem for file in files for problem in file.problems]
    return LoadedVocabulary(TagVocabulary(tag_table(project) if own is None else own, files), tuple(problems))
