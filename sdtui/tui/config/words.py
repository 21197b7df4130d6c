"""What stands over and under the keys of a config."""

from __future__ import annotations

from pathlib import Path

from sdtui.base.paths import shown
from sdtui.base.text import plural, safe
from sdtui.checks.finding import Finding, Severity
from sdtui.edits.config_typed import typed_text
from sdtui.trainer.dataset_key_rows import ConfigTable, KeyRow
from sdtui.tui.commands import key_of
from sdtui.tui.config.looked import Looked
from sdtui.tui.config.tables import title_of
from sdtui.tui.widgets.lines import Line, Span, cells, wrap

_ROLES = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "plain"}
_FALLS_BACK = {
    "general": "the command line counts, else the default",
    "dataset": "[general] counts, then the command line, else the default",
    "subset": "its dataset counts, then [general], then the command line, else the default",
}
_OF_TABLE = {
    "general": "Holds for every dataset and subset that says nothing else.",
    "dataset": "Size, batches and buckets of its subsets, and what holds for each that says nothing else.",
    "subset": "One folder of images, or one metadata file.",
}


def title_line(path: Path, script: str, looked: Looked | None, width: int) -> list[Line]:
    """The file, for whom it is checked, and how it stands."""
    left: list[Span] = [(" Config", "strong"), (f"   {safe(shown(path))}", "plain")]
    right: list[Span] = [*_state(looked), (f"   for {script} ", "dim")]
    room = width - cells(left) - cells(right)
    if room < 1:
        left = [(" Config", "strong"), (f"   {safe(path.name)}", "plain")]
        room = max(1, width - cells(left) - cells(right))
    return [[*left, (" " * room, "plain"), *right]]


def _state(looked: Looked | None) -> list[Span]:
    if looked is None or looked.refusal:
        return []
    errors = sum(finding.severity is Severity.ERROR for finding in looked.findings)
    warnings = sum(finding.severity is Severity.WARNING for finding in looked.findings)
    if errors:
        return [(f"{plural(errors, 'error')}", "bad")]
    if warnings:
        return [(f"{plural(warnings, 'warning')}", "warn")]
    return [("accepted", "good")]


def about_table(table: ConfigTable, looked: Looked, width: int) -> list[Line]:
    """What the table under the cursor is, and what is to be said of it."""
    written = ".".join(str(step) if isinstance(step, str) else "" for step in table.place if isinstance(step, str))
    header = f"[{written}]" if table.level == "general" else f"[[{written}]]"
    said = plural(len(table.written), "key is", "keys are") + " written here"
    heading: Line = [(title_of(table)[0], "strong"), (f"  {header} · {said}", "dim")]
    return [heading, *wrap(_OF_TABLE[table.level], width, "plain"), *_told(looked.said.get(table.place, ()), width)]


def about_key(row: KeyRow, table: ConfigTable, looked: Looked, width: int, refusal: str = "") -> list[Line]:
    """What the key under the cursor means and takes, where its value comes from, and what is to be said of it.

    ``refusal``: why what was asked for was not written.
    """
    takes = f"  {_takes(row)}" if row.type else ""
    default = "" if row.default is None else f" · default {safe(typed_text(row.default)) or 'empty'}"
    heading: Line = [(safe(row.key), "strong"), (f"{takes}{default}", "dim")]
    sentences = row.meaning or "The trainer does not know this key here, and stops at it."
    if row.instead is not None:
        sentences = f"{sentences} {key_of('config.change')} calls it {row.instead}."
    refused = wrap(safe(refusal), width, "bad") if refusal else []
    lines: list[Line] = [heading, *refused, *wrap(sentences, width, "plain")]
    return [*lines, *wrap(_standing(row, table), width, "dim"), *_told(looked.said.get(row.place, ()), width)]


def _takes(row: KeyRow) -> str:
    """What may be typed: a text needs no quotes here."""
    return "text" if row.rule is not None and row.rule[0]("") and not row.choices else row.type


def _below(tables: int, one: str, many: str) -> str:
    return f"{plural(tables, 'table')} below it {one if tables == 1 else many}"


def _standing(row: KeyRow, table: ConfigTable) -> str:
    if row.written and row.below:
        otherwise = _below(row.below, "says otherwise for itself", "say otherwise for themselves")
        return f"Written here; {otherwise}, which then counts."
    if row.written:
        return "Written here."
    below = f" {_below(row.below, 'has its own', 'have their own')}." if row.below else ""
    if row.required:
        return "Not written, and the trainer stops without it."
    if not row.inherited:
        return "Not written; only a subset can say it."
    if row.level != "default":
        above = "[general]" if row.level == "general" else "its dataset"
        return safe(f"Not written here: {typed_text(row.value)} comes from {above}.{below}")
    return f"Not written: {_FALLS_BACK[table.level]}.{below}"


def _told(findings: tuple[Finding, ...], width: int) -> list[Line]:
    lines: list[Line] = []
    for finding in findings:
        sentences = " ".join(part for part in (finding.message, finding.why, finding.fix) if part)
        lines += wrap(safe(sentences), width, _ROLES[finding.severity])
    return lines


def refusal_lines(looked: Looked, width: int) -> list[Line]:
    """Why there is nothing to edit."""
    others = tuple(finding for finding in looked.findings if finding.message.rstrip(".") not in looked.refusal)
    return [*wrap(safe(looked.refusal), width, "bad"), *_told(others, width)]


def unused_line(key: str) -> Line:
    """Said where the project is not read from this file."""
    return [
        (" Training goes by the folders, not by this file; ", "warn"),
        (key, "accent"),
        (" opens the project by it.", "warn"),
    ]
