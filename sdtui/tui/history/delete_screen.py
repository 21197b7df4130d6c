"""Deleting a run: everything that belongs to it is listed with its size, and each kind can be kept.

``app.push_screen(DeleteScreen(home, record), callback)``: the callback gets True where something was deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from sdtui.base.errors import SdtuiError
from sdtui.base.text import file_size, plural, safe
from sdtui.base.work import finish
from sdtui.plans.outcome import Applied
from sdtui.plans.plan import Plan
from sdtui.runs.past.belongings import Kind
from sdtui.runs.past.deletion import Deletion, delete_for_good, prepare_deletion, sentence, to_trash
from sdtui.runs.record import RunRecord
from sdtui.tui.commands import Command, key_of, offered
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.history.doomed_list import DoomedList
from sdtui.tui.page import Page
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines, wrap

_REASONS = 3
"""Why files stay, at most."""


def _ready(screen: DeleteScreen) -> bool:
    return screen.deletion is not None and not screen.writing


def _something(screen: DeleteScreen) -> bool:
    return _ready(screen) and screen.deletion is not None and bool(screen.deletion.of(screen.kinds))


class DeleteScreen(Page["bool | None"]):
    """Dismissed with True where something was deleted, else None."""

    AUTO_FOCUS = "DoomedList"
    BINDINGS: ClassVar[list[BindingType]] = offered(
        Command(
            "delete_run.do",
            "Delete it",
            "Puts what is listed as deleted into the trash, or deletes it for good, as chosen.",
            ("enter",),
            "do",
            "delete",
            when=_something,
            rank=10,
        ),
        Command("delete_run.leave", "Back", "Back; nothing is deleted.", ("escape",), "leave", "back", rank=11),
        Command(
            "delete_run.keep",
            "Keep or delete this kind",
            "Keeps all files of the kind under the cursor, or deletes them after all.",
            ("space",),
            "keep",
            "keep this kind",
            when=_ready,
            rank=20,
            still=True,
        ),
        Command(
            "delete_run.good",
            "Trash or for good",
            "Chooses between the trash, from which undo brings it back, and deleting for good, which frees the space.",
            ("g",),
            "good",
            "trash / for good",
            when=_ready,
            rank=30,
            still=True,
        ),
    )

    def __init__(self, home: Path, record: RunRecord) -> None:
        """``home`` is the project's ``.sdtui``."""
        super().__init__()
        self._home = home
        self._record = record
        self.deletion: Deletion | None = None
        self.for_good = False
        self.writing = False
        self._refusal = ""

    def compose(self) -> ComposeResult:
        yield Lines(id="delete-title")
        with Vertical(id="delete"):
            yield Lines(id="delete-sum")
            yield Lines(id="delete-heading")
            yield DoomedList()
            yield Lines(id="delete-how")
        yield Footer()

    @property
    def kinds(self) -> set[Kind]:
        """What is deleted."""
        return self._list.kinds

    @property
    def _list(self) -> DoomedList:
        return self.query_one(DoomedList)

    # Life ---------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self._list.root = self._home.parent
        self.watch(self.app, "theme", self._show, init=False)
        home, record = self._home, self._record
        self.shell.bridge.call(
            self, "belongings", lambda: prepare_deletion(home, record), self._was_looked_at, self._was_refused
        )
        self._show()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < 30, "-low")
        self.call_after_refresh(self._show)

    def _was_looked_at(self, deletion: Deletion) -> None:
        self.deletion = deletion
        self._list.rows, self._list.doubtful = deletion.belongings.items, deletion.belongings.doubtful
        self._list.rows_changed(0)
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        state = "deleting" if self.writing else "nothing is deleted yet"
        title: Line = [(f" Delete {safe(self._record.id)}", "strong"), (f"   {state}", "dim")]
        self.query_one("#delete-title", Lines).show([title])
        self.query_one("#delete-sum", Lines).show_fitted(self._sum)
        self.query_one("#delete-heading", Lines).show([[(self._list.heading(), "dim")]] if self.deletion else [])
        self.query_one("#delete-how", Lines).show_fitted(self._how)
        self.refresh_bindings()

    def _sum(self, width: int) -> list[Line]:
        if self.deletion is None:
            return []
        items = self.deletion.belongings
        said = [
            f"{kind.value} {file_size(items.size([kind]))}" + ("" if kind in self.kinds else " (stay)")
            for kind in Kind
            if items.of([kind])
        ]
        size = file_size(items.size(self.kinds))
        number = plural(len(items.of(self.kinds)), "file or folder", "files and folders")
        return [[(f" {number}, {size}", "strong"), (f"   {' · '.join(said)}", "dim")]]

    def _how(self, width: int) -> list[Line]:
        if self._refusal:
            return [[(" ", "plain"), *line] for line in wrap(safe(self._refusal), width - 2, "bad")]
        if self.deletion is None:
            return []
        warned = [f"▲ {safe(warning)}" for warning in (*self.deletion.warnings(self.kinds), *self._staying())]
        size = file_size(self.deletion.belongings.size(self.kinds))
        how = (
            f"For good: {size} are free at once. This cannot be undone."
            if self.for_good
            else "Into the trash of the project: undo brings it back, and the space is free once the trash is emptied."
        )
        lines = [line for text in warned for line in wrap(text, width - 2, "warn", indent=2)]
        key = key_of("delete_run.good")
        lines += [[(f"{key} ", "accent"), *wrap(how, max(8, width - 4), "bad" if self.for_good else "plain")[0]]]
        lines += [[("  ", "plain"), *line] for line in wrap(how, max(8, width - 4), "plain")[1:]]
        return [[(" ", "plain"), *line] for line in lines]

    def _staying(self) -> Iterator[str]:
        """Why files must stay, the reason of most first."""
        doubtful = self.deletion.belongings.doubtful if self.deletion is not None else ()
        for why, number in Counter(why for _, why in doubtful).most_common(_REASONS):
            yield f"{plural(number, 'file or folder stays', 'files and folders stay')}: {why}"

    # Actions ------------------------------------------------------------------------------------------------------

    def action_keep(self) -> None:
        kind = self._list.kind
        if kind is not None:
            self.kinds.symmetric_difference_update({kind})
            self._list.redraw()
            self._show()

    def action_good(self) -> None:
        self.for_good = not self.for_good
        self._show()

    def action_leave(self) -> None:
        if not self.writing:
            self.leave_with(None)

    def action_do(self) -> None:
        if self.deletion is None:
            return
        if not self.for_good:
            self._to_trash(self.deletion)
            return
        size = file_size(self.deletion.belongings.size(self.kinds))
        answers = (Answer("y", "delete for good", "yes"), Answer("esc", "keep it", ""))
        question = Ask(f"Delete {size} for good?", "Nothing brings it back.", answers)
        self.app.push_screen(question, lambda answer: self._for_good() if answer == "yes" else None)

    def _to_trash(self, deletion: Deletion) -> None:
        workspace, kinds = self.shell.workspace, frozenset(self.kinds)
        if workspace is None or self.shell.project is None:
            self._refuse("The dataset is still being read, or cannot be. Try again, or use `sdtui runs delete`.")
            return

        def done(applied: Applied | None) -> None:
            if applied is not None:
                self.shell.say(f"{sentence(deletion, kinds, for_good=False)} Undo (on Dataset) brings it back.")
            self.leave_with(applied is not None)

        self._writing(True)

        def make() -> Plan:
            return replace(to_trash(self._home, deletion, kinds).plan, warnings=())  # they were read here

        workspace.apply(make, done, self._was_refused)

    def _for_good(self) -> None:
        deletion, kinds, home = self.deletion, frozenset(self.kinds), self._home
        if deletion is None:
            return

        def done(_gone: object) -> None:
            self.shell.say(sentence(deletion, kinds, for_good=True))
            self.leave_with(True)

        self._writing(True)
        self.shell.bridge.write(self, lambda: finish(delete_for_good(home, deletion, kinds)), done, self._was_refused)

    def _writing(self, writing: bool) -> None:
        self.writing = writing
        self._show()

    def _was_refused(self, error: SdtuiError) -> None:
        self.writing = False
        self._refuse(error.sentence())

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence
        self._show()
