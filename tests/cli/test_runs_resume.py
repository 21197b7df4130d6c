"""``sdtui runs resume`` and ``sdtui runs again`` as a user's script runs them, with a scripted trainer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdtui.runs import store
from tests.cli.inside import run_inside
from tests.cli.test_train import LORA, dataset, env

__all__ = ["dataset", "env"]


@pytest.fixture
def trained(dataset: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset with a run of 3 epochs of 6 steps, and a state after the first."""
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    result = run_inside(monkeypatch, "train", dataset, *LORA, "--set", "save_state=true", "--follow", "--json")
    assert result.returncode == 0, result.stderr
    (run,) = store.list_runs(dataset / ".sdtui")
    state = Path(run.output_dir) / "cats-000001-state"
    state.mkdir()
    (state / "random_states_0.pkl").write_bytes(b"x" * 2000)
    (state / "train_state.json").write_text('{"current_epoch": 1, "current_step": 6}')
    return dataset


def test_resume_goes_on_and_counts_over_both_parts(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.list_runs(trained / ".sdtui")[0].id
    (trained / "2_cat" / "0.txt").write_text("another cat")
    result = run_inside(monkeypatch, "runs", "resume", trained, "--follow", "--json")
    assert result.returncode == 0, result.stderr
    last = json.loads(result.stdout.splitlines()[-1])
    assert (last["name"], last["state"], last["first_step"], last["step"]) == ("cats-2", "done", 6, 8)
    assert [(part["id"], part["resumed_at"]) for part in last["parts"]] == [(first, 6)]
    assert "from step 6" in result.stderr
    shown = json.loads(run_inside(monkeypatch, "runs", "show", trained, "--json").stdout)
    assert (shown["id"], shown["step"]) == (last["id"], 8)
    told = run_inside(monkeypatch, "runs", "show", trained).stdout
    assert f"resumed     at step 6 of {first}" in told
    assert "changed     2_cat: 1 caption changed (0.png)" in told


def test_what_would_be_resumed_is_shown_first(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (trained / "2_cat" / "0.txt").write_text("another cat")
    before = sorted(trained.rglob("*"))
    words = ("runs", "resume", trained, "--state", "cats-000001-state", "--set", "learning_rate=2e-5", "--dry-run")
    result = run_inside(monkeypatch, *words)
    assert result.returncode == 0, result.stderr
    assert "--resume" in result.stdout
    assert "learning_rate: 0.0001 → 2e-05" in result.stderr
    assert "2_cat: 1 caption changed (0.png)" in result.stderr
    document = json.loads(run_inside(monkeypatch, *words, "--json").stdout)
    assert (document["continues"]["step"], document["total_steps"], document["ends_at"]) == (6, 12, 18)
    assert [change["kind"] for change in document["changes"]] == ["setting", "dataset"]
    assert sorted(trained.rglob("*")) == before


def test_states_are_listed_and_what_cannot_be_resumed_says_why(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = run_inside(monkeypatch, "runs", "resume", trained, "--states").stdout.splitlines()
    assert listed[1].split() == ["cats-000001-state", "6", "1", "2.04", "kB"]
    (document,) = json.loads(run_inside(monkeypatch, "runs", "resume", trained, "--states", "--json").stdout)
    assert (document["step"], document["epoch"], document["problem"]) == (6, 1, None)

    missing = run_inside(monkeypatch, "runs", "resume", trained, "--state", "nowhere")
    assert (missing.returncode, "no such state" in missing.stderr) == (3, True)
    odd = run_inside(monkeypatch, "runs", "resume", trained, "--set", "no_such_setting=1")
    assert (odd.returncode, "no_such_setting" in odd.stderr) == (2, True)
    (trained / "model" / "cats-000001-state" / "random_states_0.pkl").unlink()
    broken = run_inside(monkeypatch, "runs", "resume", trained)
    assert (broken.returncode, "not saved whole" in broken.stderr) == (3, True)


def test_again_takes_the_settings_with_changes_and_another_name(trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.list_runs(trained / ".sdtui")[0]
    result = run_inside(monkeypatch, "runs", "again", trained, first.id, "--set", "train_batch_size=2", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["name"], document["relaunch_of"]) == ("cats-2", first.id)
    assert [change["sentence"] for change in document["changes"]] == ["train_batch_size: 1 → 2"]
    second = store.load(trained / ".sdtui", document["id"])
    assert (second.relaunch_of, second.continues) == (first.id, None)
    assert second.settings["save_state"] == "true"
    run_inside(monkeypatch, "runs", "follow", trained, second.id)


@pytest.mark.slow
def test_a_real_training_that_is_resumed_comes_to_the_same_end(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rehearsal's trainer, which restores everything: the last half again gives the same numbers."""
    sets = (
        "max_train_steps=6",
        "save_every_n_steps=3",
        "save_state=true",
        "train_batch_size=2",
        "width=64",
        "height=64",
    )
    words = [word for one in (*sets, "sample_every_n_steps=") for word in ("--set", one)]
    ways = ("--follow", "--json", "--yes")
    first = run_inside(monkeypatch, "train", dataset, "--profile", "rehearsal", *words, *ways)
    assert first.returncode == 0, first.stderr
    state = "cats-rehearsal-step00000003-state"
    second = run_inside(monkeypatch, "runs", "resume", dataset, "--state", state, *ways)
    assert second.returncode == 0, second.stderr
    whole, resumed = (json.loads(result.stdout.splitlines()[-1]) for result in (first, second))
    assert [view["step"] for view in (whole, resumed)] == [6, 6]
    assert resumed["first_step"] == 3
    assert resumed["loss"] == pytest.approx(whole["loss"], rel=1e-4)
    steps = [json.loads(line)["step"] for line in second.stdout.splitlines()]
    assert steps == sorted(steps)
    assert steps[0] == 3
