"""The config editor: what each key means and where its value comes from; changes are written at once, byte by byte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sdtui.tui.app import SdtuiApp
from sdtui.tui.config.screen import ConfigScreen
from sdtui.tui.dataset.screen import DatasetScreen
from sdtui.tui.dialogs import AskText
from sdtui.tui.finder import Finder
from sdtui.tui.plan.screen import PlanScreen
from tests.tui.conftest import Open, Opened, picture, until

Snap = Callable[..., bool]

CONFIG = """# my shapes\r
[general]\r
shuffle_caption = true\r
caption_extension = ".txt"\r
\r
[[datasets]]\r
resolution = 512 # px\r
  [[datasets.subsets]]\r
  image_dir = "images/10_circle" # round\r
  num_repeats   =   10\r
  flip_agu = true\r
  [[datasets.subsets]]\r
  image_dir = "images/4_square"\r
"""


@pytest.fixture
def config(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config by hand, with a key that is spelled wrong; relative paths start at it."""
    monkeypatch.chdir(dataset)
    path = dataset / "mine.toml"
    path.write_bytes(CONFIG.encode())
    return path


@asynccontextmanager
async def editing(opened: Open, path: Path) -> AsyncIterator[tuple[Opened, ConfigScreen]]:
    """The editor, opened with its key; left again at the end."""
    async with opened(path, slow=True) as it:
        await it.press("C")
        await it.until(lambda: isinstance(it.app.screen, ConfigScreen))
        screen = it.app.screen
        assert isinstance(screen, ConfigScreen)
        await it.until(lambda: screen.key_list.rows)
        yield it, screen
        if screen.typing:
            await it.press("escape")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, DatasetScreen))


async def on_key(it: Opened, screen: ConfigScreen, table: int, key: str) -> None:
    """Put the cursors on a key of a table, by keys."""
    screen.table_list.focus()
    await it.press("home", *["j"] * table, "l", "home")
    await it.press(*["j"] * [row.key for row in screen.key_list.rows].index(key))
    await it.until(lambda: screen.row is not None and screen.row.key == key)


@pytest.mark.slow
async def test_it_begins_at_the_subset_and_says_where_values_come_from(config: Path, opened: Open) -> None:
    async with editing(opened, config) as (it, screen):
        assert screen.table is not None and screen.table.place == ("datasets", 0, "subsets", 0)
        assert [table.level for table in screen.table_list.tables] == ["general", "dataset", "subset", "subset"]
        rows = {row.key: row for row in screen.key_list.rows}
        assert (rows["num_repeats"].value, rows["num_repeats"].level) == (10, "subset")
        assert (rows["shuffle_caption"].value, rows["shuffle_caption"].level) == (True, "general")
        assert (rows["keep_tokens"].value, rows["keep_tokens"].level) == (0, "default")
        await on_key(it, screen, 2, "shuffle_caption")
        await it.until(lambda: "Not written here: true comes from [general]" in it.words())
        assert "another order each time" in it.words()


@pytest.mark.slow
async def test_a_typed_value_changes_its_own_bytes_and_is_undone(config: Path, opened: Open) -> None:
    before = config.read_bytes()
    async with editing(opened, config) as (it, screen):
        await on_key(it, screen, 2, "num_repeats")
        await it.press("enter")
        await it.type("12")
        await it.press("enter")
        await it.until(lambda: config.read_bytes() == before.replace(b"=   10\r", b"=   12\r"))
        await it.until(lambda: screen.row is not None and screen.row.value == 12)
        await it.press("u")
        await it.until(lambda: config.read_bytes() == before)
        await it.until(lambda: screen.row is not None and screen.row.value == 10)


@pytest.mark.slow
async def test_what_the_trainer_would_refuse_is_said_and_not_written(config: Path, opened: Open) -> None:
    before = config.read_bytes()
    async with editing(opened, config) as (it, screen):
        await on_key(it, screen, 1, "resolution")
        await it.press("enter")
        await it.type("big")
        await it.press("enter")
        await it.until(lambda: "resolution cannot be big" in it.words())
        assert screen.typing and config.read_bytes() == before
        await it.press("escape")
        await on_key(it, screen, 2, "image_dir")
        await it.press("x")
        await it.until(lambda: "subset 1 has no image_dir" in it.words())
        assert config.read_bytes() == before


@pytest.mark.slow
async def test_problems_are_gone_to_and_mended(config: Path, opened: Open) -> None:
    async with editing(opened, config) as (it, screen):
        await it.until(lambda: "1 error" in it.words())
        await it.press("n")
        await it.until(lambda: screen.row is not None and screen.row.key == "flip_agu")
        await it.until(lambda: "Did you mean flip_aug?" in it.words())
        await it.press("enter")
        await it.until(lambda: config.read_bytes() == CONFIG.replace("flip_agu", "flip_aug").encode())
        await it.until(lambda: "accepted" in it.words())
        await on_key(it, screen, 2, "flip_aug")
        await it.press("x")
        await it.until(lambda: config.read_bytes() == CONFIG.replace("  flip_agu = true\r\n", "").encode())


@pytest.mark.slow
async def test_choices_are_taken_one_after_the_other_and_levels_kept_apart(config: Path, opened: Open) -> None:
    async with editing(opened, config) as (it, screen):
        await on_key(it, screen, 3, "shuffle_caption")
        await it.press("space")
        await it.until(lambda: b'4_square"\r\n  shuffle_caption = false\r\n' in config.read_bytes())
        assert b"shuffle_caption = true\r\n" in config.read_bytes()
        await on_key(it, screen, 0, "shuffle_caption")
        await it.until(lambda: "1 table below it says otherwise" in it.words())


@pytest.mark.slow
async def test_keys_are_found_and_only_set_ones_shown(config: Path, opened: Open) -> None:
    async with editing(opened, config) as (it, screen):
        every = len(screen.key_list.rows)
        await it.press("a")
        await it.until(lambda: len(screen.key_list.rows) < every)
        assert all(row.level != "default" for row in screen.key_list.rows)
        await it.press("slash")
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.type("caption_prefix")
        await it.press("enter")
        await it.until(lambda: screen.row is not None and screen.row.key == "caption_prefix")
        await it.until(lambda: it.app.screen is screen)


@pytest.mark.slow
async def test_another_script_takes_other_keys(config: Path, opened: Open) -> None:
    async with editing(opened, config) as (it, screen):
        assert "caption_dropout_rate" in [row.key for row in screen.key_list.rows]
        await it.press("s")
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.type("train_textual_inversion")
        await it.press("enter")
        await it.until(lambda: screen.script == "train_textual_inversion")
        await it.until(lambda: "caption_dropout_rate" not in [row.key for row in screen.key_list.rows])


@pytest.mark.slow
async def test_what_others_write_meanwhile_is_shown(config: Path, opened: Open) -> None:
    async with editing(opened, config) as (it, screen):
        config.write_bytes(CONFIG.replace("=   10", "=   7").encode())
        await it.until(lambda: any(row.key == "num_repeats" and row.value == 7 for row in screen.key_list.rows))


@pytest.mark.slow
async def test_its_files_are_found_again_and_made_folders_of(config: Path, opened: Open) -> None:
    config.write_bytes(CONFIG.replace("  flip_agu = true\r\n", "").replace("images/4_", "G:/old/images/4_").encode())
    async with editing(opened, config) as (it, screen):
        await it.press("m")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen))
        await it.press("y")
        await it.until(lambda: f'image_dir = "{config.parent}/images/4_square"'.encode() in config.read_bytes())
        await it.until(lambda: it.app.screen is screen)
        await it.press("F")
        await it.until(lambda: isinstance(it.app.screen, AskText))
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen))
        await it.until(lambda: "the trainer needs --resolution=512,512 --shuffle_caption" in it.words())
        await it.press("y")
        made = config.parent / "mine-folders" / "images"
        await it.until(lambda: (made / "10_circle" / "circle_000.txt").is_file())
        await it.until(lambda: it.app.screen is screen)
        assert sorted(path.name for path in made.iterdir()) == ["10_circle", "1_square"]


@pytest.mark.slow
async def test_a_config_that_is_hostile_is_shown_and_changed(dataset: Path, opened: Open) -> None:
    path = dataset / "odd.toml"
    folder = dataset / "images" / "10_circle"
    odd = "\\u001b[31m\\u202e[red]" + "x" * 5000
    path.write_text(
        f'[[datasets]]\n"a b\u202e" = 1\n[[datasets.subsets]]\nimage_dir = "{folder}"\nclass_tokens = "{odd}"\n'
    )
    async with editing(opened, path) as (it, screen):
        assert "\x1b" not in it.words()
        await on_key(it, screen, 2, "class_tokens")
        await it.press("enter")
        await it.until(lambda: screen.typing)
        assert screen.editor.value.startswith('"\\u001b[31m\\u202e')
        await it.press("home", "right", "y", "enter")
        await it.until(lambda: b'class_tokens = "y\\u001b[31m' in path.read_bytes())
        await on_key(it, screen, 1, "a b\u202e")
        assert "\u202e" not in it.words()
        await it.press("x")
        await it.until(lambda: b"a b" not in path.read_bytes())


@pytest.mark.slow
async def test_a_project_of_folders_is_offered_one(dataset: Path, opened: Open) -> None:
    async with opened(dataset, slow=True) as it:
        await it.press("C")
        await it.until(lambda: isinstance(it.app.screen, Finder))
        await it.type("LoRA")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, PlanScreen))
        await it.press("y")
        await it.until(lambda: isinstance(it.app.screen, ConfigScreen))
        made = dataset / "config" / "dataset-lora.toml"
        await it.until(lambda: "Training goes by the folders" in it.words())
        await it.press("o")
        await it.until(lambda: it.app.project is not None and it.app.project.toml == made)
        await it.until(lambda: it.screen.subsets.shares)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xef\xbb\xbf[general]\n", "byte order mark"),
        (b"[[datasets]]\nresolution = = 3\n", "line 2"),
        (b"[[datasets]]\nimage_directory = '/v'\n", "musubi-tuner"),
    ],
)
async def test_what_is_no_config_of_the_trainer_is_said(dataset: Path, opened: Open, data: bytes, said: str) -> None:
    path = dataset / "other.toml"
    path.write_bytes(data)
    async with opened(dataset, slow=True) as it:
        it.app.push_screen(ConfigScreen(path))
        await it.until(lambda: isinstance(it.app.screen, ConfigScreen) and said.casefold() in it.words().casefold())
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, DatasetScreen))
        assert path.read_bytes() == data


async def _shown(pilot: Pilot[Any]) -> None:
    app = pilot.app
    assert isinstance(app, SdtuiApp)
    await until(pilot, lambda: app.project is not None and app.scanning is None)
    app.clear_notifications()
    await pilot.press("C")
    await until(pilot, lambda: isinstance(app.screen, ConfigScreen) and app.screen.key_list.rows)
    await pilot.press("l", "j", "j", "j")
    await pilot.pause(0.2)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_how_it_looks(
    snap_compare: Snap, own_home: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    root = own_home / "data" / "shapes"
    for name in ("10_circle", "4_square"):
        picture(root / "images" / name / "a.png").with_suffix(".txt").write_text("a shape")
    monkeypatch.chdir(root)
    (root / "mine.toml").write_bytes(CONFIG.replace("  flip_agu = true\r\n", "").encode())
    app = SdtuiApp(root / "mine.toml", slow=True)
    assert snap_compare(app, terminal_size=size, run_before=_shown)
    app.pictures.close()
