"""The model's rules, apart from how well it learns."""

from __future__ import annotations

import math
import random
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what torch warns about while it is imported is not ours
    import torch

from PIL import Image

from sdtui.rehearsal.arguments import parse
from sdtui.rehearsal.captions import token_ids
from sdtui.rehearsal.flow import drop_captions, loss_of
from sdtui.rehearsal.losses import Losses
from sdtui.rehearsal.model import Denoiser
from sdtui.rehearsal.pictures import Shrink
from sdtui.rehearsal.sampling import Sampler, samples_due
from sdtui.rehearsal.schedule import scheduler

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model() -> Denoiser:
    torch.manual_seed(0)
    model = Denoiser()
    torch.nn.init.normal_(model.leave.weight, std=0.1)  # as after some training: it starts with a blank picture
    return model


def rates(name: str, *more: str, steps: int = 100) -> list[float]:
    arguments = parse(["--dataset_config", "x", "--output_dir", "y", "--lr_scheduler", name, *more])
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = scheduler(optimizer, arguments, steps)
    found = []
    for _ in range(steps):
        found.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize("size", [(32, 32), (16, 48), (40, 24), (6, 10), (4, 4)])
def test_any_bucket_fits(model: Denoiser, size: tuple[int, int]) -> None:
    ids, real = token_ids(["a red circle", ""], 75)
    clean = model(torch.randn(2, 3, *size), torch.tensor([0.1, 0.9]), ids, real)
    assert clean.shape == (2, 3, *size)


def test_padding_changes_nothing(model: Denoiser) -> None:
    alone = model.text(*token_ids(["a cat"], 75))
    beside = model.text(*token_ids(["a cat", "a much longer caption that needs many more tokens than that"], 75))
    assert torch.allclose(alone[0], beside[0], atol=1e-5)


def test_the_order_of_words_is_heard(model: Denoiser) -> None:
    one, other = model.text(*token_ids(["red circle, blue background", "blue circle, red background"], 75))
    assert not torch.allclose(one, other, atol=1e-2)


def test_nothing_is_learnt_where_the_mask_is_black(model: Denoiser) -> None:
    ids, real = token_ids(["a star"], 75)
    weight = torch.zeros(1, 1, 32, 32)
    weight[..., 8:24, 8:24] = 1
    pixels = torch.rand(1, 3, 32, 32)

    def loss(pictures: torch.Tensor, mask: torch.Tensor) -> float:
        torch.manual_seed(3)
        return float(loss_of(model, {"pixels": pictures, "weight": mask, "ids": ids, "real": real}).detach())

    assert loss(pixels, torch.zeros_like(weight)) == 0
    assert 0 < loss(pixels, weight) < loss(pixels, torch.ones_like(weight))


def test_some_captions_are_left_out_for_guidance() -> None:
    torch.manual_seed(0)
    kept = drop_captions(torch.ones(1000, 5, dtype=torch.bool)).sum(dim=1)
    assert set(kept.tolist()) == {1, 5}
    assert 60 < int((kept == 1).sum()) < 140


def test_schedules_have_the_shapes_that_their_names_promise() -> None:
    assert set(rates("constant")) == {1.0}
    warm = rates("constant_with_warmup", "--lr_warmup_steps", "10%")
    assert warm[0] < 0.2 and warm[10:] == [1.0] * 90
    linear = rates("linear", "--lr_warmup_steps", "0")
    assert linear[50] == pytest.approx(0.5)
    cosine = rates("cosine", "--lr_warmup_steps", "0")
    assert cosine[25] == pytest.approx(0.5 * (1 + math.cos(math.pi / 4)))
    restarts = rates("cosine_with_restarts", "--lr_scheduler_num_cycles", "2", "--lr_warmup_steps", "0")
    assert restarts[50] == 1.0 and restarts[49] < 0.01
    polynomial = rates("polynomial", "--lr_scheduler_power", "2", "--lr_warmup_steps", "0")
    assert polynomial[50] == pytest.approx(0.25)


def test_the_average_is_the_trainers() -> None:
    losses = Losses()
    assert losses.average == 0
    for epoch in (1, 2):
        for number, loss in enumerate((1.0, 2.0, 3.0)):
            losses.add(epoch, number, loss * epoch)
            if epoch == 1:
                assert losses.average == pytest.approx(sum((1.0, 2.0, 3.0)[: number + 1]) / (number + 1))
            if (epoch, number) == (2, 0):
                assert losses.average == pytest.approx((2 + 2 + 3) / 3)
    assert losses.average == pytest.approx(4)


@pytest.mark.parametrize(
    ("words", "step", "epoch", "due"),
    [
        ((), 5, None, False),
        (("--sample_every_n_steps", "5"), 5, None, True),
        (("--sample_every_n_steps", "5"), 6, None, False),
        (("--sample_every_n_steps", "5"), 5, 1, False),
        (("--sample_every_n_steps", "5"), 0, 0, False),
        (("--sample_at_first",), 0, 0, True),
        (("--sample_every_n_epochs", "2"), 9, 2, True),
        (("--sample_every_n_epochs", "2"), 9, 3, False),
        (("--sample_every_n_epochs", "2", "--sample_every_n_steps", "5"), 5, None, False),
    ],
)
def test_samples_are_drawn_when_the_trainer_would(
    words: tuple[str, ...], step: int, epoch: int | None, due: bool
) -> None:
    arguments = parse(["--dataset_config", "x", "--output_dir", "y", "--sample_prompts", "p.txt", *words])
    assert samples_due(arguments, step, epoch) is due


def test_a_seed_means_the_same_picture_and_prompts_are_read_anew_each_time(model: Denoiser, tmp_path: Path) -> None:
    prompts = tmp_path / "prompt.txt"
    arguments = parse(
        ["--dataset_config", "x", "--output_dir", str(tmp_path / "out"), "--sample_prompts", str(prompts)]
    )
    sampler = Sampler(arguments, Shrink((512, 512)))
    prompts.write_text("a cat --d 1 --s 1\na cat --d 1 --s 1\na cat --d 2 --s 1\na dog --d 1 --s 1 --w 9000 --h 512\n")
    sampler.sample(model, 7, None)
    pictures = []
    for path in sorted((tmp_path / "out/sample").iterdir()):
        with Image.open(path) as picture:
            pictures.append((picture.size, picture.convert("RGB").tobytes()))
    assert pictures[0] == pictures[1] != pictures[2]
    assert [size for size, _ in pictures] == [(256, 256)] * 3 + [(768, 256)]
    prompts.unlink()
    random.seed(0)
    sampler.sample(model, 8, None)
    assert len([*(tmp_path / "out/sample").iterdir()]) == 4
