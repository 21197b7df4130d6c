"""A training that was resumed is one run: its steps go on, its curve is one, and what was given up is said."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from sdtui.machine import processes
from sdtui.runs.again.states import parts_of
from sdtui.runs.following.curves import AVERAGE, LOSS, Curve
from sdtui.runs.following.follow import Follower
from sdtui.runs.following.joined import JoinedCurve
from sdtui.runs.following.lineage import Lineage, follower_of
from sdtui.runs.following.offset import Offset
from sdtui.runs.record import Continuation, ProcessMark, RunState
from sdtui.runs.supervising.stop_cost import stop_outlook
from tests.runs.recorded import PNG, RecordedRun, bars
from tests.runs.resumed import ENDED, ID, REAL, ended, part, state


def whole(root: Path) -> RecordedRun:
    """All three parts, each at its end; the last one is given back."""
    return [ended(root, name) for name in ("cat", "cat-2", "cat-3")][-1]


def test_a_real_training_in_three_parts_is_one(tmp_path: Path) -> None:
    run = whole(tmp_path)
    follower = follower_of(run.home, run.record)
    view = follower.poll()
    assert (view.id, view.state, view.first_step) == (ID["cat-3"], RunState.DONE, 10)
    assert (view.step, view.total_steps, view.epoch, view.epochs) == (15, 15, 3, 3)
    assert [(part.id, part.begins, part.resumed_at, part.resumed_epoch, part.given_up) for part in view.parts] == [
        (ID["cat"], 0, 7, 1, 8),
        (ID["cat-2"], 7, 10, 2, 5),
    ]
    assert [(Path(one.path).stem, one.step, one.epoch) for one in view.checkpoints] == [
        ("cat-000001", None, 1),
        ("cat-step00000007", 7, None),
        ("cat-2-000002", None, 2),
        ("cat-3", None, None),
    ]
    assert [warning for warning in view.warnings if "does not count" in warning] == [
        f"What {ID['cat']} trained after the state that was resumed does not count: 8 steps.",
        f"What {ID['cat-2']} trained after the state that was resumed does not count: 5 steps.",
    ]


def test_its_curves_have_each_step_once_and_in_order(tmp_path: Path) -> None:
    run = whole(tmp_path)
    follower = follower_of(run.home, run.record)
    follower.poll()
    curves = follower.curves()
    alone = {name: Follower(run.home, record) for name, record in zip(ID, parts_of(run.home, run.record), strict=True)}
    for one in alone.values():
        one.poll()
    first, second, third = (one.curves()[LOSS].values for one in alone.values())
    assert list(curves[LOSS].steps) == list(range(1, 16))
    assert list(curves[LOSS].values) == [*first[:7], *second[:3], *third]
    assert list(curves[AVERAGE].steps) == list(range(1, 16))
    assert list(curves["loss/epoch_average"].steps) == [1, 2, 3]
    assert list(curves[LOSS].times) == sorted(curves[LOSS].times)


def test_an_earlier_part_alone_is_what_it_was(tmp_path: Path) -> None:
    whole(tmp_path)
    first = ended(tmp_path, "cat")
    view = follower_of(first.home, first.record).poll()
    assert (view.step, view.total_steps, len(view.checkpoints), view.parts) == (15, 15, 5, ())


def test_however_the_console_grows_steps_never_go_back(tmp_path: Path) -> None:
    ended(tmp_path, "cat")
    console = (REAL / "cat-2" / "console.log").read_bytes()
    run = part(tmp_path, "cat-2", said=0, supervisor=_own_mark())
    follower = follower_of(run.home, run.record)
    seen = [follower.poll().step]
    randomly = random.Random(5)
    cuts = sorted(randomly.sample(range(len(console)), 60))
    for start, stop in zip([0, *cuts], [*cuts, len(console)], strict=True):
        run.say(console[start:stop])
        view = follower.poll()
        seen.append(view.step)
        assert view.total_steps == 15
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (7, 15)
    assert [*follower.curves()[AVERAGE].steps][-8:] == list(range(8, 16))


def test_a_part_that_only_the_console_tells_of_goes_on_where_the_curve_was_cut(tmp_path: Path) -> None:
    run = _two_parts(tmp_path, script="sdxl_train.py")
    run.say(bars(1, 4, 20))
    follower = follower_of(run.home, run.record)
    view = follower.poll()
    assert (view.step, view.first_step) == (10, 6)
    curve = follower.curves()[AVERAGE]
    assert list(curve.steps) == list(range(1, 11))
    assert curve.values[6:] == pytest.approx([1, 0.5, 0.3333, 0.25])
    before = follower.curves()[AVERAGE]
    assert follower.curves()[AVERAGE] is before
    run.say(bars(5, 5, 20))
    follower.poll()
    assert list(follower.curves()[AVERAGE].steps) == list(range(1, 12))
    assert len(before) == 10


def test_a_script_that_counts_from_0_ends_where_its_own_steps_end(tmp_path: Path) -> None:
    run = _two_parts(tmp_path, script="sdxl_train.py", total_steps=26)
    run.say(_header(batches=5, epochs=4, steps=20) + b"\nepoch 1/4\n" + bars(1, 2, 20))
    run.write(run.output / "two-000001.safetensors", run.record.created + 5)
    run.write(run.samples / "two_e000000_00_20261122072500_1.png", run.record.created + 5, PNG)
    run.write(run.samples / "two_e000001_00_20261122072501_1.png", run.record.created + 6, PNG)
    run.write(run.samples / "two_000002_00_20261122072502_1.png", run.record.created + 7, PNG)
    view = follower_of(run.home, run.record).poll()
    assert (view.step, view.total_steps, view.epoch, view.epochs) == (8, 26, 2, 5)
    assert [(one.step, one.epoch) for one in view.checkpoints] == [(None, 2)]
    assert [(one.step, one.epoch) for one in view.samples] == [(None, 1), (None, 2), (8, None)]


def test_the_time_left_is_for_the_steps_that_it_will_really_train(tmp_path: Path) -> None:
    """The bar says 1,000, and 400 were trained before: train_network.py stops after 600."""
    continues = Continuation(str(tmp_path / "model" / "one-state"), None, 400, 4, epochs_counted=4)
    run = RecordedRun(tmp_path, b"", name="two", continues=continues, supervisor=_own_mark(), script="train_network.py")
    run.say(_header(batches=100, epochs=10, steps=1000))
    run.say(b"\nepoch 5/10\n")
    now = [run.record.created + 10]
    alone = Follower(run.home, run.record, clock=lambda: now[0])
    for step in range(1, 101):
        run.say(bars(step, step, 1000), at=now[0])
        now[0] += 1
        raw = alone.poll()
    view = Offset(run.record).view(raw, alone.story)
    assert (view.step, view.total_steps, view.epoch) == (500, 1000, 5)
    assert raw.eta_s is not None and view.eta_s is not None
    assert view.eta_s == pytest.approx(raw.eta_s * 500 / 900)


def test_a_loss_that_is_no_number_is_told_at_its_step_of_all(tmp_path: Path) -> None:
    run = _two_parts(tmp_path, script="sdxl_train.py")
    run.say(bars(1, 4, 20, lambda step: float("nan") if step > 2 else 1.0))
    warnings = follower_of(run.home, run.record).poll().warnings
    assert any("not a number" in warning and warning.endswith("step 9.") for warning in warnings)


def test_a_part_that_was_deleted_is_left_out(tmp_path: Path) -> None:
    run = ended(tmp_path, "cat-3")
    follower = follower_of(run.home, run.record)
    view = follower.poll()
    assert (view.step, view.first_step, view.parts) == (15, 10, ())
    assert list(follower.curves()[LOSS].steps) == list(range(11, 16))


def test_runs_that_name_each_other_do_not_go_round_for_ever(tmp_path: Path) -> None:
    first = Continuation("a", "20261122-000000-two", 5, 1)
    second = Continuation("b", "20261122-000000-one", 5, 1)
    RecordedRun(tmp_path, id="20261122-000000-one", continues=first)
    run = RecordedRun(tmp_path, id="20261122-000000-two", continues=second)
    assert len(parts_of(run.home, run.record)) == 2
    assert Lineage(run.home, parts_of(run.home, run.record)).poll().id == "20261122-000000-two"


def test_a_million_points_are_put_together_once() -> None:
    """What grows is added to; the points of the earlier parts are not gone through again."""
    joined, steps = JoinedCurve(), _Counted(range(1_000_000))
    earlier = Curve(steps, _Counted([1.0] * 1_000_000), ())
    last = Curve(range(1, 4), [0.1, 0.2, 0.3], ())
    first = joined.joined([(earlier, 0, 900_000)], last, 900_000)
    assert (len(first), first.steps[-1]) == (900_004, 900_003)
    read = steps.read
    grown = joined.joined([(earlier, 0, 900_000)], Curve(range(1, 6), [0.1, 0.2, 0.3, 0.4, 0.5], ()), 900_000)
    assert list(grown.steps[-2:]) == [900_004, 900_005]
    assert steps.read == read


class _Counted(list):  # type: ignore[type-arg]
    """Counts how often a part of it is taken."""

    read = 0

    def __getitem__(self, index: object) -> object:
        self.read += isinstance(index, slice)
        return super().__getitem__(index)  # type: ignore[index]


def _two_parts(root: Path, **changes: object) -> RecordedRun:
    """A first part of 10 steps, and a second one that goes on from its step 6, in which 1 epoch of 5 was whole."""
    first = RecordedRun(root, bars(1, 10, 10), id="20261122-000000-one", name="one", script="sdxl_train.py")
    first.end()
    continues = Continuation(str(root / "model" / "one-step00000006-state"), first.record.id, 6, 1)
    fields: dict[str, object] = {
        "id": "20261122-072405-two",
        "name": "two",
        "created": ENDED["cat"],
        "continues": continues,
        "supervisor": _own_mark(),
    }
    return RecordedRun(root, b"", **{**fields, **changes})


def _header(*, batches: int, epochs: int, steps: int) -> bytes:
    return (
        f"running training\n  num batches per epoch / x: {batches}\n  num epochs / x: {epochs}\n"
        f"  gradient accumulation steps / x = 1\n  total optimization steps / x: {steps}\n"
    ).encode()


def _own_mark() -> ProcessMark:
    own = processes.mark(os.getpid())
    assert own is not None
    return ProcessMark(*own)


def test_what_stopping_costs_is_counted_from_where_it_was_resumed(tmp_path: Path) -> None:
    run = part(
        tmp_path, "cat-2", said=0, supervisor=_own_mark(), command=("x", "--save_every_n_steps", "7", "--save_state")
    )
    ended(tmp_path, "cat")
    state(tmp_path, "cat-step00000007-state")
    run.say(_header(batches=5, epochs=3, steps=15) + b"\nepoch 2/3\n" + bars(1, 2, 13))
    follower = follower_of(run.home, run.record)
    outlook = stop_outlook(follower, follower.poll(), time.time())
    assert "cat-step00000007.safetensors of step 7: the 2 steps since then" in outlook.cost.sentences()
    assert "cat-step00000007-state of step 7: the 2 steps since then" in outlook.cost.sentences()
    assert [moment.steps_away for moment in outlook.moments] == [3]  # it counts 2 steps before its own: 4 of 7


def test_why_it_ended_is_told_with_the_steps_of_all_parts(tmp_path: Path) -> None:
    run = part(tmp_path, "cat-2", said=0)
    run.say(_header(batches=5, epochs=3, steps=15) + b"\nepoch 2/3\n" + bars(1, 2, 13))
    run.end(-2, stop_requested=True)
    view = follower_of(run.home, run.record).poll()
    assert (view.state, view.reason) == (
        RunState.STOPPED,
        "Stopped as you asked at step 9 of 15.",
    )


def test_what_was_changed_from_part_to_part_is_told_with_it(tmp_path: Path) -> None:
    ended(tmp_path, "cat", settings={"learning_rate": "1e-4", "max_train_epochs": "3"})
    run = part(tmp_path, "cat-2", settings={"learning_rate": "3e-5", "max_train_epochs": "3"})
    view = follower_of(run.home, run.record).poll()
    assert view.parts[0].changes == ("learning_rate: 1e-4 → 3e-5",)
    assert "Resumed at step 7 with changes: learning_rate: 1e-4 → 3e-5." in view.warnings
