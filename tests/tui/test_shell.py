"""What every screen shares: help, palette, footer, themes, the picker, bad input, small terminals, and the bridge."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.geometry import Size

from sdtui.base.errors import SdtuiError, UsageError
from sdtui.base.paths import state_dir
from sdtui.base.work import Cancelled, Progress, Work
from sdtui.tui import recent
from sdtui.tui.app import SdtuiApp
from sdtui.tui.commands import REGISTRY, Command, key_name, offered, working_now
from sdtui.tui.dataset.screen import DatasetScreen
from sdtui.tui.dialogs import Ask
from sdtui.tui.picker.screen import PickerScreen
from sdtui.tui.theme import DARK, LIGHT, xterm
from sdtui.tui.too_small import TooSmall
from tests.tui.conftest import Open, Opened, rows, until


def footer(it: Opened) -> str:
    return it.words().splitlines()[-1]


async def test_the_footer_shows_at_most_eight_keys_that_work_here(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.until(lambda: "enter images" in footer(it))
        await it.go_to("10_circle", "circle_000.png")
        await it.until(lambda: "enter edit" in footer(it))
        assert len(footer(it).strip().split("   ")) <= 8
        assert "? help" in footer(it) and ": commands" in footer(it)
        await it.press("enter")
        await it.until(lambda: "esc save, leave" in footer(it))
        assert "filter" not in footer(it) and ": commands" not in footer(it)
        assert "f1 help" in footer(it), "in a text ? is a letter, so the other key is shown"


@pytest.mark.slow
async def test_help_has_every_key_of_the_screen_with_a_sentence(dataset: Path, opened: Open) -> None:
    async with opened(dataset, (120, 130)) as it:
        await it.press("question_mark")
        await it.until(lambda: "Everywhere" in it.words())
        words = it.words()
        for command in REGISTRY.values():
            if command.id.startswith(("dataset.", "editor.", "grid.", "list.", "mode.", "app.")) and command.keys:
                assert command.sentence[:40] in words, command.id
                assert key_name(command.keys[0]) in words
        await it.press("escape")
        await it.until(lambda: "Everywhere" not in it.words())
        await it.pilot.resize_terminal(100, 30)
        await it.press("question_mark")
        await it.until(lambda: "Opens the caption" in it.words())
        await it.pilot.pause()
        await it.press("j", "j", "j")
        await it.until(lambda: "Opens the caption" not in it.words())


async def test_the_palette_runs_what_is_chosen_where_it_was_possible(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("colon")
        await it.type("thumb")
        await it.until(lambda: "Thumbnails or list" in it.words() and "1 of" in it.words())
        await it.press("enter")
        await it.until(lambda: it.app.focused is it.screen.grid)


async def test_every_command_has_a_title_a_sentence_and_its_own_id(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        for command in REGISTRY.values():
            assert command.title and command.sentence.endswith("."), command.id
        for each in working_now(it.app.screen):
            assert hasattr(each.node, f"action_{each.command.action.partition('(')[0]}"), each.command.id
    taken = next(iter(REGISTRY.values()))
    with pytest.raises(ValueError, match="two commands"):
        offered(Command(taken.id, "Other", "Another.", ("x",), "other"))


async def test_colours_change_and_are_exact_entries_of_the_256(dataset: Path, opened: Open) -> None:
    table = {xterm(entry) for entry in range(16, 256)}
    for shades in (DARK, LIGHT):
        assert {getattr(shades, name) for name in shades.__slots__} <= table
    assert (DARK.background, DARK.surface, DARK.panel) == ("#1c1c1c", "#262626", "#303030")
    async with opened(dataset) as it:
        assert it.drawn(lambda style: style.bgcolor and style.bgcolor.name == "#1c1c1c")
        it.app.action_next_theme()
        await it.until(lambda: not it.drawn(lambda style: style.bgcolor and style.bgcolor.name == "#1c1c1c"))
        assert it.app.theme == "sdtui-light"
        assert "SUBSETS" in it.drawn(lambda style: style.color and style.color.name == LIGHT.dim)


@pytest.mark.slow
async def test_no_color_is_honoured(dataset: Path, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(dataset) as it:
        assert it.app.theme == "ansi-dark" and it.app.no_color
        await it.go_to("10_circle", "circle_000.png")
        await it.until(lambda: "▸ circle_000.png" in it.words())
        # A red picture is dark: a character of the ramp instead of a block that would be one colour.
        await it.until(lambda: "::::::::" in it.words() and "▄" not in it.words())


@pytest.mark.slow
async def test_a_small_terminal_is_told_and_nothing_is_lost_behind(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.type(" typed")
        await it.pilot.resize_terminal(60, 20)
        await it.until(lambda: isinstance(it.app.screen, TooSmall))
        await it.until(lambda: "sdtui needs 72×20 cells; this terminal has 60×20" in " ".join(it.words().split()))
        await it.type("lost?")
        await it.pilot.resize_terminal(80, 24)
        await it.until(lambda: not isinstance(it.app.screen, TooSmall))
        await it.until(lambda: it.app.focused is it.screen.captions.editor)
        assert it.screen.captions.editor.caption == "a red circle typed\n"


@pytest.mark.slow
async def test_it_folds_into_80_by_24(dataset: Path, opened: Open) -> None:
    async with opened(dataset, (80, 24)) as it:
        await it.go_to("10_circle", "circle_000.png")
        words = it.words()
        assert "SUBSETS" in words and "circle_003.png" in words and "a red circle" in words and "3/75 tok" in words


@pytest.mark.slow
async def test_started_in_a_small_terminal(dataset: Path) -> None:
    app = SdtuiApp(dataset)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TooSmall))
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "subsets")
    app.pictures.close()


@pytest.mark.slow
async def test_the_picker_started_in_a_small_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = SdtuiApp(None)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, TooSmall))
        await pilot.resize_terminal(100, 30)
        await until(pilot, lambda: isinstance(app.screen, PickerScreen))
    app.pictures.close()


# Opening ----------------------------------------------------------------------------------------------------------


async def picker_shows(app: SdtuiApp, pilot: object) -> None:
    await until(pilot, lambda: isinstance(app.screen, PickerScreen) and app.screen._here is not None)  # type: ignore[arg-type]


@pytest.mark.slow
async def test_the_picker_finds_a_dataset_by_a_few_letters(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    app = SdtuiApp(None)
    async with app.run_test(size=(120, 40)) as pilot:
        it = Opened(app, pilot)
        await picker_shows(app, pilot)
        await it.until(lambda: "images and regularization" in it.words())
        await it.type("dat")
        await it.until(lambda: "notes/" not in it.words())
        await it.press("enter")
        await it.until(lambda: app.project is not None and app.scanning is None)
        assert app.project_path == dataset
    assert recent.projects() == (dataset,)
    again = SdtuiApp(None)
    async with again.run_test(size=(120, 40)) as pilot:
        await picker_shows(again, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: again.project is not None)
        assert again.project_path == dataset, "the project of the last time is the first"
    for each in (app, again):
        each.pictures.close()


@pytest.mark.slow
async def test_the_picker_goes_in_up_and_to_a_typed_path(dataset: Path, tmp_path: Path) -> None:
    app = SdtuiApp(None)
    async with app.run_test(size=(120, 40)) as pilot:
        it = Opened(app, pilot)
        await picker_shows(app, pilot)
        await it.press(*({"/": "slash", "-": "minus", "_": "underscore"}.get(char, char) for char in f"{tmp_path}/"))
        await it.until(lambda: "data/" in it.words())
        await it.type("data")
        await it.press("right")
        await it.until(lambda: "regularization/" in it.words())
        await it.press("left")
        await it.until(lambda: "regularization/" not in it.words() and "data/" in it.words())
        await it.press("escape")
    assert app.project is None


@pytest.mark.slow
async def test_the_picker_offers_dataset_configs_and_no_other_toml(tmp_path: Path) -> None:
    (tmp_path / "set.toml").write_text("[[datasets]]\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    app = SdtuiApp(None)
    async with app.run_test(size=(120, 40)) as pilot:
        it = Opened(app, pilot)
        await picker_shows(app, pilot)
        screen = app.screen
        assert isinstance(screen, PickerScreen)
        screen._go(tmp_path)
        await it.until(lambda: "set.toml" in it.words())
        await it.until(lambda: "dataset config" in it.words() and "pyproject" not in it.words())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.mkdir(), "No images to train on here"),
        (lambda path: path.write_text("[[datasets]\nresolution = 5\n"), "line 1"),
        (lambda path: path.write_bytes(b"\xff\xfe[[datasets]]"), "UTF-8"),
    ],
    ids=["empty folder", "broken TOML", "a TOML in another encoding"],
)
async def test_what_cannot_be_opened_is_a_sentence_and_another_choice(tmp_path: Path, make: object, said: str) -> None:
    path = tmp_path / "set.toml"
    make(path)  # type: ignore[operator]
    app = SdtuiApp(path)
    async with app.run_test(size=(120, 40)) as pilot:
        it = Opened(app, pilot)
        await it.until(lambda: isinstance(app.screen, Ask))
        await it.until(lambda: said in " ".join(it.words().split()))
        await it.press("enter")
        await picker_shows(app, pilot)


@pytest.mark.slow
async def test_a_single_subset_folder_is_opened_and_said(dataset: Path, opened: Open) -> None:
    async with opened(dataset / "images" / "10_circle") as it:
        assert it.screen.images.samples[0].name == "circle_000.png"
        await it.until(lambda: it.app.project is not None and it.app.project.notes[0][:20] in it.words())


# The bridge -------------------------------------------------------------------------------------------------------


async def test_a_superseded_job_is_told_and_its_late_result_dropped(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        go, told, arrived = threading.Event(), threading.Event(), list[str]()

        def first(cancelled: Cancelled) -> Work[str]:
            yield Progress(0, None, "words")
            go.wait(10)
            if cancelled():
                told.set()
            return "first"

        it.app.bridge.work(it.screen, "lane", first, arrived.append)
        it.app.bridge.call(it.screen, "lane", lambda: "second", arrived.append)
        await it.until(lambda: arrived)
        go.set()
        await it.until(told.is_set)
        await it.pilot.pause()
        assert arrived == ["second"]


async def test_writes_happen_in_order_and_before_the_end(dataset: Path, opened: Open) -> None:
    done: list[int] = []
    async with opened(dataset) as it:
        gate = threading.Event()
        it.app.bridge.write(it.screen, lambda: (gate.wait(10), done.append(0))[1], lambda _none: None)
        for number in range(1, 4):
            it.app.bridge.write(it.screen, lambda number=number: done.append(number), lambda _none: None)
        gate.set()
        it.app.bridge.drain()
        assert done == [0, 1, 2, 3]


async def test_an_error_of_a_job_becomes_a_notice(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:

        def fail() -> None:
            raise UsageError("The moon is not [red]made[/x] of cheese", remedy="Look \x1b[2J again.")

        it.app.bridge.call(it.screen, "lane", fail, lambda _none: None)
        await it.until(lambda: "The moon is not [red]made[/x] of cheese" in it.words())
        assert "\x1b" not in it.words()
        handled: list[SdtuiError] = []
        it.app.bridge.call(it.screen, "lane", fail, lambda _none: None, handled.append)
        await it.until(lambda: handled)


@pytest.mark.slow
async def test_nothing_is_drawn_while_idle(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("enter")
        await it.until(lambda: it.screen.captions.editing)
        await it.pilot.pause(0.5)
        drawn: list[object] = []
        display = it.app._display
        it.app._display = lambda screen, what: (drawn.append(what), display(screen, what))[1]  # type: ignore[method-assign]
        await it.pilot.pause(1.2)
        assert drawn == []
        assert it.app.size == Size(120, 40) and state_dir().is_dir()


@pytest.mark.slow
async def test_the_dataset_screen_is_whole_when_another_mode_was_opened_first(dataset: Path) -> None:
    app = SdtuiApp(dataset, "monitor")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: app.project is not None and app.scanning is None)
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.screen, DatasetScreen) and app.screen.subsets.shares)
        await pilot.pause()
        lines = rows(app)
        heading = next(line for line in lines if "SUBSETS" in line)
        row = next(line for line in lines if "10_circle" in line)
        assert heading.index("rep") + len("rep") == row.index("×") + 1
        assert any("an epoch" in line for line in lines)
    app.bridge.close()
    app.pictures.close()


@pytest.mark.slow
async def test_everything_works_by_mouse_too(dataset: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.pilot.click("#subsets", offset=(4, 1))
        await it.until(lambda: it.screen.subset is not None and it.screen.subset.name == "10_circle")
        await it.pilot.click("#images", offset=(4, 2))
        await it.until(lambda: it.shown == "circle_002.png")
        await it.pilot.click("#images", offset=(4, 0), times=2)
        await it.until(lambda: it.screen.captions.editing and it.shown == "circle_000.png")
        await it.press("escape")
        await it.until(lambda: "g grid" in footer(it))
        await it.pilot.click("Footer", offset=(footer(it).index("g grid"), 0))
        await it.until(lambda: it.screen.has_class("-grid"))
        await it.pilot.click("#grid", offset=(25, 3))
        await it.until(lambda: it.shown == "circle_001.png")
