"""Saving one caption: a Plan that writes the image's own caption file, and may delete caches of the old text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sdtui.base.errors import UnreadableError
from sdtui.base.files import folder_entries, read_error, read_if_there
from sdtui.base.text import plural
from sdtui.edits.caption_file import CaptionFile, parse, read
from sdtui.plans.plan import Plan, Remove, Write
from sdtui.trainer.caches import IMAGE_INFO_CACHE, TEXT_SUFFIXES, stale_text_caches
from sdtui.trainer.captions import borrowed_caption
from sdtui.trainer.names import is_image

_EMPTY = "The caption is empty now. The trainer stops at a file of 0 bytes, so a single line end is written."


def open_caption(own: Path, read_from: Path | None) -> CaptionFile:
    """The caption to edit for an image whose own file is ``own``, and whose text comes from ``read_from``.

    A borrowed text is the beginning of the image's own file: saving never changes the file that it was borrowed from.
    Raises UnreadableError.
    """
    if read_from is None or read_from == own:
        return read(own)
    return replace(parse(own, read_if_there(read_from)), data=None)


def stale(image: Path, caption: Path | None = None) -> tuple[Path, ...]:
    """What would keep the old text after the caption of ``image`` has changed, as far as it stands on disk.

    The text encoder caches of the image and of those that borrow ``caption``, and the ``metadata_cache.json`` that
    ``cache_info`` leaves in the folder.
    """
    found = list(stale_text_caches(image))
    if caption is not None:
        found += [cache for borrower in _borrowers(caption, image) for cache in stale_text_caches(borrower)]
    info = image.parent / IMAGE_INFO_CACHE
    return tuple(dict.fromkeys([*found, info] if info.is_file() else found))


def save_plan(caption: CaptionFile, new_text: str, image: Path, delete_stale: bool = True) -> Plan:
    """The Plan that makes the caption file hold ``new_text``; an empty Plan where nothing was edited.

    ``delete_stale`` also removes what ``stale`` names; a Plan that does is refused while a live run reads the folder.
    Raises WriteError when the file is not UTF-8 or the text cannot be encoded.
    """
    title = f"edit the caption of {image.name}"
    if new_text == caption.text:
        return Plan(title, ())
    after = caption.with_text(new_text)
    plan = plan_of(
        title, Write(caption.path, caption.data, after), stale(image, caption.path), delete_stale=delete_stale
    )
    return plan if new_text else replace(plan, warnings=(_EMPTY, *plan.warnings))


def plan_of(title: str, write: Write, caches: tuple[Path, ...], *, delete_stale: bool) -> Plan:
    """``write``, and the removal of ``caches`` of the old text; where they are to stay, a warning that names them."""
    if delete_stale or not caches:
        return Plan(title, (write, *removals(caches)))
    named = ", ".join(cache.name for cache in caches)
    those = plural(len(caches), "cache")
    return Plan(title, (write,), (f"{those} of the old text stay, and the trainer would go on with it: {named}",))


def removals(paths: Iterable[Path]) -> tuple[Remove, ...]:
    """The changes that take away the files at ``paths`` as they stand now; what is gone already needs none.

    Raises UnreadableError.
    """
    return tuple(change for path in paths if (change := _removal(path)) is not None)


def _removal(path: Path) -> Remove | None:
    try:
        seen = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise read_error(error, path) from error
    return Remove(path, seen.st_size, seen.st_mtime_ns)


def _borrowers(caption: Path, image: Path) -> list[Path]:
    """Images beside ``caption`` that have no caption of their own and read this one."""
    try:
        with folder_entries(caption.parent) as entries:
            names = {entry.name for entry in entries}
    except UnreadableError:
        return []
    if not any(name.endswith(TEXT_SUFFIXES) for name in names):
        return []
    beside = (caption.parent / name for name in sorted(names) if is_image(name) and name != image.name)
    return [
        other
        for other in beside
        if other.stem + caption.suffix not in names and borrowed_caption(str(other), caption.suffix) == str(caption)
    ]
