"""One finding: what is wrong, where, why it matters for the trainer, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Severity(str, Enum):
    """How much a finding matters."""

    ERROR = "error"
    """The trainer stops at it."""
    WARNING = "warning"
    """The trainer goes on, and does not do what was surely meant."""
    INFO = "info"
    """Worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found."""

    code: str
    """Short and stable; begins with ``missing-`` for what is only absent on this machine."""
    severity: Severity
    message: str
    """A sentence."""
    path: Path | None = None
    """The config that it is about, or the folder."""
    line: int | None = None
    """Line of ``path``, counted from 1."""
    files: tuple[Path, ...] = ()
    """The images, captions or folders that it is about."""
    why: str | None = None
    """Why it matters for the trainer, a sentence."""
    fix: str | None = None
    """What to do, a sentence."""

    def document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "path": str(self.path) if self.path is not None else None,
            "line": self.line,
            "files": [str(file) for file in self.files],
            "message": self.message,
            "why": self.why,
            "fix": self.fix,
        }
