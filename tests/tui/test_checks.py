"""The Checks screen: what is found, where each finding leads, what mends it; and the findings on Train."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from sdtui.base.errors import UnreadableError
from sdtui.base.work import Progress, Work
from sdtui.checks.about import images_about
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.preflight import Report
from sdtui.dataset.scan import open_project
from sdtui.edits.proposal import Proposal
from sdtui.tui.app import SdtuiApp
from sdtui.tui.checks import checking
from sdtui.tui.checks.screen import ChecksScreen
from sdtui.tui.config.screen import ConfigScreen
from sdtui.tui.dataset.screen import DatasetScreen
from sdtui.tui.finder import Finder
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.review.screen import ReviewScreen
from sdtui.tui.train.screen import TrainScreen
from sdtui.tui.widgets.lines import Lines
from tests.tui.conftest import until
from tests.tui.running import Seen, seen, with_images, without_trainers

Snap = Callable[..., bool]


@pytest.fixture
def broken(dataset: Path) -> Path:
    """Two errors: a caption of no byte, and one that is not UTF-8; and captions that are missing or too long."""
    (dataset / "images" / "10_circle" / "circle_000.txt").write_bytes(b"")
    (dataset / "images" / "10_circle" / "circle_001.txt").write_bytes(b"caf\xe9")
    return dataset


def checks(it: Seen) -> ChecksScreen:
    return next(screen for screen in it.app.screen_stack if isinstance(screen, ChecksScreen))


@asynccontextmanager
async def checked(root: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Seen]:
    """The Checks screen on ``root``, once it has found what there is; without pictures."""
    async with seen(root, "checks", size, slow=True) as it:
        await it.until(lambda: it.app.project is not None and it.app.scanning is None)
        await it.press("r")
        await found_anew(it)
        yield it


async def found_anew(it: Seen) -> None:
    await it.until(lambda: it.app.checked is not None and it.app.checking is None)
    await it.pilot.pause()


async def on(it: Seen, code: str) -> Finding:
    """Put the cursor on the first finding of a code, by keys."""
    rows = [finding.code for finding in checks(it).found.findings]
    assert code in rows, rows
    await it.press("home", *["j"] * rows.index(code))
    finding = checks(it).finding
    assert finding is not None and finding.code == code
    return finding


async def test_findings_are_listed_by_severity_with_the_sentences_of_the_one_under_the_cursor(broken: Path) -> None:
    async with checked(broken) as it:
        found = checks(it).found.findings
        assert [finding.severity for finding in found] == sorted(
            (finding.severity for finding in found), key=list(Severity).index
        )
        assert "2 errors" in it.words() and "Checks ●" in it.words()
        finding = await on(it, "caption-undecodable")
        words = it.words()
        assert finding.message in words and "circle_001.png" in words
        assert finding.why is not None and finding.why.split(".")[0][:60] in words


@pytest.mark.slow
async def test_enter_shows_the_images_filtered_in_dataset(broken: Path) -> None:
    async with checked(broken) as it:
        await on(it, "caption-empty")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, DatasetScreen))
        screen = it.screen
        assert isinstance(screen, DatasetScreen)
        await it.until(lambda: [sample.name for sample in screen.images.samples] == ["circle_000.png"])
        await it.until(lambda: screen.sample is not None and screen.sample.name == "circle_000.png")
        assert "finding:caption-empty" in screen.filter.text
        await it.press("4")
        await on(it, "caption-undecodable")
        await it.press("enter")
        await it.until(lambda: [sample.name for sample in screen.images.samples] == ["circle_001.png"])


@pytest.mark.slow
async def test_v_goes_through_them_in_review(broken: Path) -> None:
    async with checked(broken) as it:
        await on(it, "caption-undecodable")
        await it.press("v")
        await it.until(lambda: isinstance(it.screen, ReviewScreen))
        screen = it.screen
        assert isinstance(screen, ReviewScreen)
        await it.until(lambda: screen.reel is not None and [s.name for s in screen.reel.samples] == ["circle_001.png"])


async def test_x_shows_the_fix_as_a_plan_and_what_is_mended_leaves_the_list(broken: Path) -> None:
    caption = broken / "images" / "10_circle" / "circle_000.txt"
    async with checked(broken) as it:
        await on(it, "caption-empty")
        await it.press("x")
        await it.until(lambda: isinstance(it.screen, PlanScreen))
        assert caption.read_bytes() == b""
        await it.press("y")
        await it.until(lambda: caption.read_bytes() != b"")
        await it.until(lambda: isinstance(it.screen, ChecksScreen))
        await it.until(lambda: "caption-empty" not in [finding.code for finding in checks(it).found.findings])
        await it.press("u")
        await it.until(lambda: caption.read_bytes() == b"")


@pytest.mark.slow
async def test_a_fix_that_takes_long_says_how_far_it_is_and_is_given_up(
    broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    went_on = threading.Event()

    def slow(*_args: object) -> Work[Proposal]:
        while not went_on.wait(0.01):
            yield Progress(3, 10, "captions")
        raise AssertionError("it was not given up")

    monkeypatch.setattr("sdtui.tui.checks.screen.fix_all", slow)
    async with checked(broken) as it:
        await on(it, "caption-empty")
        await it.press("x")
        await it.sees("reading 3 of 10 captions", "esc stop")
        await it.press("escape")
        await it.sees("2 errors")
        went_on.set()
        assert isinstance(it.screen, ChecksScreen)


@pytest.mark.slow
async def test_files_that_are_no_images_are_listed(dataset: Path) -> None:
    (dataset / "images" / "10_circle" / "nobody\x1b[31m.txt").write_text("of no image")
    async with checked(dataset) as it:
        await on(it, "caption-orphan")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, Finder))
        await it.sees("nobody␛[31m.txt")
        await it.press("escape")
        await it.until(lambda: isinstance(it.screen, ChecksScreen))


@pytest.mark.slow
async def test_a_finding_about_the_run_leads_to_its_setting_in_train(
    dataset: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_trainers(monkeypatch, own_home)
    monkeypatch.setattr(checking, "find_trainers", lambda *_args, **_more: ())
    text = "The scheduler constant takes no warm-up."
    having(monkeypatch, Finding("needless-warm-up", Severity.ERROR, text, fix="Set lr_warmup_steps=0."))
    (dataset / ".sdtui").mkdir()
    (dataset / ".sdtui" / "train.json").write_text('{"profile": "sdxl-lora"}')
    async with checked(dataset) as it:
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, TrainScreen))
        screen = it.screen
        assert isinstance(screen, TrainScreen)
        await it.until(lambda: screen.row is not None and screen.row.key == "lr_warmup_steps")


async def test_nothing_found_is_said_in_green_and_leaves_no_badge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    having(monkeypatch)
    async with checked(with_images(tmp_path)) as it:
        assert "Nothing stands in the way: 1 image checked" in it.words()
        assert "Checks ●" not in it.words()


async def test_checks_that_cannot_be_made_say_why(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def preflight(*_args: object, **_more: object) -> Work[Report]:
        yield Progress(0, 1, "images")
        raise UnreadableError("The disk is gone", path=dataset)

    monkeypatch.setattr(checking, "preflight", preflight)
    async with checked(dataset) as it:
        await it.sees("The disk is gone")


@pytest.mark.slow
async def test_the_cursor_stays_with_its_finding_and_the_text_below_where_it_is_read(
    broken: Path,
) -> None:
    async with checked(broken, (80, 24)) as it:
        await on(it, "caption-undecodable")
        await it.press("J")
        detail = checks(it).query_one("#checks-detail")
        scrolled = detail.scroll_offset.y
        before = it.app.checked
        await it.press("r")
        await it.until(lambda: it.app.checked is not before and it.app.checking is None)
        await it.pilot.pause()
        finding = checks(it).finding
        assert finding is not None and finding.code == "caption-undecodable"
        assert detail.scroll_offset.y == scrolled


@pytest.mark.slow
async def test_checks_begin_by_themselves_after_a_change_once_the_keys_rest(
    dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "REST", 0.05)
    async with seen(dataset, "dataset", slow=True) as it:
        await it.until(lambda: it.app.checked is not None)
        assert it.app.checked is not None and "caption-empty" not in it.app.checked.shown
        typing = True
        monkeypatch.setattr(it.app.typed_ahead, "since_key", lambda: 0.0 if typing else 60.0)
        before = it.app.checked
        (dataset / "images" / "10_circle" / "circle_000.txt").write_bytes(b"")
        await it.until(lambda: it.app.project is not None and it.app.project is not before.project)
        for _ in range(20):
            await it.pilot.pause(0.01)
        assert it.app.checked is before, "nothing is checked while somebody types"
        typing = False
        await it.until(lambda: it.app.checked is not None and "caption-empty" in it.app.checked.shown)
        await it.sees("Checks ●")


@pytest.mark.slow
async def test_train_counts_the_findings_and_asks_before_a_start_that_would_fail(
    dataset: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_trainers(monkeypatch, own_home)
    having(
        monkeypatch,
        Finding("settings-refused", Severity.ERROR, "Adafactor and its rate do not fit."),
        Finding("caption-class", Severity.WARNING, "3 images are trained on their class."),
    )
    asked: list[object] = []

    def preflight(_project: object, settings: object, install: object, **_more: object) -> Work[Report]:
        asked.append(settings)
        return FOUND(_project, settings, install)

    FOUND = checking.preflight
    monkeypatch.setattr(checking, "preflight", preflight)
    monkeypatch.setattr(checking, "REST", 0.05)
    async with seen(dataset, "train", slow=True) as it:
        await it.sees("CHECKS", "1 error · 1 warning", "Adafactor and its rate do not fit.")
        screen = it.screen
        assert isinstance(screen, TrainScreen) and screen.state is not None
        screen.state.set_profile("rehearsal")
        await it.until(lambda: screen.state is not None and screen.state.outcome.prepared is not None)
        await it.until(lambda: asked[-1] == (screen.state.settings if screen.state else None))
        await it.until(lambda: screen.state is not None and screen.state.checked)
        await it.press("S")
        await it.sees("The trainer would stop", "Adafactor and its rate", "start all the same")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, ChecksScreen))


def having(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    """The checks find just these."""

    def preflight(*_args: object, **_more: object) -> Work[Report]:
        yield Progress(1, 2, "images")
        return Report(findings)

    monkeypatch.setattr(checking, "preflight", preflight)


def test_captions_masks_caches_and_folders_stand_for_their_images(dataset: Path) -> None:
    project = open_project(dataset)
    folder = dataset / "images" / "10_circle"

    def images(*files: Path) -> set[str]:
        finding = Finding("some-code", Severity.INFO, "Something.", files=files)
        return {path.name for path in images_about(project, [finding])}

    assert images(folder / "circle_001.png") == {"circle_001.png"}
    assert images(folder / "circle_001.txt", folder / "circle_002.txt") == {"circle_001.png", "circle_002.png"}
    assert images(folder / "circle_003_te_outputs.npz") == {"circle_003.png"}
    assert images(folder / "circle_003_0512x0512_sdxl.npz") == {"circle_003.png"}
    assert images(folder) == {f"circle_{number:03}.png" for number in range(4)}
    assert images(folder / "nobody.txt", Path("/elsewhere.png")) == set()


@pytest.mark.slow
async def test_a_dataset_that_has_gone_away_is_said_and_found_again(broken: Path) -> None:
    async with checked(broken) as it:
        gone = broken.rename(broken.with_name("gone"))
        await it.press("r")
        await it.sees("The dataset is not there any more")
        assert "●" not in it.words()
        gone.rename(broken)
        await it.press("r")
        await it.sees("caption-empty")


async def test_an_empty_folder_is_nothing_to_check(tmp_path: Path) -> None:
    async with seen(tmp_path, "checks", (80, 24)) as it:
        await it.sees("This could not be opened")
        await it.press("escape")
        await it.sees("There is no dataset to look at here")


@pytest.mark.slow
async def test_a_config_that_cannot_be_read_is_explained_mended_and_opened(dataset: Path, tmp_path: Path) -> None:
    folder = dataset / "images" / "10_circle"
    config = tmp_path / "dataset.toml"
    text = f"""[general]\nresolution = 64\n[[datasets]]\n[[datasets.subsets]]\nimage_dir = '{folder}'\n"""
    config.write_bytes(b"\xef\xbb\xbf" + text.encode())
    async with seen(config, "dataset", slow=True) as it:
        await it.sees("This could not be opened")
        await it.press("c")
        await it.until(lambda: isinstance(it.screen, ChecksScreen))
        await found_anew(it)
        await on(it, "toml-bom")
        await it.press("x")
        await it.until(lambda: isinstance(it.screen, PlanScreen))
        await it.press("y")
        await it.until(lambda: it.app.project is not None and it.app.project.subsets)
        assert config.read_bytes() == text.encode()


@pytest.mark.slow
async def test_the_editor_says_what_is_wrong_with_a_config_that_is_no_toml(tmp_path: Path) -> None:
    config = tmp_path / "dataset.toml"
    config.write_text("[general]\nresolution = \n")
    async with seen(config, "checks", slow=True) as it:
        await it.sees("This could not be opened")
        await it.press("escape")
        await found_anew(it)
        await on(it, "toml-syntax")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, ConfigScreen))
        await it.sees("Empty value is invalid")
        assert "Training goes by the folders" not in it.words()


@pytest.mark.slow
async def test_what_a_config_says_wrongly_leads_to_its_editor(dataset: Path, tmp_path: Path) -> None:
    folder = dataset / "images" / "10_circle"
    config = tmp_path / "dataset.toml"
    config.write_text(
        f"""[general]\nresolution = 64\n[[datasets]]\n[[datasets.subsets]]\nimage_dir = '{folder}'\nnum_repeat = 3\n"""
    )
    async with checked(config) as it:
        await on(it, "unknown-key")
        await it.press("enter")
        await it.until(lambda: isinstance(it.screen, ConfigScreen) and it.screen.row is not None)
        await it.sees("num_repeat", "enter calls it num_repeats.")
        await it.press("enter")
        await it.sees("How often")
        await it.press("escape")
        await it.until(lambda: isinstance(it.screen, ChecksScreen))


FINDINGS = (
    Finding(
        "caption-empty",
        Severity.ERROR,
        "2 images have a caption file of 0 bytes.",
        files=(Path("/data/10_circle/circle_000.png"), Path("/data/10_circle/circle_001.png")),
        why="The trainer stops at an empty caption file.",
        fix="Write its caption.",
    ),
    Finding("optimizer-args", Severity.ERROR, "scale_parameter=False,relative_step=False is one value."),
    Finding("prompt-unknown-flag", Severity.WARNING, '"--am" is dropped.', Path("/data/prompts.txt"), 3),
    Finding("prompt-unknown-flag", Severity.WARNING, '"--on" is dropped.', Path("/data/prompts.txt"), 12),
    Finding("caption-orphan", Severity.INFO, "正方形 belongs to no image.", files=(Path("/data/正方形.txt"),)),
)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_how_it_looks(
    size: tuple[int, int], own_home: Path, monkeypatch: pytest.MonkeyPatch, snap_compare: Snap
) -> None:
    having(monkeypatch, *FINDINGS)
    monkeypatch.setattr(checking.time, "time", lambda: 0.0)
    monkeypatch.setenv("TZ", "UTC")
    app = SdtuiApp(with_images(own_home / "data" / "shapes"), "checks", slow=True)

    async def found(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: app.project is not None and app.scanning is None)
        await pilot.press("r")
        await until(pilot, lambda: app.checked is not None and app.checking is None)
        await until(pilot, lambda: "2 errors" in app.screen.query_one("#checks-sum", Lines).text)
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=found)
