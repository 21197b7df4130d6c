"""``sdtui runs compare``: two to six runs beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len

from sdtui.base.text import count, plural, safe
from sdtui.cli.output import print_json, run_work
from sdtui.cli.run_place import find_run, home_of, json_option

if TYPE_CHECKING:
    from sdtui.runs.past.comparison import Compared, Comparison, SampleRow
    from sdtui.runs.past.settings_told import Difference

_POINTS = 200
_COLUMN = 28
"""Cells of a run's column at most; ``--json`` has everything whole."""


_LETTERS = "ABCDEF"
"""What stands for the runs where an ID is longer than a column: the letters that their curves have on the screen."""


@click.command("compare")
@click.argument("words", metavar="[DIR] ID ID...", nargs=-1, required=True)
@json_option
def compare_command(words: tuple[str, ...], as_json: bool) -> None:
    """Set two to six runs beside each other: losses, the settings that differ, samples of the same prompt.

    --json has their smoothed curves too, at most 200 points each.
    """
    from sdtui.runs.past.comparison import compare

    directory, wanted = split_words(words)
    records = [find_run(directory, word)[1] for word in wanted]
    comparison = run_work(compare(home_of(directory), records))
    if as_json:
        print_json(_document(comparison))
    else:
        click.echo("\n".join(_text(comparison)))


def split_words(words: Sequence[str]) -> tuple[Path, Sequence[str]]:
    """The project's folder, where the first word is one, and the IDs."""
    first = Path(words[0])
    return (first, words[1:]) if first.exists() or "/" in words[0] else (Path(), words)


def _document(comparison: Comparison) -> dict[str, Any]:
    return {
        "runs": [_run_document(one) for one in comparison.runs],
        "settings": [
            {"key": one.key, "title": one.title, "values": [value or None for value in one.values]}
            for one in comparison.settings
        ],
        "samples": [_row_document(row) for row in comparison.samples],
    }


def _run_document(one: Compared) -> dict[str, Any]:
    from sdtui.cli.run_past import past_document
    from sdtui.runs.past.comparison import thinned

    points = list(thinned(one, _POINTS))
    return {
        **past_document(one.past),
        "curve": {
            "steps": [step for step, _, _ in points],
            "loss": [loss for _, loss, _ in points],
            "seconds": [seconds for _, _, seconds in points],
        },
    }


def _row_document(row: SampleRow) -> dict[str, Any]:
    images = [
        {"path": image.path, "step": image.step, "epoch": image.epoch, "seed": image.seed} if image else None
        for image in row.images
    ]
    return {"prompt_index": row.prompt_index, "step": round(row.step), "images": images}


def _text(comparison: Comparison) -> Iterator[str]:
    settings = [one for one in comparison.settings if one.key != "dataset"]
    ids = [safe(one.past.view.id) for one in comparison.runs]
    letters = _LETTERS[: len(ids)] if any(cell_len(run_id) > _COLUMN for run_id in ids) else ()
    if letters:  # the end of a long ID tells runs apart, and the beginning when they ran
        yield from (f"{letter}  {run_id}" for letter, run_id in zip(letters, ids, strict=True))
        yield ""
    rows = [
        ("run", [*(letters or ids)]),
        *_facts(comparison.runs),
        ("", [""] * len(comparison.runs)),
        *map(_setting, settings),
    ]
    if not settings:
        rows.append(("settings", ["all the same"]))
    first = max(cell_len(title) for title, _ in rows) + 2
    width = min(_COLUMN, max(cell_len(text) for _, texts in rows for text in texts)) + 2
    for title, texts in rows:
        yield (_fit(title, first) + "".join(_fit(text, width) for text in texts)).rstrip()
    yield ""
    for one in comparison.settings:
        for run, value in zip(comparison.runs, one.values, strict=True):
            if one.key == "dataset" and value:
                yield f"dataset of {safe(run.past.view.id)}: {safe(value)}"
    prompts = len({row.prompt_index for row in comparison.samples})
    yield f"{plural(prompts, 'prompt')} with samples; --json pairs the pictures" if prompts else "no samples"


def _facts(runs: Sequence[Compared]) -> Iterator[tuple[str, list[str]]]:
    from sdtui.cli.run_past import elapsed, number
    from sdtui.cli.run_text import steps

    pasts = [one.past for one in runs]
    yield "state", [past.view.state.value for past in pasts]
    yield "step", [steps(past.view) for past in pasts]
    yield "time", [elapsed(past) for past in pasts]
    yield "loss at the end", [number(past.losses.final) for past in pasts]
    yield "best loss", [_at(number(past.losses.best), past.losses.best_step) for past in pasts]
    yield "best saved", [safe(past.best.path.rsplit("/", 1)[-1]) if past.best else "·" for past in pasts]
    if any(past.note.text for past in pasts):
        yield "note", [safe(past.note.text.splitlines()[0]) if past.note.text else "" for past in pasts]


def _at(value: str, step: int | None) -> str:
    return value if step is None else f"{value} at {count(step)}"


def _setting(one: Difference) -> tuple[str, list[str]]:
    return safe(one.title), [safe(value) or "·" for value in one.values]


def _fit(text: str, width: int) -> str:
    """``text`` in ``width`` cells; of a longer one the beginning and the end stay, which tell paths apart."""
    room = width - 2
    while cell_len(text) > room:
        half = max(1, (len(text) - 2) // 2)
        text = f"{text[:half]}…{text[-half:]}" if len(text) > 3 and "…" not in text else _shorter(text)
    return text + " " * (width - cell_len(text))


def _shorter(text: str) -> str:
    """One character less on each side of the ellipsis."""
    left, _, right = text.partition("…")
    return f"{left[:-1]}…{right[1:]}" if len(left) > 1 or len(right) > 1 else text[:1]
