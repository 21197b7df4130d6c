"""Bulk edits: an operation found by its letters, filled in, seen beforehand, and carried out where it was meant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from textual import events

from sdtui.edits import operations
from sdtui.edits.operations import Operation, Setting
from sdtui.plans.outcome import Applied
from sdtui.tui.bulk import form
from sdtui.tui.bulk.form import BulkForm
from sdtui.tui.bulk.open import bulk_edit
from sdtui.tui.bulk.preview import pointed_at
from sdtui.tui.bulk.quality import QualityScreen, TierList
from sdtui.tui.bulk.scopes import Scopes, choices
from sdtui.tui.bulk.table import ENTRIES, Kind
from sdtui.tui.finder import Finder
from sdtui.tui.plan.screen import PlanScreen
from tests.tui.conftest import Open, Opened


@pytest.fixture
def opened(opened: Open) -> Open:
    """Without pictures, which these tests do not look at."""
    return partial(opened, slow=True)


def text(dataset: Path, name: str) -> bytes:
    return next((dataset / "images").rglob(f"{name}.txt")).read_bytes()


async def choose(it: Opened, letters: str, scopes: Callable[[Opened], Scopes] | None = None) -> list[Applied]:
    """Open the list of operations and take the one that ``letters`` find."""
    project, done = it.app.project, []
    assert project is not None
    known = scopes(it) if scopes is not None else Scopes(subset=project.subset("10_circle"))
    bulk_edit(it.app, project, known, done.append)
    await it.until(lambda: isinstance(it.app.screen, Finder))
    await it.type(letters)
    await it.press("enter")
    await it.until(lambda: isinstance(it.app.screen, (BulkForm, QualityScreen)) and "esc" in it.words())
    return done


async def apply(it: Opened, done: list[Applied]) -> None:
    """From the form to the disk."""
    await it.press("enter")
    await it.until(lambda: isinstance(it.app.screen, PlanScreen) and "enter apply" in it.words())
    await it.press("enter")
    await it.until(lambda: done)


@pytest.mark.slow
async def test_from_letters_to_captions(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        done = await choose(it, "replace text")
        await it.until(lambda: "subset 10_circle · 4 images" in it.words())
        await it.type("red")
        await it.press("down")
        await it.type("blue")
        await it.until(lambda: "first of them: circle_000.png" in it.words() and "a redblue circle" in it.words())
        await apply(it, done)
        assert it.app.screen is it.screen
    assert text(dataset, "circle_000") == b"a blue circle\n"
    assert text(dataset, "circle_002").startswith(b"a blue circle on a blue background")
    assert text(dataset, "circle_001") == b"a green circle\n"


@pytest.mark.slow
async def test_the_narrowest_scope_is_proposed_and_others_can_be_taken(dataset: Path, opened: Open) -> None:
    def known(it: Opened) -> Scopes:
        project = it.app.project
        assert project is not None
        circles, squares = project.subset("10_circle"), project.subset("4_square")
        assert circles is not None and squares is not None
        return Scopes(circles.samples[1:2], circles.samples[:3], "[red] is:over", squares)

    async with opened(dataset) as it:
        done = await choose(it, "trim", known)
        await it.until(lambda: "selected · 1 image" in it.words())
        await it.until(lambda: "No caption here would change." in it.words())
        await it.press("tab", "right")
        await it.until(lambda: "filtered by [red] is:over · 3 images" in it.words())
        await it.press("right")
        await it.until(lambda: "subset 4_square · 3 images" in it.words())
        await it.press("right")
        await it.until(lambda: "project · 8 images" in it.words())
        await it.press("right")
        await it.until(lambda: "selected · 1 image" in it.words())
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.screen)
        assert not done


@pytest.mark.slow
async def test_a_broken_pattern_is_pointed_at(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        done = await choose(it, "pattern")
        await it.type("(red")
        await it.until(lambda: "The pattern cannot be read" in it.words())
        rows = it.words().splitlines()
        mark = next(row for row in rows if row.strip() == "^")
        shown = rows[rows.index(mark) - 1]
        assert shown.index("(red") + len("(red") == mark.index("^")
        await it.press("enter")
        assert isinstance(it.app.screen, BulkForm)
        await it.type(")")
        await it.press("down")
        await it.type(r"\1der")
        await it.until(lambda: "a redredder circle" in it.words())
        await apply(it, done)
    assert text(dataset, "circle_000") == b"a redder circle\n"


@pytest.mark.slow
async def test_what_is_pasted_is_meant_letter_by_letter(dataset: Path, opened: Open) -> None:
    pasted = "שלום\u200f [b] 猫🐈 \x1b e\u0301"
    async with opened(dataset) as it:
        done = await choose(it, "prepend")
        it.app.post_message(events.Paste(f"{pasted}\nsecond line"))
        await it.until(lambda: "Only the first of the pasted lines" in it.words())
        await it.until(lambda: "first of them" in it.words())
        assert not {"\x1b", "\u200f"} & set(it.words())
        await apply(it, done)
    assert text(dataset, "circle_000").decode().startswith(f"{pasted}, a red circle")


@pytest.mark.slow
async def test_the_trigger_word_is_audited_and_kept_from_regularization(dataset: Path, opened: Open) -> None:
    reg = dataset / "regularization" / "1_shape" / "shape_000.txt"
    reg.write_text("circle")

    def whole(_it: Opened) -> Scopes:
        return Scopes()

    async with opened(dataset) as it:
        done = await choose(it, "trigger", whole)
        await it.until(lambda: "project · 7 images" in it.words())
        await it.type("circle")
        await it.until(lambda: "1 CLIP token" in it.words())
        await it.until(lambda: "1 of 1 regularization image have it, and should not." in it.words())
        await apply(it, done)
    assert text(dataset, "square_000") == b"circle, a square"
    assert text(dataset, "circle_000") == b"a red circle\n", "it stands in the sentence"
    assert reg.read_text() == "circle"


@pytest.mark.slow
async def test_making_a_proposal_is_stopped_with_esc(
    dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, asked = threading.Event(), threading.Event()
    propose = form.propose

    def slowly(*args: object, **how: object) -> object:
        asked.set()
        gate.wait(10)
        return propose(*args, **how)  # type: ignore[arg-type]

    async with opened(dataset) as it:
        await choose(it, "sort")
        monkeypatch.setattr(form, "propose", slowly)
        await it.press("enter")
        await it.until(asked.is_set)
        await it.until(lambda: "esc stop" in it.words())
        await it.press("escape")
        gate.set()
        await it.until(lambda: "esc back" in it.words())
        await it.pilot.pause(0.1)
        assert isinstance(it.app.screen, BulkForm)


@pytest.mark.slow
async def test_quality_tiers_are_set_in_a_table_and_taken_away_again(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        done = await choose(it, "quality")
        await it.until(lambda: "enter prefix" in it.words() and "nothing" in it.words())
        names = [row.name for row in it.app.screen.query_one(TierList).rows]
        await it.press(*["j"] * names.index("circle"), "enter")
        await it.until(lambda: "Prefix of circle" in it.words())
        await it.type("high quality")
        await it.press("enter")
        await it.until(lambda: "high quality" in it.words() and "a preview" in it.words())
        await it.press("equals_sign")
        await it.until(lambda: "Repeats of circle" in it.words())
        await it.type("12")
        await it.press("enter")
        await it.until(lambda: "10 → 12×" in it.words())
        await it.press("a")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen) and "enter apply" in it.words())
        assert "renamed to 12_circle" in it.words()
        await it.press("enter")
        await it.until(lambda: done)
        await it.until(lambda: (dataset / "images" / "12_circle").is_dir())
        assert text(dataset, "circle_000") == b"high quality, a red circle\n"
        await it.until(lambda: it.app.project is not None and it.app.project.subset("12_circle") is not None)
        done = await choose(it, "quality", lambda _it: Scopes())
        await it.until(lambda: "high quality" in it.words())
        await it.press(*["j"] * names.index("circle"), "x", "a")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen) and "enter apply" in it.words())
        await it.press("enter")
        await it.until(lambda: done)
    assert text(dataset, "circle_000") == b"a red circle\n"


def test_every_operation_is_in_the_table() -> None:
    filled = {"extension": ".caption", "seed": "7", "pattern": "(a)", "old": "a", "tags": "a, b"}
    made: list[Operation] = []
    for entry in ENTRIES:
        values = {f.name: "" if f.kind is Kind.YES_NO else filled.get(f.name, "x") for f in entry.fields}
        made.append(entry.make(values))
        assert isinstance(made[-1].apply("a red cat", Setting()), str)
    every = {getattr(operations, name) for name in operations.__all__}
    every = {each for each in every if issubclass(each, Operation)} - {Operation}
    assert {type(each) for each in made} == every


def test_a_scope_without_images_is_not_offered(dataset: Path) -> None:
    from sdtui.dataset.scan import open_project

    project = open_project(dataset)
    assert [scope.title for scope in choices(project, Scopes(filtered=(), filter_text="x"))] == ["project"]


@pytest.mark.parametrize(("text", "at"), [("(red", 4), ("猫(", 2), ("x" * 200 + "(", 201), ("", 0)])
def test_the_mark_stands_under_the_character(text: str, at: int) -> None:
    _, mark = pointed_at(text, at, 40)
    assert len(mark) <= 40 and mark.endswith("^")
    if "猫" in text:
        assert mark.index("^") == 3
