"""What the model is shown: every image as often as the trainer would, in its bucket, with its caption and its mask."""

from __future__ import annotations

import json
import random
import warnings
from collections import Counter
from pathlib import Path

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what torch warns about while it is imported is not ours
    import torch

from PIL import Image

from sdtui.base.errors import UsageError
from sdtui.dataset.epoch import epoch_of
from sdtui.rehearsal.arguments import parse
from sdtui.rehearsal.captions import Caption, token_ids
from sdtui.rehearsal.data import Batch, Batches, read_project
from sdtui.tokens.encoder import encode
from sdtui.trainer.captions import CaptionRules
from tests.rehearsal.conftest import Small, draw, make_small

pytestmark = pytest.mark.slow


def batches_of(small: Small, *more: object) -> Batches:
    arguments = parse(small.arguments(Path("out"), *more))
    return Batches(read_project(arguments), arguments)


def all_of(batches: Batches) -> list[Batch]:
    return [batches[number] for number in range(len(batches))]


def captions(batch: Batch) -> list[tuple[int, ...]]:
    return [tuple(ids[real].tolist()[1:]) for ids, real in zip(batch["ids"], batch["real"], strict=True)]


def test_an_epoch_has_every_image_as_often_as_its_repeats_say(small: Small) -> None:
    counted = Counter(ids for batch in all_of(batches_of(small)) for ids in captions(batch))
    wanted = {encode(f"a {colour} circle").ids: 4 for colour in ("red", "green", "blue", "gold", "purple", "white")}
    assert counted == {**wanted, encode("shape").ids: 24, encode("a star").ids: 6}


def test_batches_are_those_that_the_dataset_room_counts(small: Small) -> None:
    arguments = parse(small.arguments(Path("out")))
    project = read_project(arguments)
    assert len(Batches(project, arguments)) == epoch_of(project).batches == 14


def test_a_batch_is_of_one_bucket_in_the_models_size(small: Small) -> None:
    batches = all_of(batches_of(small))
    sizes = {tuple(batch["pixels"].shape[2:]) for batch in batches}
    # 128 x 128 becomes 32 x 32, and 192 x 64, the bucket of 320 x 128, becomes 48 x 16.
    assert sizes == {(32, 32), (16, 48)}
    for batch in batches:
        assert batch["pixels"].shape[0] <= 4
        assert float(batch["pixels"].min()) >= -1
        assert float(batch["pixels"].max()) <= 1


def test_colours_and_masks_arrive_where_they_belong(small: Small) -> None:
    red = encode("a red circle").ids
    star = encode("a star").ids
    for batch in all_of(batches_of(small)):
        for pixels, weight, ids in zip(batch["pixels"], batch["weight"], captions(batch), strict=True):
            height, width = pixels.shape[1:]
            middle, corner = pixels[:, height // 2, width // 2], pixels[:, 0, 0]
            assert corner.tolist() == [-1, -1, -1]
            if ids == red:
                assert middle.tolist() == [1, -1, -1]
            if ids == star:
                assert (float(weight[0, 0, 0]), float(weight[0, height // 2, width // 2])) == (0, 1)
            else:
                assert bool((weight == 1).all())


def test_the_order_is_another_in_each_epoch_and_the_same_for_a_seed(small: Small) -> None:
    def order(batches: Batches, epoch: int) -> list[tuple[int, ...]]:
        batches.start_epoch(epoch)
        return [ids for batch in all_of(batches) for ids in captions(batch)]

    first, second = batches_of(small), batches_of(small)
    assert order(first, 1) == order(second, 1)
    assert order(first, 1) != order(first, 2)
    assert order(first, 1) == order(second, 1)


def test_masks_without_masked_loss_are_refused_as_by_the_trainer(small: Small) -> None:
    words = [word for word in small.arguments(Path("out")) if word != "--masked_loss"]
    with pytest.raises(UsageError, match="--masked_loss"):
        read_project(parse(words))


def test_the_command_line_fills_what_the_config_leaves_open(small: Small, tmp_path: Path) -> None:
    config = tmp_path / "open.toml"
    config.write_text(f'[[datasets]]\n[[datasets.subsets]]\nimage_dir = "{small.root}/circle"\n')
    words = ["--dataset_config", str(config), "--output_dir", "out", "--resolution", "96,64", "--enable_bucket"]
    (options,) = read_project(parse([*words, "--train_batch_size", "5", "--min_bucket_reso", "64"])).datasets
    assert (options.resolution, options.batch_size, options.enable_bucket) == ((96, 64), 5, True)


def test_a_truncated_image_ends_it_and_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = make_small(tmp_path)
    image = broken.root / "circle/4.png"
    image.write_bytes(image.read_bytes()[:400])
    with pytest.raises(OSError, match=r"truncated|Truncated|broken"):
        batches_of(broken)
    assert f"path: {image}" in caplog.text


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ("lost", AssertionError, "missing conditioning data for 1 images .*'1'"),
        ("extra", AssertionError, "extra conditioning data for 1 images .*extra.png"),
        ("size", ValueError, "star/1.webp: Its mask is 64x64"),
    ],
)
def test_masks_that_do_not_fit_end_it_as_they_end_the_trainer(
    tmp_path: Path, change: str, error: type[Exception], words: str
) -> None:
    broken = make_small(tmp_path)
    if change == "lost":
        (broken.root / "masks/1.png").unlink()
    elif change == "extra":
        draw(broken.root / "masks/extra.png", (128, 128), "white")
    else:
        draw(broken.root / "masks/1.png", (64, 64), "white")
    with pytest.raises(error, match=words):
        batches_of(broken)


def test_metadata_of_a_full_fine_tune_is_read(small: Small, tmp_path: Path) -> None:
    names = [small.root / f"circle/{number}.png" for number in (1, 3)]
    (tmp_path / "meta.json").write_text(
        json.dumps({str(name): {"caption": "hello", "tags": "world"} for name in names})
    )
    config = tmp_path / "dataset.toml"
    config.write_text(
        f'[[datasets]]\nresolution = 128\n[[datasets.subsets]]\nimage_dir = "{small.root}/circle"\n'
        f'metadata_file = "{tmp_path}/meta.json"\nnum_repeats = 3\n'
    )
    arguments = parse(["--dataset_config", str(config), "--output_dir", "out", "--train_batch_size", "6"])
    (batch,) = all_of(Batches(read_project(arguments), arguments))
    assert captions(batch) == [encode("hello,world").ids] * 6


def test_alpha_can_serve_as_a_mask(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (128, 128), (255, 0, 0, 255))
    picture.paste((0, 0, 255, 0), (0, 0, 64, 128))
    picture.save(tmp_path / "a.png")
    draw(tmp_path / "b.png", (128, 128), "red")
    config = tmp_path / "dataset.toml"
    config.write_text(
        f'[[datasets]]\nresolution = 128\n[[datasets.subsets]]\nimage_dir = "{tmp_path}"\nalpha_mask = true\n'
    )
    arguments = parse(["--dataset_config", str(config), "--output_dir", "out", "--train_batch_size", "2"])
    (batch,) = all_of(Batches(read_project(arguments), arguments))
    shares = sorted(round(float(weight.mean()), 2) for weight in batch["weight"])
    assert shares == [0.5, 1.0]


def test_flips_are_drawn_where_the_config_asks_for_them(tmp_path: Path) -> None:
    picture = Image.new("RGB", (128, 128), "black")
    picture.paste("white", (0, 0, 64, 128))
    picture.save(tmp_path / "a.png")
    config = tmp_path / "dataset.toml"
    config.write_text(
        f'[[datasets]]\nresolution = 128\n[[datasets.subsets]]\nimage_dir = "{tmp_path}"\nflip_aug = true\n'
        "num_repeats = 40\n"
    )
    arguments = parse(["--dataset_config", str(config), "--output_dir", "out", "--train_batch_size", "40"])
    (batch,) = all_of(Batches(read_project(arguments), arguments))
    assert set(batch["pixels"][:, 0, 0, 0].tolist()) == {-1.0, 1.0}


def test_captions_vary_as_the_subset_asks() -> None:
    options = {"caption_prefix": "photo,", "keep_tokens": 2, "shuffle_caption": True, "caption_tag_dropout_rate": 0.5}
    caption = Caption("first, a, b, c, d", CaptionRules.from_options(options))
    drawn = [caption.draw(random.Random(seed)).split(", ") for seed in range(60)]
    assert all(tags[:2] == ["photo", "first"] for tags in drawn)
    assert {frozenset(tags[2:]) for tags in drawn} > {frozenset(), frozenset("abcd")}
    assert ["b", "a"] in [tags[2:] for tags in drawn]


def test_caption_dropout_leaves_the_text_out() -> None:
    caption = Caption("a cat", CaptionRules(dropout=0.25))
    drawn = Counter(caption.draw(random.Random(seed)) for seed in range(400))
    assert set(drawn) == {"", "a cat"}
    assert 60 < drawn[""] < 140


def test_captions_are_left_out_in_each_second_epoch_where_the_subset_asks() -> None:
    caption = Caption("a ||| b", CaptionRules(dropout_every=2, keep_tokens_separator="|||", shuffle=True))
    assert [caption.draw(random.Random(0), epoch) for epoch in (1, 2, 3, 4)] == ["a, b", "", "a, b", ""]


def test_captions_are_cut_where_the_trainer_cuts_them() -> None:
    ids, real = token_ids(["word " * 200, "", "two words"], 75)
    assert real.sum(dim=1).tolist() == [76, 1, 3]
    assert torch.equal(ids[:, 0], torch.full((3,), 49406))
    assert token_ids(["word " * 200], 150)[1].sum() == 151
