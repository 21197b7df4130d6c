"""Every error that sdtui raises on purpose. Each is a sentence: what happened, to which file, what to do.

::

    SdtuiError                    could not do it                                  exit 3
    ├── UsageError                asked for something that does not exist          exit 2
    ├── UnreadableError           a file or folder could not be read               exit 3
    │   └── SyntaxProblem         a file could be read but not understood: line, column
    ├── NotADatasetError          the folder holds nothing to train on             exit 3
    ├── WriteError                a file could not be written (disk full, read-only, ...)
    │   ├── ChangedOutsideError   what was to be replaced is not what was read
    │   └── InUseError            a live run reads this path
    ├── NeedsConsentError         a write without --yes and without a terminal     exit 3
    ├── TrainerError              sd-scripts or its Python was not found or does not work
    └── RunError                  a run could not be started, found, or stopped
"""

from __future__ import annotations

from pathlib import Path


class SdtuiError(Exception):
    """What happened (``what``), to which file (``path``), and what to do about it (``remedy``)."""

    exit_code = 3

    def __init__(self, what: str, *, path: Path | str | None = None, remedy: str | None = None) -> None:
        self.what = what.rstrip(".")
        self.path = Path(path) if path is not None else None
        self.remedy = remedy
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The whole error as text for a person: ``what: path. remedy``."""
        text = f"{self.what}: {self.path}." if self.path is not None else f"{self.what}."
        return f"{text} {self.remedy}" if self.remedy else text


class UsageError(SdtuiError):
    """A name, key or value that does not exist was asked for."""

    exit_code = 2


class UnreadableError(SdtuiError):
    """A file or folder could not be read."""


class SyntaxProblem(UnreadableError):
    """A file was read but is not what its name promises; ``line`` and ``column`` count from 1, None where unknown."""

    def __init__(
        self,
        what: str,
        *,
        path: Path | str | None = None,
        remedy: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.line = line
        self.column = column
        super().__init__(what, path=path, remedy=remedy)

    def sentence(self) -> str:
        place = f" (line {self.line}" + (f", column {self.column})" if self.column else ")") if self.line else ""
        where = f": {self.path}{place}." if self.path is not None else f"{place}."
        return f"{self.what}{where} {self.remedy}" if self.remedy else f"{self.what}{where}"


class NotADatasetError(SdtuiError):
    """A folder was opened that holds nothing which the trainer would read."""


class WriteError(SdtuiError):
    """A file could not be written; whatever stood there before still stands."""


class ChangedOutsideError(WriteError):
    """What was to be replaced is no longer what was read: somebody else changed it meanwhile."""


class InUseError(WriteError):
    """A live run reads this path, so it may not be renamed, moved or deleted."""


class NeedsConsentError(SdtuiError):
    """A write was asked for without ``--yes``, and there is no terminal to ask on."""


class TrainerError(SdtuiError):
    """sd-scripts, its Python, or its launcher was not found or does not work."""


class RunError(SdtuiError):
    """A run could not be started, found, followed or stopped."""
