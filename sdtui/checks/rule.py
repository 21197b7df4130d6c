"""One kind of finding: everything that it is about goes into one finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.text import plural
from sdtui.checks.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """What is said of all files that break it."""

    code: str
    severity: Severity
    one: str
    """After ``1``: "caption file is empty"."""
    many: str
    """After ``12``: "caption files are empty"."""
    why: str
    fix: str | None = None

    def finding(self, files: Iterable[Path], path: Path | None = None, *, more: str = "") -> Finding:
        """The finding about ``files``; ``more`` follows its sentence."""
        those = tuple(dict.fromkeys(files))
        message = f"{plural(len(those), self.one, self.many)}{f': {more}' if more else ''}."
        return Finding(self.code, self.severity, message, path, files=those, why=self.why, fix=self.fix)


@dataclass
class Broken:
    """Collects which files break which rules."""

    _files: dict[Rule, dict[Path, None]] = field(default_factory=dict)

    def add(self, rule: Rule, file: Path) -> None:
        self._files.setdefault(rule, {})[file] = None

    def findings(self, path: Path | None = None) -> list[Finding]:
        """One finding a rule, about the folder or config ``path``."""
        return [rule.finding(files, path) for rule, files in self._files.items()]
