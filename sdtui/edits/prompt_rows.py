"""Rows of a prompt file added, copied, moved and taken out, with every other byte kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sdtui.base.errors import UsageError, WriteError
from sdtui.edits.place_text import spans_of
from sdtui.edits.prompt_values import proved
from sdtui.edits.toml_text import assignments, spelled
from sdtui.trainer.prompt_file import SUBSETS, PromptFile
from sdtui.trainer.prompt_lines import BETWEEN, line_values
from sdtui.trainer.prompt_options import OPTIONS, PROMPT

_HEADER = "[[prompt.subset]]"


def with_row(file: PromptFile, at: int, values: Mapping[str, Any]) -> PromptFile:
    """``file`` with one more row in front of row ``at``, or at its end.

    Keys of ``[prompt]`` are left out: they hold for it too. Raises UsageError for a prompt that a line cannot hold,
    WriteError where it cannot be written so that the trainer reads it back.
    """
    own = {key: value for key, value in values.items() if key not in file.shared}
    if _as_lines(file):
        line = prompt_line(own)
        one_line = file.kind == "json" or (line == line.strip() and not {"\n", "\r"} & set(line))
        if line_values(line) != own or not one_line:
            raise UsageError(
                "The trainer would read this prompt as another one",
                remedy='A line holds no line end and no "--" with a blank before it, and begins with its prompt.',
            )
        item = json.dumps(line, ensure_ascii=False) if file.kind == "json" else f"{' ' * line.startswith('#')}{line}"
        return _inserted(file, at, item, line_values(line))
    if file.kind == "json":
        return _inserted(file, at, json.dumps(own, ensure_ascii=False), own)
    try:
        table = _table(file, own)
    except ValueError as error:
        raise WriteError(
            "The trainer's TOML parser reads one of these values back as another, however it is written",
            path=file.path,
            remedy="Use plainer letters.",
        ) from error
    return _inserted(file, at, table, {**file.shared, **own})


def with_copy(file: PromptFile, index: int) -> PromptFile:
    """``file`` with row ``index`` twice, letter for letter. Raises WriteError."""
    row = file.rows[index]
    start, stop = _block(file, index, comments=False)
    if file.kind == "txt":
        start = _line_start(file.text, start)  # a blank may keep a # from column 0
    return _inserted(file, index + 1, file.text[start:stop], row.values)


def without_row(file: PromptFile, index: int) -> PromptFile:
    """``file`` without row ``index``; comments above it stay. Raises WriteError."""
    wanted = [dict(row.values) for row in file.rows]
    del wanted[index]
    start, stop = _block(file, index, comments=False)
    return proved(file, _removals(file, index, start, stop), wanted)


def with_move(file: PromptFile, index: int, by: int) -> PromptFile:
    """``file`` with row ``index`` and its comments one place further (``by`` 1) or back (-1). Raises WriteError."""
    first, second = sorted((index, index + by))
    wanted = [dict(row.values) for row in file.rows]
    wanted[first], wanted[second] = wanted[second], wanted[first]
    return proved(file, (_swapped(file, first, second, comments=comments) for comments in (True, False)), wanted)


def prompt_line(values: Mapping[str, Any]) -> str:
    """``values`` as a line: the prompt, and after it its options."""
    options = [f"{option.flag} {option.written(values[option.key])}" for option in OPTIONS if option.key in values]
    return BETWEEN.join((str(values.get(PROMPT, "")), *options))


def _as_lines(file: PromptFile) -> bool:
    return file.kind == "txt" or (bool(file.rows) and all(row.text is not None for row in file.rows))


def _table(file: PromptFile, values: Mapping[str, Any]) -> str:
    """A table with a header of its own, or one in braces where the others are such."""
    if _in_braces(file):
        return spelled(dict(values))
    return "".join((f"{_HEADER}\n", *assignments(values))).rstrip("\n").replace("\n", file.newline)


def _in_braces(file: PromptFile) -> bool:
    """Whether rows are the items of an array, as in JSON: parted by commas."""
    if file.kind != "toml":
        return file.kind == "json"
    span = spans_of(file.path, file.text).get(SUBSETS)
    return span is not None and span.inline


# Where rows stand ---------------------------------------------------------------------------------------------------


def _block(file: PromptFile, index: int, *, comments: bool) -> tuple[int, int]:
    """Row ``index`` from its first letter to its last; ``comments`` are the lines right above that begin with #."""
    row, text = file.rows[index], file.text
    if _in_braces(file):
        return row.start, row.stop
    stop = row.stop if file.kind == "txt" else _line_end(text, row.stop)
    start = row.start if file.kind == "txt" and not comments else _line_start(text, row.start)
    while comments and start > 0:
        above = _line_start(text, _before_line_end(text, start))
        if not text[above:start].startswith("#") or above == start:
            break
        start = above
    return start, stop


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    """Where the line of ``at`` ends, before its line end."""
    ends = [place for place in (text.find("\n", at), text.find("\r", at)) if place >= 0]
    return min(ends, default=len(text))


def _before_line_end(text: str, start: int) -> int:
    """Where the line above the one that begins at ``start`` ends."""
    return start - (2 if text[start - 2 : start] == "\r\n" else 1)


def _after_line_end(text: str, at: int) -> int:
    """Where the next line begins, ``at`` being the end of one."""
    return at + (2 if text[at : at + 2] == "\r\n" else 1 if at < len(text) else 0)


# Changing -----------------------------------------------------------------------------------------------------------


def _inserted(file: PromptFile, at: int, item: str, values: Mapping[str, Any]) -> PromptFile:
    wanted = [dict(row.values) for row in file.rows]
    wanted.insert(at, dict(values))
    return proved(file, _insertions(file, at, item), wanted)


def _insertions(file: PromptFile, at: int, item: str) -> Iterator[str]:
    text, newline = file.text, file.newline
    if _in_braces(file):
        yield from _into_array(file, at, item)
    elif not file.rows or (at == 0 and file.kind == "toml"):
        yield from _at_an_end(file, item)
    elif at == 0:
        start = _line_start(text, file.rows[0].start)
        yield f"{text[:start]}{item}{newline}{text[start:]}"
    else:
        stop = _line_end(text, file.rows[at - 1].stop)
        gap = newline if file.kind == "txt" else newline * 2
        yield f"{text[:stop]}{gap}{item}{text[stop:]}"


def _at_an_end(file: PromptFile, item: str) -> Iterator[str]:
    text, newline = file.text, file.newline
    if file.rows:
        start = _block(file, 0, comments=True)[0]
        yield f"{text[:start]}{item}{newline * 2}{text[start:]}"
        return
    before = "" if not text or text.endswith(("\n", "\r")) else newline
    gap = newline if file.kind == "toml" and text.strip() else ""
    yield f"{text}{before}{gap}{item}{newline}"


def _into_array(file: PromptFile, at: int, item: str) -> Iterator[str]:
    text, newline = file.text, file.newline
    if file.rows:
        gap = _gap(file)
        if at == 0:
            start = file.rows[0].start
            yield f"{text[:start]}{item},{gap}{text[start:]}"
        else:
            stop = file.rows[at - 1].stop
            yield f"{text[:stop]},{gap}{item}{text[stop:]}"
    elif not text.strip():
        yield f"[{newline}  {item}{newline}]{newline}"
    else:
        span = spans_of(file.path, text)[SUBSETS if file.kind == "toml" else ()]
        yield f"{text[: span.value + 1]}{newline}  {item}{newline}{text[span.stop - 1 :]}"


def _gap(file: PromptFile) -> str:
    """What stands between the comma and the next row."""
    after = 1 if len(file.rows) > 1 else 0
    before = file.text[: file.rows[after].start]
    return before[len(before.rstrip(" \t\r\n")) :] or " "


def _removals(file: PromptFile, index: int, start: int, stop: int) -> Iterator[str]:
    text, rows = file.text, file.rows
    if not _in_braces(file):
        first, last = _line_start(text, start), _after_line_end(text, _line_end(text, stop))
        if file.kind == "toml":
            # The empty line that parted it from the next one.
            blank = _line_end(text, last)
            last = _after_line_end(text, blank) if blank == last else last
        yield text[:first] + text[last:]
    elif index > 0:
        yield text[: rows[index - 1].stop] + text[stop:]
    elif len(rows) > 1:
        yield text[:start] + text[rows[1].start :]
    else:
        yield text[:start] + text[stop:]


def _swapped(file: PromptFile, first: int, second: int, *, comments: bool) -> str:
    text = file.text
    start, stop = _block(file, first, comments=comments)
    begin, end = _block(file, second, comments=comments)
    return text[:start] + text[begin:end] + text[stop:begin] + text[start:stop] + text[end:]
