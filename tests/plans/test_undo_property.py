"""Whatever is edited, undone, redone and changed by others in whatever order: no word of anybody is lost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sdtui.plans.journal import Journal
from sdtui.plans.plan import Change, Plan, Write
from sdtui.plans.upkeep import Bounds

NAMES = ("a.txt", "b.txt", "c.txt")
texts = st.binary(min_size=1, max_size=8)
Files = dict[str, bytes]


class Editing(RuleBasedStateMachine):
    """A person edits, undoes and redoes, restarting between; a model says what must stand in every file."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.now: Files = {}
        self.undoable: list[tuple[Files, Files]] = []
        self.redoable: list[tuple[Files, Files, set[str]]] = []

    @property
    def journal(self) -> Journal:
        return Journal(self.root / ".sdtui", bounds=Bounds(folders=1, every=1))

    @initialize(text=texts)
    def one_caption_stands_there(self, text: bytes) -> None:
        (self.root / "a.txt").write_bytes(text)
        self.now = {"a.txt": text}

    @rule(edits=st.dictionaries(st.sampled_from(NAMES), texts, min_size=1))
    def edit(self, edits: Files) -> None:
        edits = {name: text for name, text in edits.items() if self.now.get(name) != text}
        changes: list[Change] = [Write(self.root / name, self.now.get(name), text) for name, text in edits.items()]
        self.journal.apply(Plan("edit", tuple(changes)))
        if edits:
            before = dict(self.now)
            self.now = {**self.now, **edits}
            self.undoable.append(({name: before[name] for name in edits if name in before}, edits))
            self.redoable.clear()

    @precondition(lambda self: self.undoable)
    @rule()
    def undo(self) -> None:
        before, edits = self.undoable.pop()
        refused = {path.name for path, _ in self.journal.undo().refused}
        assert refused == {name for name in edits if self.now.get(name) not in (edits[name], before.get(name))}
        for name in edits.keys() - refused:
            self._set(name, before.get(name))
        self.redoable.append((before, edits, refused))

    @precondition(lambda self: self.redoable and self._redo_is_possible())
    @rule()
    def redo(self) -> None:
        before, edits, refused = self.redoable.pop()
        self.journal.redo()
        self.now |= {name: text for name, text in edits.items() if name not in refused}
        self.undoable.append((before, edits))

    def _redo_is_possible(self) -> bool:
        before, edits, refused = self.redoable[-1]
        names = edits.keys() - refused
        return bool(names) and all(self.now.get(name) == before.get(name) for name in names)

    def _set(self, name: str, text: bytes | None) -> None:
        if text is None:
            self.now.pop(name, None)
        else:
            self.now[name] = text

    @rule(name=st.sampled_from(NAMES), text=texts)
    def somebody_else_writes(self, name: str, text: bytes) -> None:
        (self.root / name).write_bytes(text)
        self.now[name] = text

    @invariant()
    def every_file_is_as_it_must_be(self) -> None:
        standing = {path.name: path.read_bytes() for path in self.root.glob("*.txt")}
        assert standing == self.now
        assert self.journal.unfinished() == ()

    def teardown(self) -> None:
        self._folder.cleanup()


@pytest.fixture(autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


TestEditing = Editing.TestCase
TestEditing.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
