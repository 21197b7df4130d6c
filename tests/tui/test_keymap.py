"""The user's keymap: changed keys do what they say and are shown everywhere; what is wrong in it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sdtui.tui.commands import DEFAULTS, REGISTRY
from sdtui.tui.keymap import load_keymap
from sdtui.tui.rebinding import rebind
from tests.tui.conftest import Open


@pytest.fixture(autouse=True)
def default_keys() -> Iterator[None]:
    """A test's keymap ends with it, for those that make widgets without an app."""
    yield
    rebind({})


def write_keymap(home: Path, text: str | bytes) -> Path:
    path = home / ".config" / "sdtui" / "keymap.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(home: Path, text: str | bytes) -> list[str]:
    return load_keymap(write_keymap(home, text)).problems


@pytest.mark.slow
async def test_a_changed_key_does_it_and_the_old_one_no_longer(dataset: Path, own_home: Path, opened: Open) -> None:
    write_keymap(own_home, '"dataset.grid" = "w, f3"\n')
    async with opened(dataset) as it:
        await it.go_to("10_circle", "circle_000.png")
        await it.press("g")
        assert not it.screen.query("ImageGrid:focus")
        await it.press("w")
        await it.until(lambda: it.screen.query("ImageGrid:focus"))
        await it.press("f3")
        await it.until(lambda: not it.screen.query("ImageGrid:focus"))


async def test_what_shares_a_key_with_a_changed_command_keeps_it(dataset: Path, own_home: Path, opened: Open) -> None:
    """``enter`` goes into a subset, and edits in the list of images; only the latter was changed."""
    write_keymap(own_home, '"dataset.edit" = "w"\n')
    async with opened(dataset) as it:
        it.screen.subsets.focus()
        await it.press("enter")
        await it.until(it.screen.images.has_focus.__bool__)
        await it.press("enter")
        await it.until(lambda: it.screen.captions.sample is not None)
        assert not it.screen.query("CaptionEditor:focus")
        await it.press("w")
        await it.until(lambda: it.screen.query("CaptionEditor:focus"))


@pytest.mark.slow
async def test_footer_help_and_palette_show_the_changed_keys(dataset: Path, own_home: Path, opened: Open) -> None:
    write_keymap(own_home, '"dataset.filter" = "!"\n"dataset.fewer" = "less_than_sign"\n"app.help" = "f2"\n')
    async with opened(dataset, (120, 60)) as it:
        it.screen.subsets.focus()
        await it.until(lambda: "! filter" in it.words())
        assert "+ < = repeats" in it.words()
        assert "f2 help" in it.words()
        await it.press("f2")
        await it.until(lambda: "esc closes" in it.words())
        line = next(line for line in it.words().splitlines() if DEFAULTS["dataset.filter"].sentence[:20] in line)
        assert " ! " in line
        await it.press("escape", "colon")
        await it.type("filter")
        title = DEFAULTS["dataset.filter"].title
        await it.until(lambda: any(title in line and " ! " in line for line in it.words().splitlines()))


@pytest.mark.slow
async def test_a_command_without_a_key_can_be_given_one(dataset: Path, own_home: Path, opened: Open) -> None:
    write_keymap(own_home, '"app.theme" = "f4"\n')
    async with opened(dataset) as it:
        before = it.app.theme
        await it.press("f4")
        await it.until(lambda: it.app.theme != before)


@pytest.mark.slow
async def test_two_commands_can_change_places(dataset: Path, own_home: Path, opened: Open) -> None:
    write_keymap(own_home, '"mode.train" = "6"\n"mode.monitor" = "5"\n')
    async with opened(dataset) as it:
        await it.press("6")
        await it.until(lambda: type(it.app.screen).__name__ == "TrainScreen")
        await it.press("1")
        await it.until(lambda: it.app.screen is it.screen)


async def test_problems_are_told_and_the_rest_of_the_keymap_is_used(
    dataset: Path, own_home: Path, opened: Open
) -> None:
    write_keymap(own_home, '"dataset.edt" = "x"\n"dataset.view" = "g"\n"dataset.grid" = 7\n"app.theme" = "f4"\n')
    async with opened(dataset) as it:
        await it.until(lambda: "dataset.edt" in it.words())
        told = " ".join(notice.message for notice in it.app._notifications)
        assert "no command is called dataset.edt; did you mean dataset.edit?" in told
        assert "dataset.view cannot have the key g, which is dataset.grid's" in told
        assert "the keys of dataset.grid must be text" in told
        assert REGISTRY["app.theme"].keys == ("f4",)
        assert REGISTRY["dataset.view"].keys == DEFAULTS["dataset.view"].keys


@pytest.mark.slow
async def test_a_broken_keymap_does_not_stop_the_app(dataset: Path, own_home: Path, opened: Open) -> None:
    write_keymap(own_home, '"dataset.edit" = "x"\n"dataset.grid" = = "y"\n')
    async with opened(dataset) as it:
        (notice,) = it.app._notifications
        assert "line 2, column 18" in notice.message
        assert "keymap.toml" in notice.message
        assert REGISTRY["dataset.edit"].keys == DEFAULTS["dataset.edit"].keys


@pytest.mark.slow
async def test_the_next_start_knows_nothing_of_a_removed_keymap(dataset: Path, own_home: Path, opened: Open) -> None:
    path = write_keymap(own_home, '"app.help" = "f2"\n"dataset.fewer" = "x"\n')
    async with opened(dataset) as it:
        await it.until(lambda: "f2 help" in it.words())
    path.unlink()
    async with opened(dataset) as it:
        await it.until(lambda: "? help" in it.words() and "+ - = repeats" in it.words())


@pytest.mark.slow
async def test_sentences_and_tabs_name_the_changed_keys(dataset: Path, own_home: Path, opened: Open) -> None:
    write_keymap(own_home, '"mode.train" = "f6"\n"dataset.filter" = "w"\n')
    async with opened(dataset) as it:
        assert "f6 Train" in it.words()
        await it.press("w")
        await it.type("nowhere")
        await it.until(lambda: "w changes it, esc takes it away" in it.words())


@pytest.mark.slow
async def test_a_file_with_every_key_can_be_asked_for(dataset: Path, own_home: Path, opened: Open) -> None:
    async with opened(dataset) as it:
        await it.press("colon")
        await it.type("change the keys")
        await it.until(lambda: "1 of" in it.words())
        await it.press("enter")
        await it.until(lambda: any("keymap.toml" in notice.message for notice in it.app._notifications))
    path = own_home / ".config" / "sdtui" / "keymap.toml"
    text = path.read_text()
    assert load_keymap().keys == {}
    live = [line.removeprefix("# ") for line in text.splitlines() if line.startswith('# "') and '""' not in line]
    keymap = load_keymap(write_keymap(own_home, "\n".join(live)))
    assert keymap.problems == []
    assert keymap.keys == {name: command.keys for name, command in DEFAULTS.items() if command.keys}


@pytest.mark.slow
async def test_the_file_with_every_key_replaces_no_keymap(dataset: Path, own_home: Path, opened: Open) -> None:
    path = write_keymap(own_home, 'app.theme = "f4"\n')
    async with opened(dataset) as it:
        await it.app.run_action("write_keymap")
    assert path.read_text() == 'app.theme = "f4"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'"dataset.edit" = "\xff"', "The keymap is not UTF-8"),
        ('"dataset.edit" = ["e", "enter"]', "must be text in quotes"),
        ("[dataset.edit]", "must be text in quotes"),
        ('"dataset.edit" = ""', "empty key"),
        ('"dataset.edit" = "e,,x"', "the comma itself is written comma"),
        ('"dataset.edit" = "entr"', "there is no key called entr; did you mean enter?"),
        ('"dataset.edit" = "hyper+x"', "there is no key called hyper+x"),
        ('"dataset.edit" = "+++"', "there is no key called +++"),
        ('"app.quit" = "q"', "app.quit cannot have the key q: it works where text is typed"),
        ('"editor.save" = "space"', "editor.save cannot have the key space"),
        ('"mode.train" = "M"', "mode.train cannot have the key M, which is dataset.make_subset's in the same place"),
        ('"list.first" = "g"', "list.first cannot have the key g, which is dataset.grid's in the same place"),
        ('"monitor.zoom" = "1"', "monitor.zoom cannot have the key 1, which is mode.dataset's in the same place"),
        ('"dataset.view" = "ctrl+m"', "cannot have the key enter"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(own_home: Path, text: str | bytes, sentence: str) -> None:
    (problem,) = problems(own_home, text)
    assert sentence in problem
    assert problem.endswith((".", "?"))


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("x", ("x",)),
        ("X, f5", ("X", "f5")),
        ("shift+x", ("X",)),
        ("ctrl+X", ("ctrl+x",)),
        ("<", ("less_than_sign",)),
        ("*,comma", ("asterisk", "comma")),
        ("esc, pgup, del", ("escape", "pageup", "delete")),
        ("é", ("é",)),
        ("+", ("plus",)),
    ],
)
def test_keys_may_be_written_as_the_footer_writes_them(own_home: Path, written: str, keys: tuple[str, ...]) -> None:
    keymap = load_keymap(write_keymap(own_home, f'help.leave = "{written}"'))
    assert keymap.problems == []
    assert keymap.keys == {"help.leave": keys}


def test_of_two_commands_given_one_key_the_first_has_it(own_home: Path) -> None:
    keymap = load_keymap(write_keymap(own_home, '"dataset.view" = "Y"\n"dataset.undo" = "Y"\n"monitor.zoom" = "Y"\n'))
    assert keymap.keys == {"dataset.view": ("Y",), "monitor.zoom": ("Y",)}
    (problem,) = keymap.problems
    assert "dataset.undo cannot have the key Y, which is dataset.view's" in problem


def test_a_change_that_was_taken_back_can_take_another_with_it(own_home: Path) -> None:
    """``u`` is free only while undo has another key; it may not have that one, so ``u`` stays undo's."""
    keymap = load_keymap(write_keymap(own_home, '"dataset.view" = "u"\n"dataset.undo" = "1"\n'))
    assert keymap.keys == {}
    assert len(keymap.problems) == 2


def test_no_keymap_is_no_problem(own_home: Path) -> None:
    keymap = load_keymap()
    assert (keymap.keys, keymap.problems) == ({}, [])


def test_a_folder_in_its_place_is_told(own_home: Path) -> None:
    (own_home / ".config" / "sdtui" / "keymap.toml").mkdir(parents=True)
    (problem,) = load_keymap().problems
    assert "keymap.toml" in problem
