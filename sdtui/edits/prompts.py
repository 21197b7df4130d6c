"""Prompt files written as Plans."""

from __future__ import annotations

from pathlib import Path

from sdtui.plans.plan import MakeFolder, Plan, Write
from sdtui.trainer.prompt_file import PromptFile


def prompts_plan(before: bytes | None, after: PromptFile, title: str) -> Plan:
    """The Plan that writes ``after``; ``before`` is what was read there, None where there is no file yet."""
    data = after.data
    if before == data:
        return Plan(title, ())
    folder = _missing_folder(after.path.parent) if before is None else ()
    return Plan(title, (*folder, Write(after.path, before, data)))


def _missing_folder(folder: Path) -> tuple[MakeFolder, ...]:
    return () if folder.is_dir() else (MakeFolder(folder),)
