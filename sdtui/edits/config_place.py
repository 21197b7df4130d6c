"""Setting one key anywhere in a dataset config: only its own bytes change."""

from __future__ import annotations

import contextlib
import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sdtui.base.errors import UnreadableError, UsageError, WriteError
from sdtui.base.files import read_bytes
from sdtui.edits.place_text import spans_of, texts_with, texts_without
from sdtui.edits.toml_text import quoted, spelled
from sdtui.plans.plan import Plan, Write
from sdtui.trainer.config_spans import Place
from sdtui.trainer.dataset_config import parse
from sdtui.trainer.dataset_problems import ConfigProblem, problems, why_foreign
from sdtui.trainer.scripts import support_of

_STEP = re.compile(r"""(?:^|\.)([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]""")


def read_place(text: str) -> Place:
    """``datasets[0].subsets[1].num_repeats`` as keys and indices. Raises UsageError where it is none."""
    place: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or (not place and step.group(2)):
            break
        place.append(step.group(1) if step.group(1) is not None else int(step.group(2)))
        at = step.end()
    if at < len(text) or not place:
        raise UsageError(
            f'"{text}" names no place in a config (character {at + 1})',
            remedy="For example: datasets[0].subsets[1].num_repeats, or general.resolution",
        )
    return tuple(place)


def written_place(place: Place) -> str:
    """The inverse of ``read_place``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".")


def set_plan(path: Path, place: Place, value: Any, script: str = "train_network") -> Plan:
    """The Plan that sets one key. Raises as ``with_place``, and UsageError for what ``script`` would refuse.

    What it refuses already is no obstacle.
    """
    before = read_bytes(path)
    _refuse_foreign(path, before)
    after = with_place(path, before, place, value)
    _refuse_refused(path, before, after, script)
    return _plan(path, before, after, f"{written_place(place)} of {path.name} to {_shown(value)}")


def unset_plan(path: Path, place: Place, script: str = "train_network") -> Plan:
    """The Plan that takes one key out. Raises as ``without_place``, and as ``set_plan`` for what is then refused."""
    before = read_bytes(path)
    _refuse_foreign(path, before)
    after = without_place(path, before, place)
    _refuse_refused(path, before, after, script)
    return _plan(path, before, after, f"take {written_place(place)} out of {path.name}")


def rename_plan(path: Path, place: Place, key: str) -> Plan:
    """The Plan that calls one key otherwise and keeps its value. Raises as ``with_place``."""
    before = read_bytes(path)
    _refuse_foreign(path, before)
    wanted = copy.deepcopy(parse(path, before))
    table = _table_at(wanted, place, path)
    if place[-1] not in table or key in table:
        raise UsageError(f"{written_place(place)} cannot become {key}: that stands there already", path=path)
    table[key] = table.pop(place[-1])
    text = before.decode("utf-8")
    span = spans_of(path, text).get(place)
    old = str(place[-1])
    for spelling in (json.dumps(old, ensure_ascii=False), f"'{old}'", old):
        if span is not None and text.startswith(spelling, span.start):
            new = json.dumps(key) if spelling[0] in "\"'" else key
            edited = f"{text[: span.start]}{new}{text[span.start + len(spelling) :]}"
            if _reads(path, edited, wanted):
                return _plan(path, before, edited.encode("utf-8"), f"{written_place(place)} of {path.name} to {key}")
    raise WriteError(f"{written_place(place)} could not be renamed", path=path, remedy="Do it in an editor.")


def _refuse_refused(path: Path, before: bytes, after: bytes, script: str) -> None:
    """Raise UsageError for what the trainer refuses after, and did not before."""
    known = {(problem.place, problem.message) for problem in _refusals(path, before, script)}
    for problem in _refusals(path, after, script):
        if (problem.place, problem.message) not in known:
            raise UsageError(problem.message.rstrip("."), path=path, remedy=problem.fix)


def _refuse_foreign(path: Path, data: bytes) -> None:
    foreign = why_foreign(parse(path, data))
    if foreign is not None:
        raise UsageError(foreign.rstrip("."), path=path, remedy="It is left as it is.")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else _as_written(value)


def _as_written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_date_as_written)


def _date_as_written(value: object) -> str:
    """TOML has dates too; their time zones are unlike themselves, and tell their address."""
    return f"{type(value).__name__} {value}"


def _plan(path: Path, before: bytes, after: bytes, title: str) -> Plan:
    return Plan(title, (Write(path, before, after),) if after != before else ())


def _refusals(path: Path, data: bytes, script: str) -> list[ConfigProblem]:
    found = problems(parse(path, data), support_of(script))
    return [problem for problem in found if problem.at_validation]


def with_place(path: Path, data: bytes, place: Place, value: Any) -> bytes:
    """``data``, the bytes of the config ``path``, with ``value`` at ``place``.

    What was written is read back by the trainer's own parser, and counts only if nothing else changed. Raises
    SyntaxProblem where the config cannot be parsed, UsageError where there is no table at the place, WriteError where
    it cannot be written so that the trainer reads it back.
    """
    now = parse(path, data)
    wanted = copy.deepcopy(now)
    table = _table_at(wanted, place, path)
    if place[-1] in table and _as_written(table[place[-1]]) == _as_written(value):
        return data  # 1 and 1.0 and true are equal, and not the same
    table[place[-1]] = value
    text = data.decode("utf-8")
    with contextlib.suppress(ValueError):  # no spelling brings it through the trainer's parser
        for edited in texts_with(path, text, place, value):
            if _reads(path, edited, wanted):
                return edited.encode("utf-8")
    raise WriteError(
        f"{written_place(place)} could not be written so that the trainer reads it back",
        path=path,
        remedy="Write it in an editor.",
    )


def with_standing(path: Path, data: bytes, values: Mapping[Place, Any]) -> bytes:
    """``data`` with other values at places that are written in it already. Raises as ``with_place``."""
    wanted = copy.deepcopy(parse(path, data))
    text = data.decode("utf-8")
    spans, is_json = spans_of(path, text), path.suffix.lower() == ".json"
    edited = text
    for place, value in sorted(values.items(), key=lambda item: -spans[item[0]].start if item[0] in spans else 0):
        _table_at(wanted, place, path)[place[-1]] = value
        if place in spans:
            with contextlib.suppress(ValueError):
                written = json.dumps(value, ensure_ascii=False) if is_json else spelled(value)
                edited = f"{edited[: spans[place].value]}{written}{edited[spans[place].stop :]}"
    if not _reads(path, edited, wanted):
        raise WriteError(
            "These values could not be written so that the trainer reads them back",
            path=path,
            remedy="Write them in an editor.",
        )
    return edited.encode("utf-8")


def without_place(path: Path, data: bytes, place: Place) -> bytes:
    """``data`` without the key at ``place``; its whole line goes where nothing else stands on it. Raises as above."""
    now = parse(path, data)
    wanted = copy.deepcopy(now)
    table = _table_at(wanted, place, path)
    if place[-1] not in table:
        raise UsageError(f"There is no {written_place(place)} in this config", path=path)
    del table[place[-1]]
    text = data.decode("utf-8")
    span = spans_of(path, text).get(place)
    for edited in texts_without(text, span) if span is not None else ():
        if _reads(path, edited, wanted):
            return edited.encode("utf-8")
    raise WriteError(f"{written_place(place)} could not be taken out", path=path, remedy="Delete it in an editor.")


def _table_at(config: dict[str, Any], place: Place, path: Path) -> Any:
    """What holds the key at ``place``; ``[general]`` is made where it is not there yet."""
    found: Any = config
    for depth, step in enumerate(place[:-1]):
        if step == "general" and depth == 0:
            found = config.setdefault("general", {})
            continue
        there = isinstance(found, dict) and step in found
        if not (there or (isinstance(found, list) and isinstance(step, int) and step < len(found))):
            raise UsageError(f"There is no {written_place(place[: depth + 1])} in this config", path=path)
        found = found[step]
    if not isinstance(found, dict) or not isinstance(place[-1], str):
        raise UsageError(f"{written_place(place)} is not a key of a table", path=path)
    return found


def _reads(path: Path, text: str, wanted: dict[str, Any]) -> bool:
    """Whether the trainer reads ``wanted`` from ``text``; NaN is unlike itself, so both are compared as written."""
    return _as_written(_read(path, text)) == _as_written(wanted)


def _read(path: Path, text: str) -> dict[str, Any] | None:
    try:
        return parse(path, text.encode("utf-8"))
    except UnreadableError:
        return None


def read_value(text: str) -> Any:
    """``10``, ``true``, ``[512, 768]`` as TOML; whatever is none of these is a text, dates too: no key takes one."""
    with contextlib.suppress(ValueError):  # no spelling brings it through the trainer's parser
        for spelling in (str, quoted):
            found = _read(Path("value.toml"), f"value = {spelling(text)}\n")
            if found is not None and list(found) == ["value"] and _is_value(found["value"]):
                return found["value"]
    return text


def _is_value(value: Any) -> bool:
    """Whether a key may have it: no date, nor what is no number."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
