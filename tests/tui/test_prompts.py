"""The sample prompts: typed, arranged and taken back by keys, with what the trainer makes of them beside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sdtui.tui.app import SdtuiApp
from sdtui.tui.prompts.screen import PromptsScreen
from sdtui.tui.widgets.lines import Lines
from tests.tui.conftest import until
from tests.tui.running import Seen, seen, with_images, without_trainers

LINES = "# mine\na cat --w 512 --s 28\nn cat --w 513--h 64 --am 3\nthe end"


@pytest.fixture(autouse=True)
def no_trainers(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    without_trainers(monkeypatch, own_home)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return with_images(tmp_path / "circle")


def prompt_file(project: Path, text: str | None = None) -> Path:
    path = project / "model" / "sample" / "prompt.txt"
    if text is not None:
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode())
    return path


class Prompts(Seen):
    """The app with the prompt editor open."""

    @property
    def editor(self) -> PromptsScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, PromptsScreen))

    async def holds(self, path: Path, text: str) -> None:
        """Until ``path`` holds ``text``."""
        try:
            await self.until(lambda: path.is_file() and path.read_bytes() == text.encode())
        except AssertionError:
            raise AssertionError(path.read_text() if path.exists() else "no file") from None
        await self.until(lambda: not self.app.bridge.writing)

    async def says(self, text: str) -> None:
        """Until a notice says so."""
        await self.until(lambda: any(text in notice.message for notice in self.app._notifications))


@asynccontextmanager
async def prompts(project: Path, path: Path | None = None, script: str = "sdxl_train.py") -> AsyncIterator[Prompts]:
    """The editor on ``path``, or as Train opens it."""
    async with seen(project, "train", slow=True) as it:
        await it.until(lambda: it.app.project is not None and it.app.scanning is None)
        if path is None:
            await it.press("p")
        else:
            it.app.push_screen(PromptsScreen(path, script))
        await it.until(lambda: isinstance(it.app.screen, PromptsScreen))
        shown = Prompts(it.app, it.pilot)
        await it.until(lambda: shown.editor.file is not None or shown.editor.document.problem is not None)
        await it.pilot.pause()
        yield shown


@pytest.mark.slow
async def test_words_and_options_are_typed_and_only_they_change(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.sees("3 prompts", "▲1 marked", "2/225 tok")
        await it.press("enter")
        await it.type(", red")
        await it.sees("4/225 tok")
        await it.press("enter")
        first = LINES.replace("a cat --w 512", "a cat, red --w 512")
        await it.holds(path, first)
        await it.press("l", "j", "j", "enter")
        await it.sees("Width  --w", "64 to 16384", "multiples of 8")
        await it.type("9999999")
        await it.press("enter")
        await it.sees("It takes 64 to 16384.")
        await it.press("escape", "enter")
        await it.type("768")
        await it.press("enter")
        await it.holds(path, first.replace("512", "768"))
        await it.press("backspace")
        await it.holds(path, first.replace(" --w 512", ""))
        await it.press("escape", "u")
        await it.holds(path, first.replace("512", "768"))
        await it.says("Undone")
        await it.press("escape")
        await it.until(lambda: not isinstance(it.app.screen, PromptsScreen))


async def test_what_the_trainer_misreads_is_said_and_joined_options_are_parted(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.press("j")
        await it.sees('"n cat", which', '"--h 64" is no option', "m mend")
        await it.press("m")
        await it.holds(path, LINES.replace("513--h", "513 --h"))
        await it.until(lambda: "is no option" not in it.words())
        await it.press("enter")
        await it.type(" --x")
        await it.press("enter")
        await it.sees("for the beginning of an option")
        await it.press("ctrl+r", "escape")
        await it.until(lambda: it.editor.typing.key is None)
        assert path.read_bytes().decode() == LINES.replace("513--h", "513 --h")


@pytest.mark.slow
async def test_rows_are_added_copied_moved_and_removed(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.press("a")
        await it.sees("NEW PROMPT")
        await it.type("a dog")
        await it.press("enter")
        added = LINES.replace("--s 28\n", "--s 28\na dog --w 512 --s 28\n")
        await it.holds(path, added)
        await it.until(lambda: it.editor.cursor == 1)
        await it.press("K")
        moved = "a dog --w 512 --s 28\n# mine\na cat" + LINES[LINES.index(" --w 512") :]
        await it.holds(path, moved)
        await it.press("d", "x", "k", "x")
        await it.holds(path, LINES)
        assert it.editor.cursor == 0
        await it.press("u", "u")
        await it.holds(path, moved.replace("28\n#", "28\na dog --w 512 --s 28\n#"))


@pytest.mark.slow
async def test_a_project_without_prompts_begins_with_its_captions(project: Path) -> None:
    path = prompt_file(project)
    async with prompts(project) as it:
        await it.sees("no prompts yet", "not written yet", "c from captions")
        await it.press("c")
        await it.holds(path, "a red circle on a blue background --w 1024 --h 1024 --d 1\n")
        await it.press("u")
        await it.until(lambda: not path.exists())
        await it.sees("no prompts yet")
        await it.press("a")
        await it.type("a square")
        await it.press("escape")
        await it.holds(path, "a square\n")


@pytest.mark.slow
async def test_a_key_for_all_prompts_can_be_set_for_each_alone(project: Path) -> None:
    path = project / "p.toml"
    text = '[prompt]\nwidth = 512 # px\n\n[[prompt.subset]]\nprompt = "a"\n\n[[prompt.subset]]\nprompt = "b"\n'
    path.write_text(text)
    async with prompts(project, path) as it:
        await it.press("l", "j", "j")
        await it.sees("holds for all prompts", "o each alone")
        await it.press("o")
        await it.until(lambda: "width" not in it.editor.file.shared if it.editor.file else False)
        await it.press("enter")
        await it.type("64")
        await it.press("enter")
        own = text.replace("width = 512 # px\n", "").replace('"a"\n', '"a"\nwidth = 64\n')
        await it.holds(path, own.replace('"b"\n', '"b"\nwidth = 512\n'))


async def test_a_file_that_cannot_be_understood_is_left_alone(project: Path) -> None:
    path = project / "p.json"
    path.write_text('["a",\n"\x1b[31m')
    async with prompts(project, path) as it:
        await it.sees("not valid JSON", "(line 2", "set another file on Train")
        await it.press("a", "enter", "c", "x")
        assert "\x1b" not in it.words()
        path.write_text('["a\\u001b[31m --w 64"]')
        it.editor.document.read()
        await it.sees("a␛[31m", "64×512")
        assert "\x1b" not in it.words()


@pytest.mark.slow
async def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        path.write_bytes(b"theirs\n")
        await it.press("x")
        await it.says("changed")
        await it.sees("theirs", "1 prompt ")
        assert path.read_bytes() == b"theirs\n"


async def test_what_is_being_typed_is_written_when_the_app_ends(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.press("enter")
        await it.type(" z")
        it.app.leave()
    assert path.read_bytes().decode() == LINES.replace("a cat", "a cat z")


@pytest.mark.slow
async def test_the_palette_opens_them_from_any_mode(project: Path) -> None:
    prompt_file(project, LINES)
    async with seen(project, "balance", slow=True) as it:
        await it.until(lambda: it.app.project is not None and it.app.scanning is None)
        await it.press("colon")
        await it.type("sample prompts")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, PromptsScreen))
        await it.sees("the end")


@pytest.mark.slow
async def test_a_sampler_is_chosen_and_flux_has_options_of_its_own(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project, path, "flux_train_network.py") as it:
        await it.sees("other text encoders", "Guidance")
        assert "Sampler" not in it.words()
        await it.press("escape")
        it.app.push_screen(PromptsScreen(path, "train_network.py", "euler_a"))
        await it.until(lambda: isinstance(it.app.screen, PromptsScreen))
        await it.sees("euler_a")
        await it.press("l", *"jjjjjjj", "enter")
        await it.type("heun")
        await it.press("enter")
        await it.holds(path, LINES.replace("--s 28", "--s 28 --ss heun"))


@pytest.mark.slow
async def test_thousands_of_prompts_and_one_of_100_kilobytes(project: Path) -> None:
    long = "word, " * 20_000 + "end"
    path = prompt_file(project, "".join(f"prompt {number} --d {number}\n" for number in range(3000)) + long)
    async with prompts(project) as it:
        await it.sees("3,001 prompts", "▲1 marked")
        await it.press("end", "enter")
        await it.type("x")
        await it.press("enter")
        await it.until(lambda: path.read_bytes().endswith(b"word, endx"))


async def looked_at(pilot: Pilot[None]) -> None:
    app = pilot.app
    assert isinstance(app, SdtuiApp)
    await until(pilot, lambda: app.project is not None and app.scanning is None)
    await pilot.press("p")
    await until(pilot, lambda: isinstance(app.screen, PromptsScreen) and app.screen.file is not None)
    await until(pilot, lambda: "marked" in app.screen.query_one("#prompts-title", Lines).text)
    await pilot.press("j", "l", "j", "j")
    await pilot.pause()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
@pytest.mark.slow
def test_how_it_looks(snap_compare: Any, own_home: Path, size: tuple[int, int]) -> None:
    project = with_images(own_home / "zhuoyue")
    prompt_file(project, LINES)
    assert snap_compare(SdtuiApp(project, "train"), terminal_size=size, run_before=looked_at)


async def test_nothing_is_drawn_while_nothing_happens(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.sees("▲1 marked")
        await it.pilot.pause()
        shown: list[int] = []
        monkeypatch.setattr(PromptsScreen, "show_row", lambda _self: shown.append(1))
        for _ in range(5):
            await it.pilot.pause()
        assert shown == []


@pytest.mark.slow
async def test_what_was_typed_survives_an_end_without_warning(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.press("j", "j", "enter")
        await it.type(" of it")
        assert it.app.workspace is not None
        it.app.workspace.keeper.write()  # as it is written some seconds later; then the power fails
    assert path.read_bytes().decode() == LINES
    async with prompts(project) as it:
        await it.sees("the end of it", "save, leave")
        await it.press("enter")
        await it.holds(path, f"{LINES} of it")
        assert it.app.workspace is not None and it.app.workspace.keeper.state.prompt is None


@pytest.mark.slow
async def test_words_are_not_written_into_another_prompt_where_the_file_was_changed_meanwhile(project: Path) -> None:
    path = prompt_file(project, LINES)
    async with prompts(project) as it:
        await it.press("end", "enter")
        await it.type("!")
        path.write_bytes(b"theirs\n")
        it.editor.document.read()
        await it.sees("1 prompt ")
        await it.press("enter")
        await it.sees("The file was changed meanwhile.", "ctrl+r goes back")
        await it.press("ctrl+r", "escape")
        await it.until(lambda: it.editor.typing.key is None)
        assert path.read_bytes() == b"theirs\n"


@pytest.mark.slow
async def test_values_that_no_prompt_has_are_not_taken_over_into_a_new_one(project: Path) -> None:
    path = project / "p.toml"
    text = '[[prompt.subset]]\nprompt = "a"\nwidth = 64\nd = 1979-05-27T07:32:00Z\n'
    path.write_text(text)
    async with prompts(project, path) as it:
        await it.press("a")
        await it.type("b")
        await it.press("enter")
        await it.holds(path, f'{text}\n[[prompt.subset]]\nprompt = "b"\nwidth = 64\n')
