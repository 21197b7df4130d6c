"""A proposal that is being made in a thread, on its way to the screen that shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message_pump import MessagePump

from sdtui.base.errors import SdtuiError
from sdtui.base.text import count
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.prepare.staging import discard
from sdtui.tui.plan.screen import PlanScreen

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp


class Making:
    """Makes one proposal at a time for ``owner``, and shows each on a PlanScreen of its own."""

    def __init__(
        self,
        shell: SdtuiApp,
        owner: MessagePump,
        changed: Callable[[], None],
        judged: Callable[[Applied | None], None],
        refused: Callable[[SdtuiError], None],
    ) -> None:
        """``changed`` hears whenever ``progress`` is another; ``judged`` what was applied, None where it was left."""
        self._shell = shell
        self._owner = owner
        self._changed = changed
        self._judged = judged
        self._refused = refused
        self.progress: Progress | None = None
        """How far it is; None where nothing is being made."""

    @property
    def words(self) -> str:
        """``reading 1,240 of 10,000 captions``; empty where nothing is being made."""
        if self.progress is None:
            return ""
        of_all = f" of {count(self.progress.total)}" if self.progress.total else ""
        return f"reading {count(self.progress.done)}{of_all} {self.progress.what}"

    def begin(self, make: Callable[[Cancelled], Work[Proposal]]) -> None:
        """Make a proposal, unless one is being made."""
        if self.progress is None:
            self._told(Progress(0, None, "captions"))
            self._shell.bridge.work(self._owner, "propose", make, self._made, self._told, self._failed)

    def stop(self) -> None:
        """Give up what is being made."""
        self._shell.bridge.cancel(self._owner, "propose")
        self._told(None)

    def _told(self, progress: Progress | None) -> None:
        self.progress = progress
        self._changed()

    def _made(self, proposal: Proposal) -> None:
        self._told(None)
        self._shell.push_screen(PlanScreen(proposal), lambda applied: self._answered(proposal, applied))

    def _answered(self, proposal: Proposal, applied: Applied | None) -> None:
        if applied is None and self._shell.project is not None:
            home = self._shell.project.home
            self._shell.bridge.write(self._owner, lambda: discard(home, proposal.plan), lambda _: None)
        self._judged(applied)

    def _failed(self, error: SdtuiError) -> None:
        self._told(None)
        self._refused(error)
