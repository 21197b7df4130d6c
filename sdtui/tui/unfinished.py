"""A change that was cut short (a crash, a power cut) is finished or rolled back before anything else is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.base.errors import InUseError, SdtuiError
from sdtui.base.text import plural
from sdtui.dataset.project import Project
from sdtui.plans.journal import Journal
from sdtui.plans.outcome import Entry, Settled
from sdtui.runs.live import held_paths
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.plan.left import LeftScreen

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_ANSWERS = (Answer("f", "finish it", "finish"), Answer("b", "roll it back", "back"), Answer("esc", "later", ""))
_AGAIN = (Answer("y", "go on with the rest", "go on"), Answer("esc", "leave it as it is", ""))


def ask_about(app: SdtuiApp, project: Project) -> None:
    """Look for changes that were begun and not finished; ask about each in turn."""
    _Settling(app, project).look()


class _Settling:
    """One interrupted change after the other, the newest first."""

    def __init__(self, app: SdtuiApp, project: Project) -> None:
        self._app = app
        self._home = project.home
        self._journal = Journal(project.home)

    def look(self) -> None:
        """Ask about the next one, if there is one."""
        self._app.bridge.call(self._app, "unfinished", self._journal.unfinished, self._ask)

    def _ask(self, entries: tuple[Entry, ...]) -> None:
        if not entries:
            return
        entry = entries[0]
        sentences = (
            f"“{entry.title}” was begun and not finished when sdtui last ended here. "
            "It can be carried out to its end, or everything can be put back as it was before."
        )

        def answered(answer: str | None) -> None:
            if answer:
                self._settle(entry, forward=answer == "finish", keep_going=False)

        self._app.push_screen(Ask("A change was cut short", sentences, _ANSWERS), answered)

    def _settle(self, entry: Entry, *, forward: bool, keep_going: bool) -> None:
        settle = self._journal.finish if forward else self._journal.roll_back

        def refused(error: SdtuiError) -> None:
            if keep_going or isinstance(error, InUseError):
                self._app.explain(error)
            else:
                self._offer_the_rest(entry, error, forward=forward)

        self._app.say(f"{'Finishing' if forward else 'Rolling back'} “{entry.title}” …")
        self._app.bridge.write(
            self._app,
            lambda: settle(entry.id, held_paths(self._home), keep_going=keep_going),
            self._settled,
            refused,
        )

    def _offer_the_rest(self, entry: Entry, error: SdtuiError, *, forward: bool) -> None:
        sentences = (
            f"{error.sentence()}\n\nThe change stays cut short, and can be settled at the next start. "
            "Or what can be written is written now, and the files that cannot are listed."
        )

        def answered(answer: str | None) -> None:
            if answer:
                self._settle(entry, forward=forward, keep_going=True)

        what = "It could not be finished" if forward else "It could not be rolled back"
        self._app.push_screen(Ask(what, sentences, _AGAIN), answered)

    def _settled(self, outcome: Settled) -> None:
        if self._app.workspace is not None:
            self._app.workspace.look_again(None)
        sentence = _sentence(outcome)
        if outcome.refused:
            self._app.push_screen(LeftScreen(outcome.title, sentence, outcome.refused), lambda _: self.look())
        else:
            self._app.say(sentence)
            self.look()


def _sentence(outcome: Settled) -> str:
    """What was done."""
    if not outcome.refused:
        done = "is finished now" if outcome.applied else "was rolled back: everything is as it was before"
        return f"“{outcome.title}” {done}."
    left = plural(len(outcome.refused), "file was", "files were")
    return f"“{outcome.title}” {'is finished' if outcome.applied else 'was rolled back'} now, but {left} left."
