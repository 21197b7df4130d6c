"""Samples that fill the screen: one picture, two steps, two runs, real pixels."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

from sdtui.images.picture import Picture
from sdtui.runs import store
from sdtui.tui.samples import graphics
from sdtui.tui.samples.screen import SamplesScreen
from tests.tui.conftest import picture
from tests.tui.running import Seen, seen
from tests.tui.test_monitor import recorded


def screen(it: Seen) -> SamplesScreen:
    assert isinstance(it.screen, SamplesScreen)
    return it.screen


def said(it: Seen, words: str) -> bool:
    return any(words in notice.message for notice in it.app._notifications)


def made(it: Seen) -> list[str]:
    """Epoch and prompt of each picture that is shown."""
    return [Path(image.path).name[5:15] if image else "" for image in screen(it).sight.images]


@pytest.mark.slow
async def test_a_sample_fills_the_screen_with_its_prompt_and_its_settings(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    prompts = tmp_path / "prompt.txt"
    prompts.write_text("a red circle --n blurry --d 1 --s 28\na green square\n")
    record = store.read_record(run.folder)
    changed = type(record)(
        **{field: getattr(record, field) for field in record.__struct_fields__}
        | {"command": ("accelerate", "launch", "--sample_prompts", str(prompts))}
    )
    store.write_record(run.folder, changed)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("SAMPLES", "epoch 2")
        await it.press("enter")
        await it.sees("prompt 1/2", "epoch 2", "a red circle", "not: blurry", "seed 1 · 28 steps · cfg 7.5 · 512×512")
        await it.sees("e000002_00_20261121222159_1.png")
        await it.press("left", "j")
        await it.sees("prompt 2/2", "epoch 1", "a green square")
        assert made(it) == ["e000001_01"]
        await it.press("o")
        await it.until(lambda: "e000001_01" in it.app.clipboard)
        await it.press("escape", "b", "left")
        assert made(it) == ["e000000_01", "e000000_01"]
        await it.press("tab", "end")
        assert made(it) == ["e000002_01", "e000000_01"]
        await it.press("x", "escape")
        await it.sees("SAMPLES")


async def test_two_steps_are_one_key_away_from_the_overview(tmp_path: Path) -> None:
    recorded(tmp_path)
    async with seen(tmp_path, "monitor", (80, 24)) as it:
        await it.sees("epoch 2")
        assert "side by side" not in it.words()
        await it.press("b")
        await it.until(lambda: isinstance(it.screen, SamplesScreen) and len(made(it)) == 2)


@pytest.mark.slow
async def test_two_runs_stand_beside_each_other(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    other = run.home / "runs" / "20261120-000000-other"
    shutil.copytree(run.folder, other)
    (tmp_path / "other").mkdir()
    shutil.copytree(run.output, tmp_path / "other" / "model")
    record = store.read_record(other)
    fields = {field: getattr(record, field) for field in record.__struct_fields__}
    store.write_record(other, type(record)(**fields | {"output_dir": str(tmp_path / "other" / "model")}))
    async with seen(tmp_path, "monitor") as it:
        await it.sees("SAMPLES", "epoch 2")
        await it.press("enter", "left", "r")
        await it.sees("Which run beside?")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, SamplesScreen) and len(screen(it).sight.columns) == 2)
        assert made(it) == ["e000001_00", "e000001_00"]
        await it.press("left", "down")
        assert made(it) == ["e000000_01", "e000000_01"]
        assert {Path(image.path).parents[1] for image in screen(it).sight.images if image} == {
            run.output,
            tmp_path / "other" / "model",
        }


@pytest.mark.slow
async def test_a_picture_that_is_made_meanwhile_is_shown_where_the_newest_is(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    (run.folder / store.EXIT).unlink()
    store.write_record(run.folder, run.record)
    async with seen(tmp_path, "monitor") as it:
        await it.sees("SAMPLES", "epoch 2")
        await it.press("enter")
        newer = picture(run.samples / "tiny_e000003_00_20261121222200_1.png")
        os.utime(newer, (run.record.created + 40,) * 2)
        table = it.app.screen_stack[0].query_one("SamplesPanel")
        grown = [*table._from[0], type(table.shown)(str(newer), None, 3, 0, 1)]  # type: ignore[attr-defined]
        followed = table._followed  # type: ignore[attr-defined]
        view = type(followed.view)(
            **{field: getattr(followed.view, field) for field in followed.view.__struct_fields__}
            | {"samples": tuple(grown)}
        )
        fields = {field: getattr(followed, field) for field in followed.__dataclass_fields__}
        table.follow(type(followed)(**fields | {"view": view}), whole=False)  # type: ignore[attr-defined]
        assert made(it) == ["e000003_00"]


@pytest.mark.slow
async def test_real_pixels_are_drawn_while_the_screen_steps_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(tmp_path)
    told: list[tuple[int, int, str]] = []

    def show(drawn: Picture, words: str) -> bool:
        told.append((drawn.width, drawn.height, words))
        return len(told) == 1

    @contextmanager
    def aside(_app: object):  # type: ignore[no-untyped-def]
        yield

    async with seen(tmp_path, "monitor") as it:
        await it.sees("SAMPLES", "epoch 2")
        await it.press("enter")
        monkeypatch.setattr(graphics, "has_library", lambda: False)
        await it.press("i")
        await it.until(lambda: said(it, "pip install textual-image"))
        monkeypatch.setattr(graphics, "has_library", lambda: True)
        monkeypatch.setattr(graphics, "show", show)
        monkeypatch.setattr(type(it.app), "suspend", aside)
        await it.press("i")
        await it.until(lambda: told)
        assert told[0][:2] == (32, 32)  # the file's own pixels
        assert "e000002_00" in told[0][2]
        await it.press("i")
        await it.until(lambda: said(it, "neither Kitty's graphics nor sixel"))
