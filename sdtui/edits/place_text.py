"""Ways to write one value into the text of a TOML or JSON file: only its own bytes change. The caller proves each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sdtui.edits.toml_text import spelled
from sdtui.trainer.config_spans import Place, Span, json_spans, toml_spans


def spans_of(path: Path, text: str) -> Mapping[Place, Span]:
    """Where each key stands. Raises ValueError for JSON that is not valid."""
    return json_spans(text) if path.suffix.lower() == ".json" else toml_spans(text)


def texts_with(path: Path, text: str, place: Place, value: Any) -> Iterator[str]:
    """``text`` with ``value`` at ``place``, in each way that may be right.

    Raises ValueError for a text that no spelling brings through the trainer's TOML parser.
    """
    spans = spans_of(path, text)
    is_json = path.suffix.lower() == ".json"
    written = json.dumps(value, ensure_ascii=False) if is_json else spelled(value)
    span = spans.get(place)
    if span is not None:
        yield f"{text[: span.value]}{written}{text[span.stop :]}"
        return
    key = str(place[-1])
    yield from (
        _into_json(text, spans, place, written) if is_json else _into_toml(text, spans, place, f"{key} = {written}")
    )


def _into_toml(text: str, spans: Mapping[Place, Span], place: Place, line: str) -> Iterator[str]:
    newline = "\r\n" if "\r\n" in text else "\n"
    table = spans.get(place[:-1])
    if table is None:
        name = ".".join(map(str, place[:-1]))
        made = f"[{name}]{newline}{line}{newline}"
        yield f"{made}{newline}{text}"
        # Keys without a table stand at the top: these would go into it.
        yield f"{text}{'' if text.endswith(newline) else newline}{newline}{made}"
        yield f"{name}.{line}{newline}{text}"
        return
    if table.inline:
        gap = "" if text[table.value + 1 : table.stop - 1].strip() == "" else ", "
        yield f"{text[: table.value + 1]} {line}{gap or ' '}{text[table.value + 1 :].lstrip(' ')}"
        return
    own = [span for other, span in spans.items() if other[:-1] == place[:-1] and span.inline]
    last = max(own, key=lambda span: span.stop, default=table)
    indent = _indent_of(text, last.start)
    end = text.find("\n", last.stop)
    if end < 0:
        yield f"{text}{newline}{indent}{line}{newline}"
    else:
        yield f"{text[: end + 1]}{indent}{line}{newline}{text[end + 1 :]}"


def _into_json(text: str, spans: Mapping[Place, Span], place: Place, written: str) -> Iterator[str]:
    table = spans.get(place[:-1])
    key = json.dumps(str(place[-1]), ensure_ascii=False)
    if table is None:
        if len(place) > 1:
            yield from _into_json(text, spans, place[:-1], f"{{{key}: {written}}}")
        return
    own = [span for other, span in spans.items() if other and other[:-1] == place[:-1]]
    if not own:
        yield f"{text[: table.value + 1]}{key}: {written}{text[table.value + 1 :]}"
        return
    first, last = min(span.start for span in own), max(span.stop for span in own)
    gap = text[table.value + 1 : first] or " "
    yield f"{text[:last]},{gap}{key}: {written}{text[last:]}"


def texts_without(text: str, span: Span) -> Iterator[str]:
    """``text`` without what stands at ``span``, its line or its comma; in each way that may be right."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.stop)
    end = len(text) if end < 0 else end + 1
    if not text[start : span.start].strip():
        yield text[:start] + text[end:]
    after = re.compile(r"\s*,\s*").match(text, span.stop)
    if after is not None:
        yield text[: span.start] + text[after.end() :]
    before = re.compile(r"\s*,\s*\Z").search(text[: span.start])
    if before is not None:
        yield text[: before.start()] + text[span.stop :]
    yield text[: span.start] + text[span.stop :]


def _indent_of(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    return text[start:at] if not text[start:at].strip() else ""
