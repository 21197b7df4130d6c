"""The prompt file that is edited: read in a thread, changed in memory at once, and written through the journal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.files import read_if_there
from sdtui.edits.prompts import prompts_plan
from sdtui.plans.outcome import Applied
from sdtui.trainer.prompt_file import PromptFile, parse_prompt_file

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class PromptDocument:
    """Holds the file as it will be once everything is written; ``changed`` is called whenever it is another."""

    def __init__(self, shell: SdtuiApp, owner: MessagePump, path: Path, changed: Callable[[], None]) -> None:
        self._shell = shell
        self._owner = owner
        self._changed = changed
        self._before: bytes | None = None
        """What stands on disk after what is on its way there."""
        self.path = path
        self.file: PromptFile | None = None
        """None until it was read, and where it cannot be understood."""
        self.problem: SdtuiError | None = None

    @property
    def is_new(self) -> bool:
        """Whether there is no such file yet."""
        return self.file is not None and self._before is None

    def read(self) -> None:
        """Read it anew; changes that are on their way are waited for."""
        path = self.path

        def look() -> tuple[bytes | None, PromptFile]:
            data = read_if_there(path)
            return data, parse_prompt_file(path, data or b"")

        self._shell.bridge.write(self._owner, look, self._was_read, self._unreadable)

    def _was_read(self, found: tuple[bytes | None, PromptFile]) -> None:
        if found != (self._before, self.file) or self.problem is not None:
            self._before, self.file = found
            self.problem = None
            self._changed()

    def _unreadable(self, error: SdtuiError) -> None:
        self.file, self.problem = None, error
        self._changed()

    def change(self, title: str, make: Callable[[PromptFile], PromptFile]) -> None:
        """Go on with what ``make`` gives, and write it. Raises UsageError and WriteError where it is refused."""
        if self.file is None:
            return
        if self._shell.project is None:
            raise UsageError("The project is still being read", remedy="Try again in a moment.")
        after = make(self.file)
        if after == self.file and self._before is not None:
            return
        before, self._before, self.file = self._before, after.data, after
        workspace = self._shell.workspace
        assert workspace is not None
        workspace.apply(lambda: prompts_plan(before, after, title), self._was_written, self._was_refused)
        self._changed()

    def _was_written(self, _applied: Applied | None) -> None:
        """It stands there now."""

    def _was_refused(self, error: SdtuiError) -> None:
        self._shell.explain(error)
        self.read()
