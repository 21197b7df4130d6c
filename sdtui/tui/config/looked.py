"""A dataset config as the editor shows it: its tables, and what is to be said of each place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sdtui.base.errors import SdtuiError, SyntaxProblem, UsageError
from sdtui.base.files import read_bytes
from sdtui.checks.config import check_config
from sdtui.checks.finding import Finding, Severity
from sdtui.runs.setup.remembered import recall, settings_of
from sdtui.trainer.config_spans import Place, json_spans, line_of, toml_spans
from sdtui.trainer.dataset_config import DatasetConfig, interpret, parse
from sdtui.trainer.dataset_key_rows import ConfigTable, KeyRow, rows_of, tables_of
from sdtui.trainer.dataset_problems import why_foreign
from sdtui.trainer.scripts import SCRIPTS, support_of

FIRST_SCRIPT = "train_network"


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at the file."""

    path: Path
    script: str
    config: DatasetConfig | None = None
    """None where it could not be read, or is none of sd-scripts."""
    refusal: str = ""
    """Why it is none."""
    findings: tuple[Finding, ...] = ()
    said: Mapping[Place, tuple[Finding, ...]] = field(default_factory=dict)
    """The findings about a key, or about a table."""

    @property
    def tables(self) -> tuple[ConfigTable, ...]:
        """What the rows on the left are."""
        return tables_of(self.config) if self.config is not None else ()

    def rows(self, table: ConfigTable) -> tuple[KeyRow, ...]:
        """Every key of one table."""
        return rows_of(self.config, table, support_of(self.script)) if self.config is not None else ()

    def worst(self, place: Place, *, within: bool = False) -> Severity | None:
        """How bad it is at ``place``; with ``within``, at the keys of that table too."""
        found = [
            finding.severity
            for there, findings in self.said.items()
            if there == place or (within and there[:-1] == place and len(there) == len(place) + 1)
            for finding in findings
        ]
        return min(found, key=list(Severity).index, default=None)


def look(path: Path, script: str) -> Looked:
    """Read the config at ``path``, and check it as ``script`` would."""
    try:
        data = read_bytes(path)
        parsed = parse(path, data)
    except SyntaxProblem as error:
        return Looked(path, script, refusal=error.sentence(), findings=check_config(path, script).findings)
    except SdtuiError as error:
        return Looked(path, script, refusal=error.sentence())
    foreign = why_foreign(parsed)
    if foreign is not None:
        return Looked(path, script, refusal=f"{foreign} It is left as it is.")
    config = interpret(path, parsed, support=support_of(script))
    findings = check_config(path, script).findings
    return Looked(path, script, config, "", findings, _by_place(path, data, config, findings))


def script_of(home: Path) -> str:
    """The script that the project, whose records stand in ``home``, was last set up for."""
    remembered, _ = recall(home)
    try:
        script = settings_of(remembered, remembered.profile).script.removesuffix(".py")
    except UsageError:
        return FIRST_SCRIPT
    return script if script in SCRIPTS else FIRST_SCRIPT


def _by_place(
    path: Path, data: bytes, config: DatasetConfig, findings: Iterable[Finding]
) -> Mapping[Place, tuple[Finding, ...]]:
    """Findings name a line; the key or table that begins there is what they are about."""
    text = data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    spans = (json_spans if path.suffix.lower() == ".json" else toml_spans)(text)
    tables = {table.place for table in tables_of(config)}
    lines: dict[int, list[Place]] = defaultdict(list)
    for place, span in spans.items():
        if place in tables or place[:-1] in tables:
            lines[line_of(text, span.start)].append(place)
    said: dict[Place, list[Finding]] = defaultdict(list)
    for finding in findings:
        places = lines.get(finding.line or 0, [])
        named = [place for place in places if str(place[-1]) in finding.message]
        said[(*named, *places, ("general",))[0]].append(finding)
    return {place: tuple(found) for place, found in said.items()}
