"""Sample pictures: in order whatever their names say, reached by prompt and moment, laid out within their panel."""

from __future__ import annotations

import pytest

from sdtui.tui.monitor.arrange import Slot, arrange, arrange_grid
from sdtui.tui.monitor.timeline import Place, Timeline, moment_mark, moment_text, timeline
from tests.tui.views import sample

RUN = [sample(prompt, step) for step in (200, 400, 600) for prompt in (0, 1)]


def table() -> Timeline:
    return timeline(RUN, 100.0)


def test_samples_named_by_epoch_stand_among_those_named_by_step() -> None:
    mixed = [sample(0, 150), sample(0, None, 1), sample(0, None, 2), sample(0, None, 0), sample(0, 50)]
    ordered = timeline(mixed, 100.0)
    shown = [ordered.at(0, moment) for moment in range(len(ordered.moments))]
    assert [moment_text(image) for image in shown if image] == [
        "before training",
        "step 50",
        "epoch 1",
        "step 150",
        "epoch 2",
    ]


def test_of_two_pictures_of_one_moment_the_later_counts() -> None:
    first, second = (
        sample(0, 100, name=f"/out/sample/circle_000100_00_2026112112000{second}.png") for second in (1, 2)
    )
    assert timeline([second, first], None).at(0, 0) == second


def test_the_newest_is_shown_and_followed_until_a_person_looks_back() -> None:
    place = Place()
    assert place.shown(table()) == sample(0, 600)
    grown = timeline([*RUN, sample(0, 800), sample(1, 800)], 100.0)
    assert place.shown(grown) == sample(0, 800)
    back = place.other_moment(table(), -1)
    assert back.shown(table()) == sample(0, 400)
    assert back.shown(grown) == sample(0, 400)
    assert back.other_moment(grown, 9).shown(timeline([*RUN, sample(0, 900)], 100.0)) == sample(0, 900)


def test_another_prompt_is_shown_at_the_same_moment() -> None:
    place = Place().other_moment(table(), -2).other_prompt(table(), 1)
    assert place.shown(table()) == sample(1, 200)
    assert place.other_prompt(table(), 5).shown(table()) == sample(1, 200)
    assert place.other_prompt(table(), -5).shown(table()) == sample(0, 200)


def test_a_prompt_that_was_not_sampled_then_shows_what_it_has() -> None:
    uneven = timeline([sample(0, 100), sample(0, 200), sample(1, 200)], None)
    place = Place().other_moment(uneven, -1)
    assert place.shown(uneven) == sample(0, 100)
    assert place.other_prompt(uneven, 1).shown(uneven) == sample(1, 200)


def test_nothing_to_show_is_nothing() -> None:
    assert Place().shown(Timeline()) is None
    assert Place().other_moment(Timeline(), 1) == Place()
    assert Place().other_prompt(Timeline(), 1) == Place()


def test_marks_under_small_pictures_are_short() -> None:
    assert moment_mark(sample(0, 1_200)) == "1,200"
    assert moment_mark(sample(0, None, 3)) == "ep 3"


SHAPES = pytest.mark.parametrize("shape", [0.5, 832 / 1216, 1.0, 1.46, 3.0])
SIZES = pytest.mark.parametrize(("width", "height"), [(36, 8), (54, 20), (118, 32), (30, 40), (200, 12), (12, 5)])


def check_room(slots: list[Slot], width: int, height: int) -> None:
    """Pictures and labels stay in the panel and do not overlap."""
    taken: set[tuple[int, int]] = set()
    for slot in slots:
        bottom = slot.y + slot.rows + (not slot.large)
        assert slot.x + slot.columns <= width
        assert bottom <= height
        cells = {(x, y) for x in range(slot.x, slot.x + slot.columns) for y in range(slot.y, bottom)}
        assert not cells & taken
        taken |= cells


@SHAPES
@SIZES
def test_pictures_stay_in_their_panel_and_do_not_overlap(width: int, height: int, shape: float) -> None:
    slots = arrange(width, height, shape, 0, list(range(50, 0, -1)))
    check_room(slots, width, height)
    assert [slot.moment for slot in slots] == [50 - place for place in range(len(slots))]


@SHAPES
@SIZES
@pytest.mark.parametrize(("prompts", "moments"), [(1, 1), (4, 30), (40, 2)])
def test_the_grid_stays_in_its_panel_and_holds_the_chosen_one(
    width: int, height: int, shape: float, prompts: int, moments: int
) -> None:
    chosen = (prompts - 1, moments // 2)
    slots = arrange_grid(width, height, shape, chosen, prompts, moments)
    check_room(slots, width, height)
    small = [(slot.prompt, slot.moment) for slot in slots if not slot.large]
    assert not small or chosen in small
    assert len(set(small)) == len(small)
    assert all(prompt < prompts and moment < moments for prompt, moment in small)


def test_the_grid_has_a_row_a_prompt_and_a_column_a_moment() -> None:
    large, *small = arrange_grid(118, 33, 1.0, (1, 2), 4, 3)
    assert (large.prompt, large.moment, large.large) == (1, 2, True)
    assert {slot.prompt: slot.y for slot in small} == {prompt: prompt * 8 for prompt in range(4)}
    assert [slot.moment for slot in small[:3]] == [0, 1, 2]
    assert small[0].x < small[1].x < small[2].x


def test_the_chosen_picture_is_the_large_one_and_keeps_its_shape() -> None:
    large, *small = arrange(54, 20, 1.0, 0, [9, 8, 7])
    assert large.columns == pytest.approx(large.rows * 2, abs=1)
    assert small
    assert all(slot.columns * 1.4 < large.columns for slot in small)


def test_a_panel_without_room_shows_nothing_instead_of_a_smear() -> None:
    assert arrange(3, 20, 1.0, 0, [1, 0]) == []
    assert arrange(40, 2, 1.0, 0, [1, 0]) == []
    assert arrange(40, 20, 1.0, 0, []) == []
