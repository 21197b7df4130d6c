"""Reads a FineTuning subset: images and captions stand in a metadata JSON or JSON Lines file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sdtui.base.errors import SdtuiError, SyntaxProblem
from sdtui.base.files import read_bytes
from sdtui.base.work import Work
from sdtui.dataset.facts import Facts, FolderFacts
from sdtui.dataset.project import CaptionSource, Ignored, Sample, Subset
from sdtui.dataset.reading import Reading, Tools, chunks, count_tokens
from sdtui.dataset.subset_folders import Place
from sdtui.trainer.captions import CaptionRules
from sdtui.trainer.metadata import caption_of, entries_of


def read_metadata(place: Place, tools: Tools) -> Work[Reading]:
    """The subset whose metadata file ``place`` names. Raises WorkCancelled."""
    assert place.metadata_file is not None
    try:
        entries = load_entries(place.metadata_file)
    except SdtuiError as error:
        return Reading(None, (Ignored(place.metadata_file, error.sentence()),))
    if not entries:
        reason = "There is no image in this metadata file, so the trainer leaves the subset out."
        return Reading(None, (Ignored(place.metadata_file, reason),))
    tools.pace.total = (tools.pace.total or 0) + len(entries)
    reader = _Reader(place, place.metadata_file, tools)
    samples: list[Sample] = []
    named = sorted(entries.items())
    for chunk in chunks(named):
        samples += reader.read(dict(chunk))
        yield from tools.pace.step(len(chunk))
    reader.save()
    subset = Subset(
        name=place.name,
        image_dir=place.image_dir,
        num_repeats=place.num_repeats,
        is_reg=False,
        class_tokens=None,
        caption_extension=place.caption_extension or ".caption",
        samples=tuple(samples),
        dataset=place.dataset,
        position=place.position,
        metadata_file=place.metadata_file,
        options=place.options,
        keys=tuple(key for key, _ in named),
    )
    return Reading(subset)


def load_entries(path: Path) -> dict[str, Any]:
    """The entries of a metadata file by image path as written there. Raises UnreadableError and SyntaxProblem."""
    return parse_entries(path, read_bytes(path))


def parse_entries(path: Path, data: bytes) -> dict[str, Any]:
    """The entries of a metadata file that was read as ``data`` from ``path``. Raises SyntaxProblem."""
    try:
        return entries_of(data.decode("utf-8"), lines=path.name.endswith(".jsonl"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SyntaxProblem("The metadata file is not UTF-8", path=path, line=line) from error
    except json.JSONDecodeError as error:
        raise SyntaxProblem(
            f"This is no valid metadata file: {error.msg}", path=path, line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise SyntaxProblem("This metadata file is nested too deeply", path=path) from error
    except ValueError as error:
        raise SyntaxProblem(f"This is no metadata file: {error}", path=path) from error


@dataclass
class _Reader:
    place: Place
    file: Path
    tools: Tools
    _folders: dict[Path, FolderFacts] = field(default_factory=dict)
    _seen: dict[Path, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = CaptionRules.from_options(self.place.options)

    def read(self, entries: Mapping[str, Any]) -> list[Sample]:
        """A sample for each entry."""
        options = self.place.options
        separator = options.get("caption_separator", ",")
        readings = [caption_of(entry, separator, bool(options.get("enable_wildcard"))) for entry in entries.values()]
        paths = [self.place.image_dir / key for key in entries]
        facts = [self._facts(path) for path in paths]
        known = [self._folder(path.parent).known.get(path.name) for path in paths]
        tokens = count_tokens([reading.text for reading in readings], known, self.rules, self.tools.mode)
        samples = []
        for path, fact, entry, reading, (key, count) in zip(
            paths, facts, entries.values(), readings, tokens, strict=True
        ):
            self._folder(path.parent).keep(path.name, fact, key, count)
            width, height = _size(entry, fact)
            samples.append(
                Sample(
                    path=path,
                    subset=self.place.name,
                    width=width,
                    height=height,
                    caption=reading.text,
                    caption_path=self.file,
                    caption_read_from=self.file,
                    caption_source=CaptionSource.OWN if reading.text or reading.problem else CaptionSource.NONE,
                    tokens=count,
                    problem=fact.problem or reading.problem,
                )
            )
        return samples

    def save(self) -> None:
        """Remember what was found out; the folders may hold more than this file names, which stays remembered."""
        for folder, facts in self._folders.items():
            facts.save(frozenset(facts.known) | self._seen[folder])

    def _folder(self, folder: Path) -> FolderFacts:
        if folder not in self._folders:
            self._folders[folder] = FolderFacts(folder, self.tools.index)
            self._seen[folder] = set()
        return self._folders[folder]

    def _facts(self, path: Path) -> Facts:
        facts = self._folder(path.parent).of(path.name)
        self._seen[path.parent].add(path.name)
        if facts.problem and not path.suffix:
            reason = "The metadata names it without its ending, and the trainer finds no such file."
            return Facts(0, 0, 0, 0, reason)
        return facts


def _size(entry: Any, facts: Facts) -> tuple[int, int]:
    """The size that the trainer goes by: the metadata's own where it says one."""
    said = entry.get("image_size") if isinstance(entry, dict) else None
    if isinstance(said, list) and len(said) == 2 and all(isinstance(side, int) for side in said):
        return said[0], said[1]
    return facts.width, facts.height
