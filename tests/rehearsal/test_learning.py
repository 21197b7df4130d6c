"""The rehearsal learns: what it draws has the colours that the prompt names, also for pairs that it was never shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from sdtui.base.files import make_folder, write_atomic
from sdtui.base.work import finish
from sdtui.dataset.scan import open_project
from sdtui.edits.dataset_config import export
from sdtui.prepare.demo import HELD_OUT, make_demo
from sdtui.prepare.demo_pictures import COLOURS
from tests.rehearsal.conftest import rehearse

pytestmark = pytest.mark.slow

Pair = tuple[str, str]
"""Colour of the shape, colour of the background."""


def prompts() -> Iterator[tuple[str, Pair]]:
    """Each colour on each other one; a third of the shapes in a colour that the dataset does not show them in."""
    shapes = ("circle", "square", "triangle")
    held_out = {colour: shape for shape, colour in HELD_OUT if shape in shapes}
    pairs = [(colour, background) for colour in COLOURS for background in COLOURS if colour != background]
    for number, (colour, background) in enumerate(pairs):
        shape = held_out.get(colour, shapes[number % 3])
        yield f"a {colour} {shape} on a {background} background", (colour, background)


def named(pixel: tuple[int, int, int]) -> str:
    """The colour that ``pixel`` is nearest to."""
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(COLOURS[name], pixel, strict=True)))


def seen(path: Path) -> Pair:
    """The colours of the shape and of the background: the commonest inside that is not the commonest at the edge."""
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize((32, 32), Image.Resampling.BOX)
    colours = {(x, y): named(small.getpixel((x, y))) for x in range(32) for y in range(32)}  # type: ignore[arg-type]
    edge = Counter(colour for (x, y), colour in colours.items() if {x, y} & {0, 1, 30, 31})
    background = edge.most_common(1)[0][0]
    inside = Counter(colour for (x, y), colour in colours.items() if 8 <= x < 24 and 8 <= y < 24)
    others = [colour for colour, count in inside.most_common() if colour != background and count >= 12]
    return others[0] if others else "none", background


def test_it_draws_the_colours_that_it_is_asked_for(tmp_path: Path) -> None:
    finish(make_demo(tmp_path / "demo"))
    made = export(open_project(tmp_path / "demo"), "lora", tmp_path)
    make_folder(made.toml_path.parent)
    write_atomic(made.toml_path, made.text.encode())
    wanted = [*prompts()]
    lines = [f"{text} --w 512 --h 512 --d {number} --s 16 --l 5" for number, (text, _) in enumerate(wanted)]
    (tmp_path / "prompt.txt").write_text("\n".join(lines), "utf-8")
    result = rehearse(
        *("--dataset_config", str(made.toml_path), "--output_dir", str(tmp_path / "model"), "--masked_loss"),
        *("--train_batch_size", "16", "--max_train_steps", "300", "--seed", "12345"),
        *("--sample_prompts", str(tmp_path / "prompt.txt"), "--sample_every_n_steps", "300"),
    )
    assert result.returncode == 0, result.stdout.decode()
    drawn = [seen(path) for path in sorted((tmp_path / "model/sample").iterdir())]
    assert len(drawn) == len(wanted) == 30
    shapes = sum(found[0] == pair[0] for found, (_, pair) in zip(drawn, wanted, strict=True))
    backgrounds = sum(found[1] == pair[1] for found, (_, pair) in zip(drawn, wanted, strict=True))
    # Guessing gives 5 of 30 each; 18 by chance is one in a million.
    assert (shapes >= 18, backgrounds >= 24) == (True, True), (shapes, backgrounds, drawn)
