"""Which pictures stand beside each other: two steps of a run, several runs, at the same prompt."""

from __future__ import annotations

from sdtui.tui.monitor.prompts import PromptWords
from sdtui.tui.monitor.timeline import timeline
from sdtui.tui.samples.sight import MOST, Column, Samples, Sight
from sdtui.tui.samples.words import below, column_heading, heading
from tests.tui.views import sample


def samples(run: str, steps: tuple[int, ...], prompts: tuple[int, ...] = (0, 1)) -> Samples:
    made = [sample(prompt, step, name=f"/{run}/{step:06}_{prompt}.png") for step in steps for prompt in prompts]
    return Samples(run, run, timeline(made, 100.0), (PromptWords("a cat"), PromptWords("a dog")))


ONE = Sight((Column(samples("one", (100, 200, 300))),), 0)


def steps(sight: Sight) -> list[int | None]:
    return [image.step if image is not None else None for image in sight.images]


def text(line: object) -> str:
    return "".join(part for part, _ in line)  # type: ignore[attr-defined]


def test_the_arrows_go_through_the_history_of_one_prompt() -> None:
    assert steps(ONE) == [300]
    assert steps(ONE.other_step(-1)) == [200]
    assert steps(ONE.other_step(-9)) == [100]
    assert steps(ONE.other_step(-2).other_step(1)) == [200]
    assert ONE.other_step(-2).other_prompt(1).images[0] == sample(1, 100, name="/one/000100_1.png")


def test_the_newest_is_followed_until_a_person_looks_back() -> None:
    newer = {"one": samples("one", (100, 200, 300, 400))}
    assert steps(ONE.grown(newer)) == [400]
    assert steps(ONE.other_step(-1).grown(newer)) == [200]
    assert steps(ONE.other_step(-1).other_step(1).grown(newer)) == [400]
    assert ONE.grown({"other": samples("other", (1,))}).columns == ONE.columns


def test_two_steps_stand_side_by_side_and_the_right_one_moves() -> None:
    two = ONE.other_step(-1).beside_itself()
    assert steps(two) == [100, 200]
    assert steps(two.other_step(1)) == [100, 300]
    assert steps(two.next_moving().other_step(2)) == [300, 200]
    assert steps(two.with_one_less()) == [100]
    assert steps(two.with_one_less().other_step(1)) == [200]


def test_two_runs_stand_side_by_side_at_the_nearest_step_and_move_together() -> None:
    both = ONE.other_step(-1).with_run(samples("two", (90, 190, 390)))
    assert steps(both) == [200, 190]
    assert steps(both.other_step(1)) == [300, 390]
    assert steps(both.other_step(-1)) == [100, 90]
    assert steps(both.next_moving().next_moving().other_step(1)) == [200, 390]
    assert both.next_moving().next_moving().next_moving().moving is None


def test_a_run_without_the_prompt_says_so() -> None:
    both = ONE.with_run(samples("two", (100,), prompts=(0,))).other_prompt(1)
    assert steps(both) == [300, None]
    assert text(column_heading(both, 1)) == "two  no sample of this prompt ◂ ▸"[: -len(" ◂ ▸")]
    assert text(heading(both)).startswith("SAMPLES  prompt 2/2")


def test_there_is_room_for_six() -> None:
    sight = ONE
    for number in range(9):
        sight = sight.with_run(samples(f"run {number}", (100,)))
    assert len(sight.columns) == MOST


def test_below_a_picture_stand_its_prompt_its_settings_and_its_path() -> None:
    words = PromptWords("a cat " * 200, negative="blurry", in_full="28 steps · cfg 7 · 512×512 · ddim")
    lines = [text(line) for line in below(sample(0, 100), words, 40)]
    assert lines[0].startswith("a cat a cat")
    assert lines[3].endswith("…")
    assert [line.strip() for line in lines[4:]] == [
        "not: blurry",
        "seed 42 · 28 steps · cfg 7 · 512×512 ·",
        "ddim",
        "…ple/circle_000100_00_20261121120000.png",
    ]
    assert below(None, None, 40) == []


def test_hostile_words_and_names_are_shown_as_what_they_are() -> None:
    hostile = Samples("x", "\x1b[31mred", timeline([sample(0, 1, name="/a\n\x1b[2Jb.png")], None), ())
    sight = Sight((Column(hostile),), 0)
    shown = text(column_heading(sight, 0)) + "".join(
        text(line) for line in below(sight.images[0], PromptWords("a\x1b[0m\u202eb"), 40)
    )
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\n" not in shown
