"""The words around the lists: headings, totals, and what stands where there is nothing."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from sdtui.base.text import count, plural, safe
from sdtui.base.work import Progress
from sdtui.dataset.epoch import Epoch
from sdtui.dataset.project import Project, Subset
from sdtui.tui.commands import key_of
from sdtui.tui.dataset.selection import Selection
from sdtui.tui.dataset.tally import Tally
from sdtui.tui.finder import Candidate
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks


def images_heading(subset: Subset | None, shown: int, filter_text: str, selection: Selection, ink: Inks) -> Text:
    """``IMAGES  10_circle · 40``; with a filter ``10_circle · 12 of 40 · filter: is:over``; with a selection ``●3``."""
    text = Text(" ", ink.dim, no_wrap=True, overflow="ellipsis")
    if subset is None or not (filter_text or selection):
        text.append("IMAGES  ", ink.dim)
    if subset is None:
        return text
    text.append(safe(subset.name), ink.text)
    some = f"{count(shown)} of {count(subset.img_count)}" if filter_text else count(subset.img_count)
    text.append(f" · {some}", ink.dim)
    if selection:
        here = selection.within(subset)
        everywhere = f" of {count(len(selection))}" if here != len(selection) else ""
        text.append(f" · {marks().selected}{count(here)}{everywhere}{'' if filter_text else ' selected'}", ink.accent)
    if filter_text:
        text.append(" · filter: ", ink.dim)
        text.append(safe(filter_text), ink.accent)
    return text


def totals_text(
    project: Project, tallies: Sequence[Tally], epoch: Epoch | None, limit: int, found: int | None, ink: Inks
) -> Text:
    """Three lines: images and entries (with a filter how many of them it lets through), steps, and what needs care."""
    plain = sum(subset.img_count for subset in project.subsets if not subset.is_reg)
    reg = sum(subset.img_count for subset in project.subsets if subset.is_reg)
    if found is not None:
        text = Text(f" {count(found)} of {plural(plain + reg, 'image')}", ink.accent, no_wrap=True, overflow="ellipsis")
        text.append(" match the filter\n", ink.accent)
    else:
        text = Text(f" {plural(plain, 'image')}", ink.text, no_wrap=True, overflow="ellipsis")
        text.append(f" + {count(reg)} reg" if reg else "", ink.text)
        text.append(f" · {plural(epoch.entries, 'entry', 'entries')}\n" if epoch else " · …\n", ink.text)
    text.append_text(_steps_text(epoch, ink))
    care = Text()
    for number, mark, words, style in (
        (sum(tally.broken for tally in tallies), marks().broken, "broken", ink.bad),
        (sum(tally.missing for tally in tallies), marks().missing, "without text", ink.warn),
        (sum(tally.over for tally in tallies), marks().over, f"over {limit}", ink.warn),
    ):
        if number:
            care.append(" · " if care else " ", ink.dim)
            care.append(f"{mark} {count(number)} {words}", style)
    if project.ignored:
        care.append(" · " if care else " ", ink.dim)
        care.append(f"{count(len(project.ignored))} not read", ink.dim)
    text.append_text(care)
    return text


def _steps_text(epoch: Epoch | None, ink: Inks) -> Text:
    if epoch is None:
        return Text(" …\n", ink.dim)
    sizes = {dataset.batch_size for dataset in epoch.datasets}
    batch = f" · batch {next(iter(sizes))}" if len(sizes) == 1 else ""
    side = f" · at {epoch.assumed}" if epoch.assumed else ""
    text = Text(f" {plural(epoch.batches, 'step')} an epoch", ink.text)
    text.append(f"{batch}{side}", ink.dim)
    refused = next((dataset.refused for dataset in epoch.datasets if dataset.refused), None)
    if refused:
        text = Text(f" {marks().broken} {safe(refused)}", ink.bad)
    text.append("\n")
    return text


def scanning_text(progress: Progress, ink: Inks) -> Text:
    """Stands in the place of the totals while the first scan goes on."""
    of = f" of {count(progress.total)}" if progress.total is not None else ""
    return Text(f" reading… {count(progress.done)}{of} {progress.what}", ink.dim)


def teaching(subset: Subset | None, filter_text: str, elsewhere: int) -> list[str]:
    """What stands in the image list when it is empty; ``elsewhere`` images of other subsets match the filter."""
    if filter_text:
        others = f"{key_of('dataset.next')} goes to the next of {count(elsewhere)} elsewhere" if elsewhere else ""
        return [
            "Nothing here matches the filter.",
            others,
            f"{key_of('dataset.filter')} changes it, {key_of('dataset.unfilter')} takes it away",
        ]
    if subset is None:
        return [
            "No images are trained from here yet.",
            "",
            "The trainer reads folders called N_name, such as",
            "10_circle: each picture in it counts 10 times",
            "an epoch, and a .txt of the same name beside a",
            "picture is its caption.",
            "",
            f"{key_of('app.open')} opens another folder",
        ]
    return ["This subset holds no images.", "", "Put pictures into its folder: they appear here."]


def ignored_lines(project: Project) -> list[Candidate]:
    """What stands in the dataset and the trainer would not read, each with the reason."""
    lines = []
    for ignored in project.ignored:
        inside = ignored.path.is_relative_to(project.root)
        path = ignored.path.relative_to(project.root) if inside else ignored.path
        lines.append(Candidate(safe(str(path)), note=safe(ignored.reason)))
    return lines
