"""Writing the metadata file of a full fine-tune from images and the texts beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdtui.base.errors import NotADatasetError, UsageError
from sdtui.base.files import read_if_there
from sdtui.base.text import plural
from sdtui.dataset.project import CaptionSource, Project, Sample, Subset
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.captions import own_caption, read_caption, with_dot


@dataclass(frozen=True, slots=True)
class MetadataExport:
    """A metadata file to be written."""

    plan: Plan
    entries: int
    left_out: tuple[tuple[Path, str], ...]
    """Images that are not in it, each with the reason."""
    replaces: bool
    """A file stands there."""


def write_metadata(
    project: Project,
    output: Path,
    *,
    subsets: Iterable[str] = (),
    captions: bool = True,
    tags_extension: str | None = None,
) -> MetadataExport:
    """One file for the training images of ``project``: full paths, captions and/or tags, sizes.

    Full paths, because keys without an ending, as finetune/merge_captions_to_metadata.py writes them, are refused now.
    ``tags_extension``: of the files beside the images that hold tags. Raises UsageError for a subset that is not there
    and for another ending than .json, NotADatasetError where nothing is left, UnreadableError.
    """
    if output.suffix.lower() != ".json":
        raise UsageError(f"{output.name} does not end in .json")
    entries: dict[str, Any] = {}
    left_out: list[tuple[Path, str]] = []
    for subset in _chosen(project, tuple(subsets)):
        for sample in subset.samples:
            if sample.problem is not None:
                left_out.append((sample.path, sample.problem))
                continue
            entries[str(sample.path)] = {
                **({"caption": caption_of_image(subset, sample)} if captions else {}),
                **_tags(sample, tags_extension),
                "image_size": [sample.width, sample.height],
            }
    if not entries:
        raise NotADatasetError("No image is left for a metadata file", path=project.root)
    data = metadata_bytes(entries)
    before = read_if_there(output)
    changes = () if before == data else (Write(output, before, data),)
    warnings = _warnings(project, left_out)
    plan = Plan(f"write {output.name} for {plural(len(entries), 'image')}", changes, warnings)
    return MetadataExport(plan, len(entries), tuple(left_out), before is not None and before != data)


def metadata_bytes(entries: dict[str, Any]) -> bytes:
    """``entries`` by image path as a file."""
    return (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _chosen(project: Project, names: tuple[str, ...]) -> list[Subset]:
    known = {subset.name for subset in project.subsets}
    for name in names:
        if name not in known:
            raise UsageError(f'There is no subset "{name}"', remedy=f"There are {', '.join(sorted(known))}.")
    return [subset for subset in project.subsets if subset.name in names or (not names and not subset.is_reg)]


def caption_of_image(subset: Subset, sample: Sample) -> str:
    """What is trained for the image: its caption, else the class tokens."""
    return (subset.class_tokens or "") if sample.caption_source is CaptionSource.CLASS else sample.caption or ""


def _tags(sample: Sample, extension: str | None) -> dict[str, str]:
    if extension is None:
        return {}
    data = read_if_there(Path(own_caption(str(sample.path), with_dot(extension))))
    text = read_caption(data).text if data is not None else None
    return {"tags": text} if text else {}


def _warnings(project: Project, left_out: list[tuple[Path, str]]) -> tuple[str, ...]:
    told = [f"{plural(len(left_out), 'image')} with a problem left out, the first {left_out[0][0]}"] if left_out else []
    repeats = {subset.num_repeats for subset in project.subsets if not subset.is_reg}
    if len(repeats) > 1:
        told.append("The subsets repeat differently, which one file cannot say; sdtui config new writes one for each.")
    return tuple(told)
