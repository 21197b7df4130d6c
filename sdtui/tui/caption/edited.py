"""What the editor edits: the caption file of an image, or its entry in a metadata file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from rich.text import Text

from sdtui.base.text import safe
from sdtui.dataset.project import Sample, Subset
from sdtui.edits.caption_file import CaptionFile, parse
from sdtui.edits.captions import open_caption, save_plan, stale
from sdtui.edits.metadata_caption import MetadataCaption, open_metadata_caption, reread, save_metadata_plan
from sdtui.plans.plan import Plan
from sdtui.trainer.caches import stale_text_caches
from sdtui.tui.theme import Inks

Edited: TypeAlias = CaptionFile | MetadataCaption


def open_edited(sample: Sample, subset: Subset | None) -> Edited:
    """The caption of ``sample`` as it stands now. Raises UnreadableError."""
    if subset is not None and subset.metadata_file is not None:
        return open_metadata_caption(subset, sample)
    return open_caption(sample.caption_path, sample.caption_read_from)


def read_again(edited: Edited) -> Edited:
    """What stands now where ``edited`` would be saved. Raises UnreadableError."""
    return reread(edited) if isinstance(edited, MetadataCaption) else open_caption(edited.path, None)


def as_saved(edited: Edited, text: str) -> Edited:
    """``edited`` once ``text`` is saved. Raises WriteError when it cannot be."""
    if isinstance(edited, MetadataCaption):
        return replace(edited, text=text)
    return parse(edited.path, edited.with_text(text))


def plan_to_save(edited: Edited, text: str, image: Path, *, delete_stale: bool) -> Plan:
    """The Plan that saves ``text``. Raises SdtuiError."""
    if isinstance(edited, MetadataCaption):
        return save_metadata_plan(edited, text, image, delete_stale)
    return save_plan(edited, text, image, delete_stale)


def caches_of_old_text(edited: Edited, image: Path) -> tuple[Path, ...]:
    """The caches that hold the text as it was."""
    return stale_text_caches(image) if isinstance(edited, MetadataCaption) else stale(image, edited.path)


def trained(edited: Edited | None, text: str) -> str:
    """What the trainer would read if ``text`` were saved: an entry's tags come after it."""
    return edited.trained(text) if isinstance(edited, MetadataCaption) else text


def place_text(edited: Edited | None, ink: Inks) -> Text | None:
    """Where a caption stands that has no file of its own, while it is edited."""
    if not isinstance(edited, MetadataCaption):
        return None
    text = Text.assemble((f"in {safe(edited.path.name)}", ink.warn), no_wrap=True, overflow="ellipsis")
    if edited.tags:
        text.append(f"; its tags are joined after it: {safe(edited.tags)}", ink.dim)
    return text
