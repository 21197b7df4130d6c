"""Whether the ``metadata_cache.json`` that ``cache_info`` makes still says what stands in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError
from sdtui.base.files import read_bytes
from sdtui.base.there import is_file
from sdtui.checks import cache_rules as rules
from sdtui.checks.finding import Finding
from sdtui.checks.rule import Broken
from sdtui.dataset.listing import absolute, is_possible
from sdtui.dataset.project import Project, Subset
from sdtui.trainer.caches import IMAGE_INFO_CACHE


def info_findings(project: Project) -> Iterator[Finding]:
    """Compare each such file with its folder (library/train_util.py, load_dreambooth_dir)."""
    broken = Broken()
    for subset in project.subsets:
        file = subset.image_dir / IMAGE_INFO_CACHE
        if subset.metadata_file is None and subset.options.get("cache_info") and file.is_file():
            rule = _broken(subset)
            if rule is not None:
                broken.add(rule, file)
    yield from broken.findings(project.toml or project.root)


def _broken(subset: Subset) -> rules.Rule | None:
    try:
        written = json.loads(read_bytes(subset.image_dir / IMAGE_INFO_CACHE).decode("utf-8"))
    except (UnreadableError, ValueError, RecursionError):
        return rules.INFO_BROKEN
    if not isinstance(written, dict) or not all(_is_entry(entry) for entry in written.values()):
        return rules.INFO_BROKEN
    remembered = {_path(key): entry for key, entry in written.items()}
    if not all(path is not None and is_file(path) for path in remembered):
        return rules.INFO_BROKEN
    real = {sample.path: (_text(subset, sample.caption), [sample.width, sample.height]) for sample in subset.samples}
    said = {path: (entry["caption"], entry["resolution"]) for path, entry in remembered.items()}
    return None if said == real else rules.INFO_STALE


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and "caption" in entry and "resolution" in entry


def _path(key: str) -> Path | None:
    return absolute(Path(key)) if is_possible(key) else None


def _text(subset: Subset, caption: str | None) -> str:
    return caption if caption is not None else subset.class_tokens or ""
