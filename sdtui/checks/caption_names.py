"""Caption files that no image reads: for their name, or for their ending."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from posixpath import splitext

from sdtui.checks import caption_rules as rules
from sdtui.checks.finding import Finding
from sdtui.dataset.caption_files import EXTENSIONS
from sdtui.dataset.project import Project, Sample, Subset


def caption_names(project: Project) -> Iterator[Finding]:
    """Findings about the texts among ``project.ignored``."""
    where = project.toml or project.root
    found: dict[rules.Rule, list[Path]] = defaultdict(list)
    for subset, file, sample in unread_captions(project):
        found[_rule(subset, file, sample)].append(file)
    yield from (rule.finding(files, where) for rule, files in found.items())


def unread_captions(project: Project) -> Iterator[tuple[Subset, Path, Sample | None]]:
    """Each text that is not read, and the image that it seems to be meant for."""
    subsets = {subset.image_dir: subset for subset in project.subsets if subset.metadata_file is None}
    images: dict[Path, dict[str, Sample]] = {}
    for entry in project.ignored:
        subset = subsets.get(entry.path.parent)
        if subset is None or not _is_caption(entry.path, subset):
            continue
        if subset.image_dir not in images:
            images[subset.image_dir] = {key: one for one in subset.samples for key in _keys(one.path.name)}
        exact, loose = _keys(entry.path.name)
        known = images[subset.image_dir]
        yield subset, entry.path, known.get(exact) or known.get(loose)


def _rule(subset: Subset, file: Path, sample: Sample | None) -> rules.Rule:
    if sample is None:
        return rules.ORPHAN
    if splitext(file.name)[0] != splitext(sample.name)[0]:
        # Where the image has its own, this one is a left-over.
        return rules.OTHER_NAME if sample.caption_read_from is None else rules.ORPHAN
    return rules.OTHER_EXTENSION if sample.caption_read_from is None else rules.SPARE


def _keys(name: str) -> tuple[str, str]:
    """The stem as it is, and as two spellings of one name share it; told apart by a character no name has."""
    stem = splitext(name)[0]
    return stem, "\0" + unicodedata.normalize("NFC", stem).casefold()


def _is_caption(path: Path, subset: Subset) -> bool:
    ending = path.suffix
    if path.name.startswith(".") or ending.lower() not in {*EXTENSIONS, subset.caption_extension}:
        return False
    return path.is_file()
