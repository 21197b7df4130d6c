"""Setting one value of a prompt in its file: only its own bytes change, and the trainer's reader proves it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sdtui.base.errors import SyntaxProblem, UsageError, WriteError
from sdtui.edits.metadata_text import storable
from sdtui.edits.place_text import spans_of, texts_with, texts_without
from sdtui.edits.prompt_line import (
    Splice,
    in_json,
    parting,
    setting,
    spliced,
    taking_out,
    taking_out_negative_seeds,
    values_with,
)
from sdtui.trainer.config_spans import Place
from sdtui.trainer.prompt_file import SUBSETS, PromptFile, PromptRow, parse_prompt_file
from sdtui.trainer.prompt_lines import BETWEEN, line_parts, line_values
from sdtui.trainer.prompt_options import LARGEST_SEED, PROMPT, SEED, OptionValue, match_option


def with_value(file: PromptFile, index: int, key: str, value: OptionValue | None) -> PromptFile:
    """``file`` with ``key`` of row ``index`` set, or taken out (None).

    A key that stands in ``[prompt]`` is set for all rows together. Raises UsageError for a text that a line cannot
    hold, WriteError where it cannot be written so that the trainer reads it back.
    """
    row = file.rows[index]
    if key == PROMPT:
        value = value or ""
    elif value == "":
        value = None
    if value is None and key not in row.values:
        return file
    if key == SEED and isinstance(value, int) and value > LARGEST_SEED:
        raise UsageError("The trainer stops at a seed of over 64 bits", remedy=f"The largest is {LARGEST_SEED}.")
    if isinstance(value, str) and not storable(value):
        raise UsageError("It has half a character in it, which UTF-8 cannot hold", remedy="Take it out.")
    if row.text is not None:
        return _with_line_value(file, index, row, key, value)
    if key in file.shared:
        wanted = [_changed(each.values, key, value) for each in file.rows]
        return _with_table_value(file, (SUBSETS[0], key), value, wanted)
    wanted = [dict(each.values) for each in file.rows]
    wanted[index] = _changed(row.values, key, value)
    return _with_table_value(file, (*place_of(file, index), key), value, wanted)


def with_own_values(file: PromptFile, key: str) -> PromptFile:
    """``file`` with ``key`` moved from ``[prompt]`` into each row, where it can be set for one alone."""
    value = file.shared[key]
    file = with_value(file, 0, key, None)
    for index in range(len(file.rows)):
        file = with_value(file, index, key, value)
    return file


def with_parted_options(file: PromptFile, index: int) -> PromptFile:
    """``file`` with a blank before each option of row ``index`` that was joined to the text before it."""
    return _with_splices(file, index, list(parting(file.rows[index].text or "")))


def without_negative_seed(file: PromptFile, index: int) -> PromptFile:
    """``file`` without each ``--d -1`` of row ``index``, which the trainer drops anyway."""
    return _with_splices(file, index, list(taking_out_negative_seeds(file.rows[index].text or "")))


def _with_splices(file: PromptFile, index: int, splices: Sequence[Splice]) -> PromptFile:
    row = file.rows[index]
    after = spliced(row.text or "", splices)
    wanted = [dict(each.values) for each in file.rows]
    wanted[index] = line_values(after.strip() if file.kind == "txt" else after)
    return proved(file, [_line_spliced(file, row, splices)], wanted)


def proved(file: PromptFile, texts: Iterable[str], wanted: Sequence[Mapping[str, Any]]) -> PromptFile:
    """The first of ``texts`` that the trainer would read as ``wanted``. Raises WriteError where none is."""
    for text in texts:
        try:
            found = parse_prompt_file(file.path, text.encode("utf-8"))
        except SyntaxProblem:
            continue
        if _same([row.values for row in found.rows], wanted):
            return found
    raise WriteError(
        "This could not be written so that the trainer reads it back", path=file.path, remedy="Write it in an editor."
    )


def _same(found: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> bool:
    # As JSON: NaN is unlike itself, and 1 is not True.
    return _comparable(found) == _comparable(wanted)


def _comparable(rows: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps([dict(row) for row in rows], sort_keys=True, default=str)


def _changed(values: Mapping[str, Any], key: str, value: OptionValue | None) -> dict[str, Any]:
    changed = {other: kept for other, kept in values.items() if other != key}
    return changed if value is None else {**changed, key: value}


# Lines --------------------------------------------------------------------------------------------------------------


def _with_line_value(file: PromptFile, index: int, row: PromptRow, key: str, value: OptionValue | None) -> PromptFile:
    line = row.text or ""
    if isinstance(value, str):
        _refuse_text(file, key, value)
    elif value is None and (found := match_option(line_parts(line)[0].text)) is not None and found[0].key == key:
        raise UsageError(
            f"The prompt itself sets --{found[0].flag}, since it begins like that option",
            remedy="Begin it with another word or a comma.",
        )
    splices = list(taking_out(line, key) if value is None else setting(line, key, value))
    wanted = [dict(each.values) for each in file.rows]
    wanted[index] = values_with(line, key, value)
    if file.kind == "txt":
        # The blanks before what was taken out may end the line now, where the trainer strips them.
        last = line_parts(spliced(line, splices))[-1]
        name = last.option.key if last.option is not None and last.start > 0 else PROMPT if last.start == 0 else ""
        if isinstance(wanted[index].get(name), str):
            wanted[index][name] = wanted[index][name].rstrip()
    return proved(file, [_line_spliced(file, row, splices)], wanted)


def _refuse_text(file: PromptFile, key: str, value: str) -> None:
    """Raises UsageError for what a line cannot hold as this value."""
    in_a_line = file.kind == "txt"
    if in_a_line and ("\n" in value or "\r" in value):
        raise UsageError("A line holds no line end", remedy="Write it in one line.")
    if BETWEEN in f" {value}":
        raise UsageError(
            'The trainer takes "--" with a blank before it for the beginning of an option',
            remedy="Take the hyphens or the blank out; options have rows of their own.",
        )
    if in_a_line and key == PROMPT and not value.strip():
        raise UsageError("A line begins with its prompt", remedy="Remove the line where nothing is to be sampled.")
    found = match_option(value) if key == PROMPT else None
    if found is not None:
        raise UsageError(
            f'"{value[:12]}" is the option --{found[0].flag} to the trainer, also at the beginning of a prompt',
            remedy="Begin with another word or a comma.",
        )


def _line_spliced(file: PromptFile, row: PromptRow, splices: Sequence[Splice]) -> str:
    literal = file.text[row.start : row.stop]
    if file.kind == "json":
        return spliced(file.text, in_json(literal, splices), row.start)
    text = spliced(file.text, splices, row.start)
    # In column 0 it would be a comment.
    comment = text[row.start] == "#" and literal[:1] != "#" and text[row.start - 1 : row.start] in ("", "\n", "\r")
    return f"{text[: row.start]} {text[row.start :]}" if comment else text


# Tables -------------------------------------------------------------------------------------------------------------


def place_of(file: PromptFile, index: int) -> Place:
    """Where row ``index`` of a TOML or JSON file stands."""
    return (*SUBSETS, index) if file.kind == "toml" else (index,)


def _with_table_value(
    file: PromptFile, place: Place, value: OptionValue | None, wanted: Sequence[Mapping[str, Any]]
) -> PromptFile:
    if value is None:
        return proved(file, _without(file, place, file.text), wanted)
    try:
        return proved(file, texts_with(file.path, file.text, place, value), wanted)
    except ValueError as error:
        raise WriteError(
            "The trainer's TOML parser reads this text back as another, however it is written",
            path=file.path,
            remedy="Use plainer letters.",
        ) from error


def _without(file: PromptFile, place: Place, text: str) -> Iterator[str]:
    span = spans_of(file.path, text).get(place)
    return iter(()) if span is None else texts_without(text, span)
