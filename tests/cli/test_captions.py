"""``sdtui captions edit``, ``undo``, ``redo`` and ``recover``, as a person or a script runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from sdtui.base.files import kernel
from sdtui.cli.main import main
from tests.cli.test_robustness import HOSTILE, NOT_UTF8, OBEYED
from tests.conftest import Cli, CliResult
from tests.dataset.making import image
from tests.runs.recorded import RecordedRun
from tests.terminal import Terminal


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    image(root / "10_cat" / "a.png", caption=b"\xef\xbb\xbflong_hair, ^_^, red\r\nnot read, long_hair\r\n")
    image(root / "10_cat" / "b.png", caption="a long_hair cat")
    image(root / "4_dog" / "c.png", caption="a dog")
    image(root / "4_dog" / "d.png", caption=None)
    return root


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """As ``sdtui``, in this process: the imports are made once."""

    def run(*args: object) -> CliResult:
        monkeypatch.setattr(sys, "argv", ["sdtui", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return CliResult(sys.argv, int(ended.value.code or 0), said.out, said.err)

    return run


def bytes_of(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.txt"))}


def edited(here: Cli, root: Path, *args: object) -> dict[str, Any]:
    result = here("captions", "edit", root, *args, "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def test_a_dry_run_shows_words_and_tokens_and_changes_nothing(here: Cli, root: Path) -> None:
    before = bytes_of(root)
    result = here("captions", "edit", root, "--spaces", "--dry-run")
    assert result.returncode == 0
    assert "10_cat/a.png  8 → 7/75 tok\n    [-long_hair-]{+long hair+}, ^_^, red" in result.stdout
    assert "spaces for underscores: 2 of 4 captions" in result.stdout
    assert "not read" not in result.stdout and "further lines" in result.stderr
    assert bytes_of(root) == before and not (root / ".sdtui" / "journal").exists()


def test_an_edit_changes_its_own_bytes_and_undo_brings_them_back(here: Cli, root: Path) -> None:
    before = bytes_of(root)
    document = edited(here, root, "--spaces", "--where", "subset:10_cat", "--yes")
    assert document["applied"] is True and document["journal_id"]
    assert [(one["before"], one["after"]) for one in document["captions"]] == [
        ("long_hair, ^_^, red\nnot read, long_hair\n", "long hair, ^_^, red\nnot read, long_hair\n"),
        ("a long_hair cat", "a long hair cat"),
    ]
    assert all(one["tokens_before"] - one["tokens_after"] == 1 for one in document["captions"])
    now = bytes_of(root)
    assert now["10_cat/a.txt"] == b"\xef\xbb\xbflong hair, ^_^, red\r\nnot read, long_hair\r\n"
    assert now["4_dog/c.txt"] == before["4_dog/c.txt"]
    result = here("captions", "undo", root, "--yes")
    assert result.returncode == 0 and "2 files" in result.stderr and bytes_of(root) == before
    assert here("captions", "redo", root, "--yes").returncode == 0 and bytes_of(root) == now


def test_without_yes_and_without_a_terminal_nothing_is_written(sdtui: Cli, here: Cli, root: Path) -> None:
    before = bytes_of(root)
    for run, args in ((sdtui, ()), (here, ("--json",))):
        result = run("captions", "edit", root, "--trigger", "zhu", *args)
        assert result.returncode == 3 and "--yes" in result.stderr
    assert bytes_of(root) == before and not (root / ".sdtui" / "journal").exists()
    edited(here, root, "--trigger", "zhu", "--yes")
    assert here("captions", "undo", root).returncode == 3
    assert (root / "4_dog" / "d.txt").read_text() == "zhu"


OPERATIONS: list[tuple[list[str], str]] = [
    (["--replace", "a", "x"], "x cxt, b_c, cxt"),
    (["--replace", "CAT", "x", "--ignore-case"], "a x, b_c, x"),
    (["--regex", r"(\w+), (\w+)$", r"\2|\1"], "a cat, cat|b_c"),
    (["--prepend", "x"], "x, a cat, b_c, cat"),
    (["--append", " x"], "a cat, b_c, cat x"),
    (["--remove-tag", "cat"], "a cat, b_c"),
    (["--rename-tag", "cat", "x"], "a cat, b_c, x"),
    (["--merge-tags", "cat,a cat", "x"], "x, b_c"),
    (["--underscores"], "a_cat, b_c, cat"),
    (["--sort"], "a cat, b_c, cat"),
    (["--shuffle", "4"], ""),
    (["--separator", ",", ";"], "a cat; b_c; cat"),
    (["--split-lines"], "a cat\nb_c\ncat"),
    (["--trigger", "cat"], "a cat, b_c, cat"),
    (["--trigger", "b_c"], "b_c, a cat, cat"),
    (["--strip-emphasis"], "a cat, b_c, cat"),
]


@pytest.mark.parametrize(("args", "after"), OPERATIONS, ids=lambda value: " ".join(value))
def test_each_operation_has_its_option(here: Cli, tmp_path: Path, args: list[str], after: str) -> None:
    image(tmp_path / "1_x" / "a.png", caption="a cat, b_c, cat")
    assert here("captions", "edit", tmp_path, *args, "--yes").returncode == 0
    text = (tmp_path / "1_x" / "a.txt").read_text()
    assert text == after or (after == "" and sorted(text.split(", ")) == ["a cat", "b_c", "cat"])


def test_missing_files_are_made_and_captions_copied(here: Cli, root: Path) -> None:
    edited(here, root, "--create-missing", "--yes")
    assert (root / "4_dog" / "d.txt").read_bytes() == b"\n"
    edited(here, root, "--copy-to", "tags", "--yes")
    assert (root / "10_cat" / "a.tags").read_bytes() == (root / "10_cat" / "a.txt").read_bytes()
    (root / "4_dog" / "c.tags").write_text("other")
    assert edited(here, root, "--copy-from", "tags", "--yes")["left_out"]
    edited(here, root, "--copy-from", "tags", "--overwrite", "--yes")
    assert (root / "4_dog" / "c.txt").read_text() == "other"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "say exactly one"),
        (["--sort", "--spaces"], "You said: --sort, --spaces"),
        (["--regex", "a(b", "x"], "  a(b\n     ^\nsdtui: The pattern cannot be read, missing )"),
        (["--regex", "a", r"\2"], "  \\2\n  ^\nsdtui: The replacement names a group"),
        (["--sort", "--ignore-case"], "--ignore-case means nothing with --sort"),
        (["--sort", "--where", "tokens:many"], "^"),
        (["--shuffle", "x"], "not a valid integer"),
        (["--copy-to", "png"], "no captions"),
        (["--replace", "", "x"], "no text to look for"),
        (["--replace", "a", os.fsdecode(b"caf\xe9")], "not UTF-8"),
    ],
)
def test_usage_errors_are_sentences(here: Cli, root: Path, args: list[str], said: str) -> None:
    result = here("captions", "edit", root, *args, "--yes")
    assert result.returncode == 2 and said in result.stderr and "Traceback" not in result.stderr


def test_stale_caches_go_along_unless_they_are_to_be_kept(here: Cli, root: Path) -> None:
    cache = root / "10_cat" / "b_te_outputs.npz"
    cache.write_bytes(b"old")
    result = here("captions", "edit", root, "--append", "x", "--keep-stale", "--yes")
    assert cache.exists() and "1 cache of the old text stay" in result.stderr
    document = edited(here, root, "--append", "y", "--yes")
    assert document["stale"] == [str(cache)] and document["stale_deleted"] is True and not cache.exists()
    assert here("captions", "undo", root, "--yes").returncode == 0 and cache.read_bytes() == b"old"


def test_undo_names_what_was_changed_since_and_restores_the_rest(here: Cli, root: Path) -> None:
    edited(here, root, "--append", "x", "--yes")
    (root / "10_cat" / "b.txt").write_text("mine")
    result = here("captions", "undo", root, "--yes", "--json")
    document = json.loads(result.stdout)
    assert result.returncode == 3 and [Path(one["path"]).name for one in document["left"]] == ["b.txt"]
    assert "b.txt" in result.stderr and (root / "10_cat" / "b.txt").read_text() == "mine"
    assert (root / "4_dog" / "c.txt").read_text() == "a dog" and not (root / "4_dog" / "d.txt").exists()


def test_the_journal_is_listed_and_an_entry_undone_by_its_id(here: Cli, root: Path) -> None:
    before = bytes_of(root)
    assert "Nothing was changed" in here("captions", "undo", root, "--list").stderr
    first = edited(here, root, "--rename-tag", "red", "blue", "--yes")["journal_id"]
    edited(here, root, "--replace", "dog", "fox", "--yes")
    entries = json.loads(here("captions", "undo", root, "--list", "--json").stdout)["entries"]
    assert [(entry["id"] == first, entry["state"]) for entry in entries] == [(False, "applied"), (True, "applied")]
    assert "rename the tag" in here("captions", "undo", root, "--list").stdout.splitlines()[1]
    assert here("captions", "undo", root, first, "--yes").returncode == 0
    assert bytes_of(root)["10_cat/a.txt"] == before["10_cat/a.txt"] and b"fox" in bytes_of(root)["4_dog/c.txt"]
    again = here("captions", "undo", root, first, "--yes")
    assert again.returncode == 2 and "undone now" in again.stderr
    assert here("captions", "undo", root, "nothing", "--yes").returncode == 2
    assert "no such file" in here("captions", "undo", root / "nowhere", "--yes").stderr


def test_with_keep_going_the_rest_is_written_and_what_is_left_named(
    here: Cli, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bytes_of(root)
    replace = kernel.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == "b.txt":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(kernel, "replace", full)
    stopped = here("captions", "edit", root, "--append", "x", "--yes")
    assert stopped.returncode == 3 and "disk is full" in stopped.stderr and bytes_of(root) == before
    went_on = here("captions", "edit", root, "--append", "x", "--yes", "--json", "--keep-going")
    (left,) = json.loads(went_on.stdout)["not_written"]
    assert went_on.returncode == 3 and "disk is full" in left["reason"] and "b.txt" in went_on.stderr
    assert bytes_of(root) == {**before, **AFTER_APPEND, "10_cat/b.txt": before["10_cat/b.txt"]}


AFTER_APPEND = {
    "10_cat/a.txt": b"\xef\xbb\xbflong_hair, ^_^, red, x\r\nnot read, long_hair\r\n",
    "4_dog/c.txt": b"a dog, x",
    "4_dog/d.txt": b"x",
}
KILLED = """
import os, sys
from pathlib import Path
from sdtui.base.files import kernel
from sdtui.cli.captions import command
replace = kernel.replace
def replace_and_die(source, target):
    replace(source, target)
    if Path(target).suffix == ".txt":
        os._exit(9)
kernel.replace = replace_and_die
command.main(["edit", sys.argv[1], "--append", "x", "--yes"], standalone_mode=False)
"""


@pytest.fixture
def interrupted(root: Path) -> Path:
    """An edit of which one file was written when the process was killed."""
    subprocess.run(
        [sys.executable, "-c", KILLED, root], cwd=Path(__file__).parents[2], check=False, capture_output=True
    )
    assert sum(b", x" in data for data in bytes_of(root).values()) == 1
    return root


@pytest.mark.parametrize(("how", "finished"), [("--finish", True), ("--roll-back", False)])
def test_what_was_interrupted_is_finished_or_taken_back_as_one_chooses(
    here: Cli, interrupted: Path, how: str, finished: bool
) -> None:
    before = bytes_of(interrupted)
    told = here("captions", "list", interrupted)
    assert told.returncode == 0 and f"captions recover {interrupted} --finish" in told.stderr
    for args in (("recover", interrupted), ("recover", interrupted, how), ("edit", interrupted, "--sort")):
        assert here("captions", *args).returncode == 3 and bytes_of(interrupted) == before
    result = here("captions", "recover", interrupted, how, "--yes", "--json")
    assert result.returncode == 0, result.stderr
    (entry,) = json.loads(result.stdout)["entries"]
    assert entry["state"] == ("finished" if finished else "rolled back")
    texts = [data.strip().split(b"\r\n")[0] for data in bytes_of(interrupted).values()]
    assert all(text.endswith(b"x") == finished for text in texts) and len(texts) == (4 if finished else 3)
    assert "Nothing was interrupted" in here("captions", "recover", interrupted).stderr


def test_undo_takes_back_what_was_interrupted_and_nothing_before_it(here: Cli, root: Path) -> None:
    edited(here, root, "--replace", "dog", "fox", "--yes")
    before = bytes_of(root)
    subprocess.run(
        [sys.executable, "-c", KILLED, root], cwd=Path(__file__).parents[2], check=False, capture_output=True
    )
    result = here("captions", "undo", root, "--yes")
    assert result.returncode == 0 and "has been taken back" in result.stderr and bytes_of(root) == before


def test_undo_of_an_id_takes_that_back_too_where_another_was_interrupted(here: Cli, root: Path) -> None:
    before = bytes_of(root)
    edited(here, root, "--replace", "dog", "fox", "--yes")
    subprocess.run(
        [sys.executable, "-c", KILLED, root], cwd=Path(__file__).parents[2], check=False, capture_output=True
    )
    half = bytes_of(root)
    assert here("captions", "undo", root, "000001").returncode == 3 and bytes_of(root) == half
    result = here("captions", "undo", root, "000001", "--yes", "--json")
    assert result.returncode == 0 and "has been taken back" in result.stderr
    assert json.loads(result.stdout)["id"] == "000001" and bytes_of(root) == before


def test_at_a_terminal_the_person_is_asked(root: Path) -> None:
    (root / "10_cat" / "b_te_outputs.npz").write_bytes(b"old")
    with Terminal("captions", "edit", root, "--append", "x", cwd=root) as terminal:
        terminal.wait_for(r"Change 4 captions\?")
        terminal.press("y", "enter")
        terminal.wait_for(r"Delete 1 cache of the old text too\?")
        terminal.press("n", "enter")
        terminal.wait_for("4 files changed")
    assert (root / "10_cat" / "b_te_outputs.npz").exists() and (root / "4_dog" / "c.txt").read_text() == "a dog, x"


def live_run(root: Path) -> None:
    RecordedRun(root, reads=(str(root / "10_cat"),), supervisor=None, trainer=None, created=time.time())


def test_a_dry_run_says_what_a_live_run_would_refuse(here: Cli, root: Path) -> None:
    live_run(root)
    (root / "10_cat" / "b_te_outputs.npz").write_bytes(b"old")
    told: list[CliResult] = [
        here("captions", "edit", root, "--append", "x", "--dry-run"),
        here("repeats", root, "cat=12", "--dry-run"),
    ]
    for result in told:
        assert (
            result.returncode == 0 and "now this would be refused" in result.stderr and "is reading it" in result.stderr
        )
    refused = here("captions", "edit", root, "--append", "x", "--yes")
    assert refused.returncode == 3 and "--keep-stale" in refused.stderr
    assert "refused" not in here("captions", "edit", root, "--append", "x", "--dry-run", "--keep-stale").stderr


def test_a_long_line_is_shown_around_its_changes(here: Cli, root: Path) -> None:
    (root / "meta.json").write_text(json.dumps({str(root / "10_cat" / f"{number}.png"): {} for number in range(400)}))
    result = here("repeats", root, "cat=12", "--dry-run")
    assert "[-10_cat-]{+12_cat+}" in result.stdout and "more changes in this line" in result.stdout
    assert max(map(len, result.stdout.splitlines())) < 2500
    (root / "4_dog" / "c.txt").write_text("word, " * 20_000 + "end")
    result = here("captions", "edit", root, "--replace", "end", "stop", "--dry-run")
    assert "…" in result.stdout and len(result.stdout) < 1000 and "[-end-]{+stop+}" in result.stdout


def test_many_captions_are_shown_by_the_first_and_counted(here: Cli, tmp_path: Path) -> None:
    for number in range(30):
        image(tmp_path / "1_x" / f"{number:02}.png", caption="a [b] \x1b[31m\u202e")
    result = here("captions", "edit", tmp_path, "--append", "x", "--dry-run")
    assert "... and 10 more captions" in result.stdout and "30 of 30 captions" in result.stdout
    assert "\x1b" not in result.stdout and "\u202e" not in result.stdout and "[b]" in result.stdout


def test_no_name_text_or_pattern_reaches_the_terminal_as_it_is(here: Cli, tmp_path: Path) -> None:
    root = tmp_path / f"data{HOSTILE}{NOT_UTF8}"
    image(root / f"10_cat{HOSTILE}" / f"a{HOSTILE}.png", caption=HOSTILE)
    image(root / "10_two\nlines" / f"{NOT_UTF8}.png", caption=f"{HOSTILE}, b\n{HOSTILE}")
    image(root / "10_two\nlines" / f"c{HOSTILE}.png", caption=b"\xff\x1b[31m")
    before = bytes_of(root)
    for args in (
        ("edit", root, "--append", HOSTILE, "--dry-run"),
        ("edit", root, "--regex", f"{HOSTILE}(", "x", "--dry-run"),
        ("edit", root, "--where", f"{HOSTILE}:(", "--sort", "--dry-run"),
        ("edit", root, "--where", f"@{HOSTILE}", "--sort", "--dry-run"),
        ("edit", root, "--copy-to", f".x{HOSTILE}", "--dry-run", "--json"),
        ("edit", root, "--prepend", HOSTILE, "--yes"),
        ("undo", root, "--list"),
        ("undo", root, HOSTILE, "--yes"),
        ("recover", root),
        ("undo", root, "--yes", "--json"),
    ):
        result = here("captions", *args)
        assert OBEYED.findall(result.stdout + result.stderr) == [], args
        assert result.stdout or result.stderr
    assert bytes_of(root) == before


def test_the_trigger_word_is_for_subject_images_unless_others_are_asked_for(here: Cli, tmp_path: Path) -> None:
    image(tmp_path / "images" / "10_cat" / "a.png", caption="a cat")
    image(tmp_path / "regularization" / "1_cat" / "r.png", caption="a cat")
    result = here("captions", "edit", tmp_path, "--trigger", "zhu", "--yes")
    assert "no trigger word for 1 regularization image" in result.stderr
    assert (tmp_path / "images" / "10_cat" / "a.txt").read_text() == "zhu, a cat"
    assert (tmp_path / "regularization" / "1_cat" / "r.txt").read_text() == "a cat"
    assert here("captions", "edit", tmp_path, "--trigger", "zhu", "--where", "is:reg", "--yes").returncode == 0
    assert (tmp_path / "regularization" / "1_cat" / "r.txt").read_text() == "zhu, a cat"


def test_what_was_asked_for_is_done_also_when_nobody_reads_on(root: Path) -> None:
    words = [sys.executable, "-m", "sdtui", "captions", "edit", str(root), "--replace", "cat", "dog", "--yes"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 0, done.stderr
    assert (root / "10_cat" / "b.txt").read_text() == "a long_hair dog"
