"""What is wrong with a dataset config: what the trainer refuses, and what it silently ignores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import read_bytes
from sdtui.checks.config_effect import without_effect
from sdtui.checks.config_paths import absent_here
from sdtui.checks.finding import Finding, Severity
from sdtui.trainer.backslashes import in_single_quotes
from sdtui.trainer.config_spans import Place, Span, json_spans, line_of, nearest, toml_spans
from sdtui.trainer.dataset_config import DatasetConfig, interpret, parse
from sdtui.trainer.dataset_problems import ConfigProblem, why_foreign
from sdtui.trainer.scripts import file_of, support_of

_BOM = b"\xef\xbb\xbf"

_WHY = {
    "unknown-key": "The trainer stops at a key that it does not know.",
    "wrong-type": "The trainer stops at a value of another type; it never turns one into another.",
    "lacks-required-key": "The trainer stops at a subset without it.",
    "mixed-subsets": "The trainer stops: all subsets of one [[datasets]] must be of one kind.",
    "not-for-this-script": "Each script takes some kinds of datasets only, and stops at the others.",
    "other-trainer": "sd-scripts stops at the first key of another trainer's config.",
    "no-resolution": "The trainer stops when it sets the dataset up, unless the command line has --resolution.",
    "no-datasets": "The trainer says that no data was found, and ends as if all was well.",
    "no-subsets": "The trainer says that no data was found, and ends as if all was well.",
}


@dataclass(frozen=True, slots=True)
class ConfigCheck:
    """The findings about one config."""

    ok: bool
    """The trainer's validation accepts it (library/config_util.py, ConfigSanitizer)."""
    findings: tuple[Finding, ...]


def check_config(path: Path, script: str = "train_network", *, masked_loss: bool = True) -> ConfigCheck:
    """Look at the dataset config at ``path`` as ``script`` would.

    ``masked_loss`` says that ``--masked_loss`` will be given where the script has it. Raises UnreadableError where
    there is nothing to read, UsageError for an unknown script.
    """
    support = support_of(script, masked_loss=masked_loss)
    data = read_bytes(path)
    if path.suffix.lower() not in (".toml", ".json"):
        message = "The trainer reads dataset configs that end in .toml or .json only."
        return ConfigCheck(False, (Finding("wrong-extension", Severity.ERROR, message, path, fix="Rename the file."),))
    try:
        parsed = parse(path, data)
    except SyntaxProblem as error:
        return ConfigCheck(False, (_syntax(path, data, error),))
    foreign = why_foreign(parsed)
    if foreign is not None:
        finding = Finding("other-trainer", Severity.ERROR, foreign, path, why=_WHY["other-trainer"])
        return ConfigCheck(False, (finding,))
    config = interpret(path, parsed, support=support)
    lines = _Lines(path, data)
    refused = [_refused(problem, path, lines) for problem in config.found]
    ok = not any(problem.at_validation for problem in config.found)
    accepted = _of_accepted(config, file_of(script), lines) if ok else []
    return ConfigCheck(ok, tuple(sorted([*refused, *accepted], key=_order)))


def _of_accepted(config: DatasetConfig, script: str, lines: _Lines) -> list[Finding]:
    return [*without_effect(config, script, lines.of), *absent_here(config, lines.of), *_masks(config, lines)]


def _order(finding: Finding) -> tuple[int, int]:
    return list(Severity).index(finding.severity), finding.line or 0


def _syntax(path: Path, data: bytes, error: SyntaxProblem) -> Finding:
    kind = path.suffix.lower()[1:]
    if kind == "toml" and _is_backslash(path, data):
        return Finding(
            "toml-backslash",
            Severity.ERROR,
            f"{error.what}: in double quotes a backslash begins an escape.",
            path,
            error.line,
            why="The trainer's own parser stops at it, before anything is trained.",
            fix="Write paths of Windows in single quotes, such as 'G:\\data'.",
        )
    code = f"{kind}-bom" if data.startswith(_BOM) else f"{kind}-syntax"
    why = "The trainer's own parser stops at it, before anything is trained."
    return Finding(code, Severity.ERROR, f"{error.what}.", path, error.line, why=why, fix=error.remedy)


def _is_backslash(path: Path, data: bytes) -> bool:
    """Whether only backslashes in paths of Windows stand in the way."""
    try:
        text = data.decode("utf-8")
        mended = in_single_quotes(text)
        parse(path, mended.encode("utf-8"))
    except (UnicodeDecodeError, SyntaxProblem):
        return False
    return mended != text


def _refused(problem: ConfigProblem, path: Path, lines: _Lines) -> Finding:
    severity = Severity.ERROR if problem.at_validation else Severity.WARNING
    why = _WHY.get(problem.code)
    return Finding(problem.code, severity, problem.message, path, lines.of(problem.place), why=why, fix=problem.fix)


def _masks(config: DatasetConfig, lines: _Lines) -> Iterator[Finding]:
    for number, dataset in enumerate(config.datasets):
        if dataset.mode == "controlnet" and dataset.subsets:
            yield Finding(
                "needs-masked-loss",
                Severity.INFO,
                f"[[datasets]] {number + 1} has masks.",
                config.path,
                lines.of(("datasets", number)),
                why="Without --masked_loss on the command line the trainer refuses conditioning_data_dir.",
                fix="Train with --masked_loss, unless this is for a ControlNet script.",
            )


class _Lines:
    """The line of each key of a config."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._text = data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
        self._spans: Mapping[Place, Span] = (json_spans if path.suffix.lower() == ".json" else toml_spans)(self._text)

    def of(self, place: Place) -> int | None:
        """The line of the key at ``place``, else of the table around it."""
        span = nearest(self._spans, place)
        return line_of(self._text, span.start) if span is not None else None
