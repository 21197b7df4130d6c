"""Hostile names, odd locales, missing terminals, interrupts, gone readers and wrong words, through the real process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.dataset.making import image
from tests.runs.recorded import RecordedRun
from tests.terminal import Terminal

OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")
"""What a terminal would obey, but for line feeds."""
HOSTILE = "\x1b]52;c;aGk=\x07\x9b31m\u202egnp"
NOT_UTF8 = os.fsdecode(b"caf\xe9")
LOCALES = {
    "C": {"LC_ALL": "C"},
    "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii streams": {"PYTHONIOENCODING": "ascii:strict"},
}


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """One subset of one image."""
    image(tmp_path / "data" / "10_cat" / "a.png")
    (tmp_path / "data" / "10_cat" / "a.txt").write_text("a cat")
    return tmp_path / "data"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A dataset whose every name would move the cursor, or is not UTF-8, or has a line feed."""
    root = tmp_path / f"data{HOSTILE}{NOT_UTF8}"
    for name in (f"10_cat{HOSTILE}", f"4_{NOT_UTF8}", "2_two\nlines"):
        for stem in (f"a{HOSTILE}", NOT_UTF8):
            picture = root / name / f"{stem}.png"
            image(picture)
            picture.with_suffix(".txt").write_bytes(f"{HOSTILE} ".encode() * 40)
        (root / name / f"notes{HOSTILE}.xyz").touch()
        (root / name / f"broken{HOSTILE}.png").write_bytes(b"no picture")
    return root


def commands(root: Path) -> Iterator[tuple[object, ...]]:
    """Every command that prints names, and those that meet wrong ones."""
    subset = root / f"10_cat{HOSTILE}"
    yield "scan", root
    yield "scan", root, "--json"
    yield "scan", root / f"none{HOSTILE}"
    yield "scan", root, f"more{HOSTILE}"
    yield "tokens", *sorted(subset.glob("*.txt")), subset, subset / f"none{HOSTILE}"
    yield "tokens", "--json", *sorted(subset.glob("*.txt"))
    yield "repeats", root, f"cat{HOSTILE}=12", f"{NOT_UTF8}=5", "--dry-run"
    yield "repeats", root, f"dog{HOSTILE}=12"
    yield "config", "new", root, "--kind", "lora", "--dry-run"
    yield "config", "new", root, "--kind", HOSTILE
    yield "config", "init", root, "--dry-run"
    yield "config", "init", root, "--dry-run", "--trigger", NOT_UTF8
    yield "train", root, "--profile", "rehearsal", "--dry-run"
    yield "train", root, "--profile", HOSTILE
    yield "train", root, "--profile", "rehearsal", "--set", f"{HOSTILE}=1"
    yield "runs", "list", root
    yield "runs", "show", root, HOSTILE
    yield "open", root
    yield "demo", root / "10_cat" / HOSTILE / "\n" / f"a{HOSTILE}.png" / "x" / ("long" * 99)
    yield (HOSTILE,)


@pytest.mark.parametrize("number", range(len(list(commands(Path())))))
def test_no_name_reaches_the_terminal_as_it_is(sdtui: Cli, hostile: Path, number: int) -> None:
    result = sdtui(*list(commands(hostile))[number])
    assert OBEYED.findall(result.stdout + result.stderr) == []
    assert "Traceback" not in result.stderr
    assert result.stdout or result.stderr


def test_json_says_names_exactly_though_it_escapes_them(sdtui: Cli, hostile: Path) -> None:
    document = json.loads(sdtui("scan", hostile, "--json").stdout)
    assert {subset["name"] for subset in document["subsets"]} == {path.name for path in hostile.iterdir()}
    assert all(Path(entry["path"]).exists() for entry in document["images"])


def test_a_hostile_log_is_shown_harmless(sdtui: Cli, tmp_path: Path) -> None:
    run = RecordedRun(tmp_path, f"RuntimeError: {HOSTILE} is missing\n".encode())
    run.end(1)
    for command in ("list", "show", "follow", "stop"):
        result = sdtui("runs", command, tmp_path)
        assert OBEYED.findall(result.stdout + result.stderr) == []
        assert result.stdout or result.stderr


@pytest.mark.parametrize("locale", LOCALES)
def test_marks_and_names_do_not_break_in_any_locale(sdtui: Cli, plain: Path, locale: str) -> None:
    caption = plain / "10_cat" / "a.txt"
    caption.write_text("猫 " * 90)
    for words in (["scan", plain], ["tokens", caption, plain / "猫"]):
        result = subprocess.run(
            [sys.executable, "-m", "sdtui", *map(str, words)],
            capture_output=True,
            env={**os.environ, **LOCALES[locale]},
            check=False,
        )
        assert b"Traceback" not in result.stderr
        assert result.returncode == (3 if words[0] == "tokens" else 0)


@pytest.mark.parametrize("locale", ["ascii", "ascii streams"])
def test_where_only_ascii_is_promised_utf_8_is_written(sdtui: Cli, plain: Path, locale: str) -> None:
    assert "10×" in sdtui("scan", plain, env=LOCALES[locale]).stdout


# Terminals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["open"], ["open", "."]])
def test_the_screen_without_a_terminal_is_a_sentence(sdtui: Cli, plain: Path, words: list[str]) -> None:
    result = sdtui(*words, cwd=plain)
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.startswith("sdtui: The full screen needs a terminal. ")


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_place_text_is_a_sentence(plain: Path, term: str) -> None:
    with Terminal("open", plain, cwd=plain, term=term) as terminal:
        terminal.wait_for("TERM is")
        assert terminal.wait_for_exit() == 3
        assert b"export TERM=xterm-256color" in terminal.received


def test_a_dumb_terminal_gets_no_progress_line(plain: Path) -> None:
    with Terminal("scan", plain, cwd=plain, term="dumb") as terminal:
        assert terminal.wait_for_exit() == 0
        assert b"\x1b" not in terminal.received
        assert "10_cat" in terminal.text


# Plans ----------------------------------------------------------------------------------------------------------------


def test_a_new_file_is_shown_whole_and_plainly(sdtui: Cli, tmp_path: Path) -> None:
    for number in range(30):
        image(tmp_path / f"{number + 1}_cat{number}" / "a.png")
    result = sdtui("config", "new", tmp_path, "--kind", "lora", "--dry-run")
    (path,) = re.findall(r"^write new (.*\.toml)$", result.stdout, re.MULTILINE)
    assert sdtui("config", "new", tmp_path, "--kind", "lora", "--yes").returncode == 0
    shown = [line.removeprefix("+ ") for line in result.stdout.splitlines() if line.startswith("+ ")]
    written = Path(path).read_text().splitlines()
    assert len(written) > 90
    assert [line for line in shown if not line.startswith("#")] == [line for line in written if line[:1] != "#"]


def test_an_edited_file_is_shown_by_its_words(sdtui: Cli, plain: Path) -> None:
    (plain / "meta.json").write_text(json.dumps({str(plain / "10_cat" / "a.png"): {}}))
    assert "[-10_cat-]{+12_cat+}" in sdtui("repeats", plain, "cat=12", "--dry-run").stdout


# Interrupts and gone readers ------------------------------------------------------------------------------------------


def start(*words: object, **streams: int) -> subprocess.Popen[bytes]:
    everything = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.Popen([sys.executable, "-m", "sdtui", *map(str, words)], **everything)  # type: ignore[call-overload, no-any-return]


def test_ctrl_c_ends_a_command_quietly(tmp_path: Path) -> None:
    with start("tokens", "--json", "-") as command:
        command.stdin.write(b"a cat\n" * 2000)
        command.stdin.flush()
        command.stdout.readline()
        command.send_signal(signal.SIGINT)
        _, told = command.communicate()
    assert command.returncode == 130
    assert told.strip() == b""


def test_ctrl_c_while_it_starts_leaves_no_traceback(tmp_path: Path) -> None:
    """The interrupt comes while click is being imported: a module of that name waits for it."""
    (tmp_path / "click.py").write_text("import sys\nprint('here', flush=True)\nsys.stdin.read()\n")
    with subprocess.Popen(
        [sys.executable, "-m", "sdtui", "tokens", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == b"here\n"
        command.send_signal(signal.SIGINT)
        _, told = command.communicate()
    assert command.returncode == -signal.SIGINT  # which a shell calls 130
    assert told == b""


@pytest.mark.parametrize(
    "words", [["tokens", "-"], ["tokens", "--json", "-"], ["--help"], ["scan"], ["scan", "--json"]]
)
def test_a_reader_that_goes_away_is_no_error(plain: Path, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    if words[0] == "scan":
        words = [*words, str(plain)]
    with start(*words, stdout=writing) as command:
        os.close(writing)
        _, told = command.communicate(b"a cat\n" * 20_000 if "-" in words else b"")
    assert (command.returncode, told) == (0, b"")


def test_a_reader_of_errors_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start("scan", tmp_path / "none", stderr=writing) as command:
        os.close(writing)
        out, _ = command.communicate()
    assert (command.returncode, out) == (0, b"")


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_output_on_a_full_disk_is_a_sentence(plain: Path, flags: list[str]) -> None:
    with Path("/dev/full").open("wb") as full, start("scan", plain, *flags, stdout=full.fileno()) as command:
        _, told = command.communicate()
    assert command.returncode == 3
    assert told.startswith(b"sdtui: The disk is full.")


@pytest.mark.parametrize("line", ["scan {} <&-", "scan {} >&-", "scan {} --json >&-", "scan {} <&- >&- 2>&-"])
def test_closed_streams_are_no_error(plain: Path, line: str) -> None:
    line = f"{sys.executable} -m sdtui {line.format(plain)}"
    result = subprocess.run(["sh", "-c", line], capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


# Wrong words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trian"], "There is no command 'trian'. Did you mean 'train'?"),
        (["xyzzy"], "There are: open, demo, scan"),
        (["."], "To look at it: sdtui open ."),
        (["runs", "lst"], "Did you mean 'list'?"),
        (["config", "neu", "."], "Did you mean 'new'?"),
        (["scan", "--jsno"], "Did you mean '--json'?"),
        (["train", "."], "Name one with --profile: sdxl-lora, sdxl-finetune, sd15-lora, rehearsal."),
        (["train", ".", "--profile", "rehearsal", "--set", "max_train_stepz=9", "--json"], "max_train_steps"),
        (["config", "new", "."], "Choose from"),
        (["repeats", ".", "cta=3", "--json"], "There are: 10_cat"),
    ],
)
def test_wrong_words_are_usage_errors_that_help(sdtui: Cli, plain: Path, words: list[str], said: str) -> None:
    result = sdtui(*words, cwd=plain)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a file.png", "neither a folder nor a dataset config"),
        ("broken link", "no such file or folder"),
        ("loop", "no such file or folder"),
        ("empty.toml", "names no subset"),
        ("bytes.toml", "not UTF-8"),
        ("empty folder", "No images to train on"),
        ("n" * 300, "The name is too long"),
    ],
)
def test_paths_that_are_no_dataset_are_sentences(sdtui: Cli, tmp_path: Path, name: str, said: str) -> None:
    image(tmp_path / "a file.png")
    (tmp_path / "broken link").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "empty.toml").touch()
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "empty folder").mkdir()
    result = sdtui("scan", tmp_path / name, "--json")
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.startswith("sdtui: ") and result.stderr.count("\n") == 1
    assert said in result.stderr and name in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["repeats", "none", "cat=2", "--json"],
        ["config", "new", "none", "--kind", "lora", "--json"],
        ["config", "init", "none", "--json"],
        ["train", "none", "--profile", "rehearsal", "--json"],
        ["runs", "list", "none", "--json"],
        ["runs", "show", "none", "--json"],
        ["tokens", "none", "--json"],
        ["open", "none"],
    ],
)
def test_every_command_says_what_it_could_not_find(sdtui: Cli, tmp_path: Path, words: list[str]) -> None:
    result = sdtui(*words, cwd=tmp_path)
    assert (result.returncode, result.stdout) in ((3, ""), (2, ""))
    assert result.stderr.startswith("sdtui: ") and result.stderr.count("\n") == 1
    assert "none" in result.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_a_sentence(sdtui: Cli, plain: Path) -> None:
    plain.chmod(0)
    try:
        result = sdtui("scan", plain)
    finally:
        plain.chmod(0o755)
    assert result.returncode == 3
    assert "Permission denied" in result.stderr
