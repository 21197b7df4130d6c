"""The machine beside a run, what helps one that failed, and what is told to a person who looks elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from sdtui.base.settings import UserSettings, load_settings, save_setting
from sdtui.machine.gpu import Gpu, GpuProcess
from sdtui.runs import store
from sdtui.runs.again.remedies import remedies
from sdtui.runs.record import RunState
from sdtui.runs.supervising import machine_log
from sdtui.runs.supervising.machine_log import Reading
from sdtui.runs.supervising.notices import Kind, Notice, attention
from sdtui.trainer.profiles import parse_settings
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.machine_large import SPANS, machine_large, span_title
from sdtui.tui.monitor.machine_lines import beside_lines, disk_line, gpu_line, machine_lines
from sdtui.tui.monitor.machine_side import Machine
from sdtui.tui.monitor.others import Others
from sdtui.tui.monitor.screen import MonitorScreen
from sdtui.tui.monitor.sparkline import columns, shares, sparkline
from sdtui.tui.monitor.trouble import ending_lines
from sdtui.tui.widgets.lines import Line, cells
from tests.runs.conftest import RunLab
from tests.runs.recorded import RecordedRun, bars
from tests.runs.test_notices import view
from tests.tui.running import lab, look_often, seen

__all__ = ["lab", "look_often"]

pytestmark = pytest.mark.usefixtures("look_often")

CARD = Gpu(
    index=0,
    name="RTX 4090",
    utilization=98,
    memory_used=21 << 30,
    memory_total=24 << 30,
    temperature=71,
    power=340.0,
    power_limit=450.0,
    throttling=(),
    processes=(GpuProcess(77, 20 << 30, "python sdxl_train.py"), GpuProcess(5, 3 << 29, "python main.py")),
)
NOW = 10_000.0


def reading(at: float, *cards: Gpu, free: int | None = 10**11) -> Reading:
    return Reading(
        at=at,
        cpu=43.0,
        cores=16,
        memory_used=12 << 30,
        memory_total=64 << 30,
        disk_free=free,
        own_cpu=6.9,
        own_memory=9 << 30,
        gpus=cards,
    )


def machine(*cards: Gpu, seconds: int = 600) -> Machine:
    history = tuple(reading(NOW - seconds + at, *cards) for at in range(0, seconds, 10))
    return Machine(
        gpus=cards, disk_free=10**11, now=reading(NOW, *cards), history=history, own=frozenset({77}), output="/data"
    )


def text(lines: list[Line]) -> str:
    return "\n".join("".join(part for part, _ in line).rstrip() for line in lines)


RUNNING = msgspec.structs.replace(view(), started=NOW - 7200.0)


def test_a_sparkline_shows_peaks_gaps_and_what_holds() -> None:
    points = [(0.0, 10.0), (1.0, 90.0), (500.0, 50.0), (560.0, 50.0)]
    assert "".join(part for part, _ in sparkline(points, 0.0, 1000.0, 100.0, 10)) == "▇····▄····"
    assert shares([(0.0, 1.0), (60.0, 1.0)], 0.0, 60.0, 2.0, 5) == [0.5] * 5
    assert shares([(0.0, 1.0)], 0.0, 0.0, 2.0, 5) == [None] * 5 and shares([], 0.0, 1.0, 0.0, 0) == []
    rows = ["".join(part for part, _ in row) for row in columns([None, 0.0, 0.5, 1.0], 2)]
    assert rows == ["   █", "·▁██"]


def test_the_machine_large_has_every_card_the_host_and_the_disk() -> None:
    shown = text(machine_large(machine(CARD), RUNNING, NOW, 600.0, 118, 35))
    for part in (
        "the last 10 minutes", "GPU 0  RTX 4090", "98%", "21.0/24.0 GB", "most 21.0 GB", "71 °C", "340/450 W",
        "this run 20.0 GB", "other: python main.py (5) 1.5 GB", "43%", "this run 6.9 cores", "12.0/64.0 GB",
        "this run 9.0 GB", "100 GB free",
    ):  # fmt: skip
        assert part in shown, part
    assert "held back" not in shown
    hot = replace(CARD, throttling=("heat", "power limit"))
    assert "▲ held back by heat and power limit" in text(machine_large(machine(hot), RUNNING, NOW, 600.0, 118, 35))


@pytest.mark.parametrize(("width", "height"), [(78, 18), (118, 35), (200, 60), (40, 12)])
@pytest.mark.parametrize("count", [0, 1, 2, 8])
def test_it_fits_whatever_the_screen_and_however_many_cards(width: int, height: int, count: int) -> None:
    cards = [replace(CARD, index=index) for index in range(count)]
    lines = machine_large(machine(*cards), RUNNING, NOW, 600.0, width, height)
    assert len(lines) <= height
    shown = text(lines)
    assert "disk" in shown and ("GPU NA" in shown) == (count == 0)
    if width >= 78:
        assert all(cells(line) <= width for line in lines)
        assert all(f"GPU {index}" in shown for index in range(count)) or "more card" in shown


def test_what_the_driver_does_not_say_is_na() -> None:
    dumb = Gpu(0, None, None, None, None, None, None, None)
    assert text(machine_large(machine(dumb), RUNNING, NOW, None, 118, 35)).count("NA") == 4
    assert text([gpu_line(dumb)]).split() == ["GPU", "0", "NA", "memory", "NA", "NA", "NA"]


def test_of_a_run_that_has_ended_its_own_hours_are_shown() -> None:
    ended = msgspec.structs.replace(RUNNING, state=RunState.DONE, ended=NOW)
    was = replace(machine(CARD, seconds=7200), now=None)
    shown = text(machine_large(was, ended, NOW + 9e6, None, 118, 35))
    assert "the whole run, until the run ended   2 h 00 m shown" in shown and "most 21.0 GB" in shown
    assert [span_title(span) for span in SPANS][1:] == [
        "the last hour", "the last 6 hours", "the last 24 hours", "the whole run",
    ]  # fmt: skip


def test_of_a_run_that_nobody_looked_at_nothing_is_known() -> None:
    ended = msgspec.structs.replace(RUNNING, state=RunState.DONE, ended=NOW)
    assert "Nothing is known of it" in text(machine_large(Machine(disk_free=1), ended, NOW, 600.0, 118, 35))
    before = Machine(history=(reading(NOW - 7000.0, CARD),))
    assert "further back somebody did" in text(machine_large(before, ended, NOW, 600.0, 118, 35))
    assert "GPU 0" in text(machine_large(replace(before, gpus=(CARD,)), ended, NOW, None, 118, 35))


def test_beside_the_run_a_card_is_a_line_and_a_disk_that_fills_before_the_end_is_warned_of() -> None:
    lines = machine_lines(machine(CARD), RUNNING, NOW)
    assert [line[0][0].split()[0] for line in lines] == ["GPU", "CPU", "disk"]
    assert all(cells(line) <= 53 for line in lines)
    slowed = gpu_line(replace(CARD, throttling=("power supply",)))
    assert "▲ power supply" in text([slowed])
    filling = replace(machine(CARD), checkpoint_bytes=10**11)
    line = disk_line(filling, msgspec.structs.replace(RUNNING, eta_s=9000.0), NOW)
    assert line is not None and text([line]) == "disk   100 GB free, full in 2 h 00 m, before the run ends"
    line = disk_line(filling, msgspec.structs.replace(RUNNING, eta_s=60.0), NOW)
    assert line is not None and text([line]) == "disk   100 GB free, full in 2 h 00 m"
    line = disk_line(replace(filling, disk_free=1850 * 10**9), msgspec.structs.replace(RUNNING, eta_s=60.0), NOW)
    assert line is not None and text([line]) == "disk   1.85 TB free, full in 37 h", "in a third of 80 columns"


def test_the_end_of_a_run_names_what_would_help() -> None:
    failed = msgspec.structs.replace(view(RunState.FAILED), reason="The graphics card ran out of memory. Do this.")
    assert MonitorScreen.BINDINGS, "the keys are named in the text"
    helps = remedies("gpu-memory", parse_settings("rehearsal"))
    shown = text(ending_lines(failed, ["a", "ValueError: x"], 100, 20, helps))
    assert "x  starts it again with what would help: Batch size 1 · Resolution 384×384" in shown
    assert "what would help" not in text(ending_lines(failed, ["a"], 78, 20))
    assert "A starts it again with changes." in text(ending_lines(failed, ["a"], 78, 20))
    on = text(ending_lines(failed, ["a"], 120, 20, resumable=True))
    assert "R goes on from a saved state, A starts it again with changes." in on


def test_the_line_that_names_the_error_is_there_whole() -> None:
    log = [*(f"line {number}" for number in range(20)), f"ValueError: {'word ' * 16}end", "after"]
    failed = msgspec.structs.replace(view(RunState.FAILED), reason="It failed.")
    lines = ["".join(span for span, _ in line) for line in ending_lines(failed, log, 60, 9)]
    assert lines[2:7] == ["", "  line 16", "  line 17", "  line 18", "  line 19"]
    assert lines[7:] == [f"▸ ValueError:{' word' * 9}", f"  {'word ' * 7}end"]
    narrow = ["".join(span for span, _ in line) for line in ending_lines(failed, log, 60, 4)]
    assert narrow[3] == f"▸ ValueError:{' word' * 9}…", "what is cut off says so"


@pytest.mark.parametrize(
    ("settings", "in_tmux", "written"),
    [
        (UserSettings(), False, ""),
        (UserSettings(bell=True), False, "\a"),
        (UserSettings(desktop_notice=True), False, "\x1b]9;sdtui: it \u241b ended\x1b\\"),
        (UserSettings(desktop_notice=True), True, "\x1bPtmux;\x1b\x1b]9;sdtui: it \u241b ended\x1b\x1b\\\x1b\\"),
    ],
)
def test_the_terminal_is_rung_as_the_settings_say(settings: UserSettings, in_tmux: bool, written: str) -> None:
    notice = Notice(Kind.DONE, "id", "name", "it \x1b ended")
    assert attention(notice, settings, in_tmux=in_tmux) == written


@pytest.mark.slow
async def test_the_machine_is_one_key_away_and_goes_back_in_time(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.fifo("there")
    lab.fifo("go")
    run = lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", "saved")
    lab.meet("there")
    machine_log.keep(lab.home / "runs" / run.id, reading(run.created + 0.001, CARD))
    async with seen(lab.root, "monitor") as it:
        await it.sees("step 4/10", "CPU", "RAM")
        await it.press("m")
        await it.sees("machine  the last 10 minutes", "processor", "this run")
        assert "SAMPLES" not in it.words()
        await it.press("t")
        await it.sees("the last hour")
        await it.press("P")
        await it.sees("circle is paused.", "paused  step 4/10")
        await it.press("P")
        await it.sees("circle goes on.", "training  step 4/10")
        lab.release("go")
        await it.sees("until the run ended")
        await it.press("escape")
        await it.sees("SAMPLES")


async def test_a_key_starts_a_run_again_with_what_helps(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = parse_settings("rehearsal", ["train_batch_size=4", "max_train_steps=1"]).as_text()
    failed = lab.ended("fail=CUDA out of memory", profile="rehearsal", settings=settings)
    launched: list[dict[str, str]] = []

    def pretend(home: Path, request: object) -> object:
        launched.append(dict(request.settings))  # type: ignore[attr-defined]
        return store.load(home, failed.id)

    monkeypatch.setattr("sdtui.tui.train.start.launch", pretend)
    async with seen(lab.root, "monitor") as it:
        await it.sees("✗ The graphics card ran out of memory", "x  starts it again with", "x what helps")
        await it.press("x")
        await it.sees("Start circle again with", "1  Batch size 1", "train_batch_size=1", "a all of them")
        await it.press("escape")
        assert not launched
        await it.press("x", "1")
        await it.until(lambda: launched)
        assert (launched[0]["train_batch_size"], launched[0]["width"]) == ("1", "512")
        await it.sees("has started with: Batch size 1.")


@pytest.mark.slow
async def test_an_end_is_told_on_every_screen_with_the_bell(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    save_setting("bell", True)
    lab.fifo("there")
    lab.fifo("go")
    run = lab.launch("header=10", "steps=1-4-10", "tell=there", "wait=go", "fail=CUDA out of memory")
    lab.meet("there")
    async with seen(lab.root, "dataset") as it:
        await it.sees("Monitor ▶40%")
        written: list[str] = []
        driver = it.app._driver
        assert driver is not None
        monkeypatch.setattr(driver, "write", written.append)
        lab.release("go")
        await it.sees("circle failed: The graphics card ran out of memory")
        assert "\a" in written
    lab.wait(run)
    async with seen(lab.root, "dataset") as it:
        await it.sees("Monitor ✗")
        assert "circle failed" not in it.words(), "it was over before this screen looked"


@pytest.mark.slow
async def test_how_one_is_told_is_shown_changed_and_tried(lab: RunLab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.ended("train=4", "saved")
    told = lab.root / "told.txt"
    save_setting("notice_command", f'echo "$SDTUI_TEXT" > {told}')
    async with seen(lab.root, "monitor") as it:
        await it.sees("100%")
        await it.press("B")
        await it.sees("bell     off", "command  set", "webhook  not set", "When a loss is not a number, you are told.")
        await it.press("n")
        await it.sees("you are told, and the run is paused")
        await it.press("b")
        await it.sees("bell     on")
        await it.press("t")
        await it.sees("sdtui can reach you.")
        await it.until(lambda: told.exists() and told.read_text() == "sdtui can reach you.\n")
    loaded = load_settings().settings
    assert (loaded.bell, loaded.on_nan, loaded.desktop_notice) == (True, "pause", False)


def test_the_end_of_a_run_beside_the_one_that_is_followed_is_news_once(tmp_path: Path) -> None:
    first, second = (
        RecordedRun(tmp_path, bars(1, 4, 4), id=f"2026112{number}-a", name=f"a{number}") for number in "12"
    )
    RecordedRun(tmp_path, id="20261120-old", name="old").end(1)
    runs, others = store.list_runs(first.home), Others(first.home)
    following = msgspec.structs.replace(view(), id=second.record.id)
    assert others.look(runs, following) == ()
    first.end(1)
    second.end(1)
    (notice,) = others.look(runs, following)
    assert (notice.run, notice.kind) == (first.record.id, Kind.FAILED)
    assert others.look(runs, following) == (), "the end of the followed one is told by what follows it"
    assert others.look(runs, msgspec.structs.replace(following, state=RunState.FAILED)) == ()
    assert others.look(runs, None) == ()


def test_the_most_urgent_warning_is_wrapped_and_says_where_the_rest_is() -> None:
    long = "No new line for 12 m 00 s, and a step usually takes 0.5 s: it may hang. " + "Its processes do nothing. " * 9

    def beside(*warnings: str, rows: int = 0) -> str:
        shown = SimpleNamespace(
            view=msgspec.structs.replace(RUNNING, warnings=warnings), machine=machine(CARD), now=NOW
        )
        lines = beside_lines(cast("Followed", shown), 53, rows)
        assert all(cells(line) <= 53 for line in lines)
        return text(lines)

    assert "▲ short" in beside("short") and "W:" not in beside("short")
    assert beside("short", "other").splitlines()[3] == "▲ short  W: all 2"
    told = beside(long).splitlines()
    assert told[3].startswith("▲ No new line for 12 m 00 s") and told[5].endswith("…  W: all of it")
    assert told[6] == "saved 0 checkpoints"
    assert beside(long, rows=4).splitlines()[3].endswith("…  W: all of it"), "also where one line is left for it"
