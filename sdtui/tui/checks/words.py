"""What stands over the findings, and all that is known of one."""

from __future__ import annotations

import time
from pathlib import Path

from rich.text import Text

from sdtui.base.paths import shown
from sdtui.base.text import count, plural, safe, safe_lines
from sdtui.base.work import Progress
from sdtui.checks.finding import Finding, Severity
from sdtui.checks.preflight import Report
from sdtui.trainer.profiles import Settings
from sdtui.tui.checks.checking import Checked
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.lines import Line, Span, cells, wrap

_MOST_FILES = 100
"""Files that stand below a finding; a key lists them all."""


def counted(report: Report, well: str = "nothing stands in the way") -> list[Span]:
    """``2 errors · 5 warnings · 3 to know``; where there is neither error nor warning ``✓``, ``well`` and the rest."""
    spans: list[Span] = []
    for severity, word, role in ((Severity.ERROR, "error", "bad strong"), (Severity.WARNING, "warning", "warn")):
        number = report.count(severity)
        if number:
            spans += [(" · ", "dim"), (plural(number, word), role)]
    spans = spans[1:] or [(f"{marks().reviewed} {well}", "good")]
    know = report.count(Severity.INFO)
    return [*spans, (" · ", "dim"), (f"{count(know)} to know", "plain")] if know else spans


def sum_line(checked: Checked | None, checking: Progress | None, reading: Progress | None, width: int) -> list[Line]:
    """How many there are, of which run, and how far new checks are; ``reading``: how far the dataset is read."""
    state = _state(checked, checking, reading)
    if checked is None:
        return [[(" " + state, "dim")]]
    if checked.trouble:
        return [[(" ", "plain"), *line] for line in wrap(safe(checked.trouble), width - 2, "bad")]
    left: list[Span] = [(" ", "plain"), *counted(checked.report, _all_well(checked))]
    run = run_name(checked.asked.settings)
    for right in (f"{run} · {state} ", f"{state} "):
        room = width - cells(left) - len(right)
        if room >= 2:
            return [[*left, (" " * room, "plain"), (right, "dim")]]
    return [left]


def _all_well(checked: Checked) -> str:
    subsets = checked.project.subsets if checked.project is not None else ()
    return f"Nothing stands in the way: {plural(sum(subset.img_count for subset in subsets), 'image')} checked"


def _state(checked: Checked | None, checking: Progress | None, reading: Progress | None) -> str:
    if checking is not None and checking.total:
        return f"checking… {count(checking.done)} of {count(checking.total)} {safe(checking.what)}"
    if checking is not None:
        return "checking…"
    if checked is None:
        return "reading the dataset…" if reading is not None else "not checked yet"
    return f"checked at {time.strftime('%H:%M', time.localtime(checked.at))}"


def run_name(settings: Settings | None) -> str:
    """``SDXL LoRA, sdxl_train_network.py``: what run the checks are about."""
    if settings is None:
        return "the dataset alone"
    return f"{settings.profile.title}, {safe(settings.script)}"


def teaching(checked: Checked | None, *, readable: bool, width: int) -> list[str]:
    """What stands in the place of the findings where there are none; ``readable``: the dataset could be read."""
    if not readable:
        sentence = f"There is no dataset to look at here. {key_of('app.open')} opens another folder."
    elif checked is None or checked.trouble:
        return []
    elif checked.asked.settings is None:
        sentence = (
            f"The run itself was not looked at: {key_of('mode.train')} sets one up, and its settings are checked too."
        )
    else:
        sentence = (
            f"Everything that sdtui knows sd-scripts to stop at was looked for. {key_of('mode.train')} starts it."
        )
    return ["", *("".join(text for text, _ in line) for line in wrap(sentence, max(20, width - 4), "dim"))]


def detail_text(finding: Finding | None, root: Path, ink: Inks) -> Text:
    """All that is known of a finding."""
    text = Text()
    if finding is None:
        return text
    text.append(safe(finding.code), ink.dim)
    if finding.path is not None and finding.path != root:
        line = f", line {count(finding.line)}" if finding.line is not None else ""
        text.append(f"   {place(finding.path, root)}{line}", ink.dim)
    text.append(f"\n{safe_lines(finding.message)}\n", ink.strong)
    if finding.why:
        text.append(f"{safe_lines(finding.why)}\n", ink.text)
    if finding.fix:
        text.append(f"{safe_lines(finding.fix)}\n", ink.accent)
    for file in finding.files[:_MOST_FILES]:
        text.append(f"  {place(file, root)}\n", ink.dim)
    more = len(finding.files) - _MOST_FILES
    if more > 0:
        text.append(f"  … {plural(more, 'file')} more; {key_of('checks.files')} lists them all\n", ink.dim)
    text.rstrip()
    return text


def place(path: Path, root: Path) -> str:
    """The path beneath the project, or as people write it, safe."""
    try:
        return safe(str(path.relative_to(root)))
    except ValueError:
        return safe(shown(path))
