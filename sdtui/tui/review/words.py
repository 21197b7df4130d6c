"""The words around the picture: which image it is, its marks, how far the review is, and what teaches where none is."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text

from sdtui.base.text import count, safe
from sdtui.base.work import Progress
from sdtui.dataset.marks import Mark
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.review.reel import Reel, Tally
from sdtui.tui.theme import Inks
from sdtui.tui.widgets.cells import fit_end
from sdtui.tui.widgets.lines import Line

_BAR = 20


def place_line(reel: Reel, width: int) -> Line:
    """``10_circle/circle_003.webp      17 of 84``."""
    sample = reel.sample
    if sample is None:
        return ()
    position = f"{count(reel.position)} of {count(reel.count)}"
    name = fit_end(f"{safe(sample.subset)}/{safe(sample.name)}", max(0, width - cell_len(position) - 1))
    folder, slash, file = name.rpartition("/")
    return ((folder + slash, "dim"), (file, "strong"), (f" {position}", "dim"))


def marks_text(mark: Mark, ink: Inks) -> Text:
    """``✓ reviewed   · flagged   ★ starred``: each word keeps its place."""
    signs = marks()
    text = Text(no_wrap=True, overflow="ellipsis")
    for given, sign, word, style in (
        (mark.reviewed, signs.reviewed, "reviewed", ink.good),
        (mark.flagged, signs.flagged, "flagged", ink.warn),
        (mark.starred, signs.starred, "starred", ink.accent),
    ):
        text.append("   " if text else "")
        text.append(f"{sign if given else '·'} {word}", style if given else ink.faint)
    return text


def progress_text(reel: Reel, query: str, width: int, ink: Inks, *, unsaved: bool) -> Text:
    """``━━━━━╸──────  312 of 1,212 reviewed · ⚑ 9 flagged · 84 shown · filter: is:over``.

    ``unsaved``: for the image that is looked at there is text that was typed and not saved.
    """
    done = reel.tally
    text = Text(" ", no_wrap=True, overflow="ellipsis")
    if width >= 100:
        text.append_text(_bar(done, ink))
        text.append("  ")
    if done.images and done.reviewed == done.images:
        text.append(f"{marks().reviewed} all {count(done.images)} reviewed", ink.good)
    else:
        text.append(f"{count(done.reviewed)} of {count(done.images)} reviewed", ink.text)
    if done.flagged:
        text.append(" · ", ink.dim)
        text.append(f"{marks().flagged} {count(done.flagged)} flagged", ink.warn)
    if unsaved:
        text.append(" · ", ink.dim)
        text.append(f"{marks().draft} unsaved text, {key_of('review.edit')} goes on with it", ink.accent)
    if query:
        text.append(f" · {count(reel.count)} shown · filter: ", ink.dim)
        text.append(safe(query), ink.accent)
    return text


def _bar(done: Tally, ink: Inks) -> Text:
    halves = round(2 * _BAR * done.reviewed / done.images) if done.images else 0
    halves = max(halves, int(done.reviewed > 0))
    filled = "━" * (halves // 2) + ("╸" if halves % 2 else "")
    return Text.assemble((filled, ink.good), ("─" * (_BAR - len(filled)), ink.empty_bar))


def teaching(images: int, all_reviewed: bool, query: str) -> list[str]:
    """What stands in the place of the picture where no image is shown."""
    if images == 0:
        return [
            "No images are trained from here yet.",
            "",
            "Review goes through the pictures one by one:",
            "look, mend the caption, mark it as reviewed.",
            "",
            "The trainer reads folders called N_name, such as",
            "10_circle, with a .txt beside each picture.",
            "",
            f"{key_of('app.open')} opens another folder",
        ]
    if all_reviewed:
        return [
            "Every image is reviewed.",
            "",
            f"None is left for the filter {safe(query)}.",
            "",
            f"{key_of('review.unfilter')} shows all images again · {key_of('review.undo')} takes the last mark back",
        ]
    return [
        "No image matches the filter.",
        "",
        safe(query),
        "",
        f"{key_of('review.filter')} changes it · {key_of('review.unfilter')} takes it away",
    ]


def wish_missed(what: str, *, other: bool, filtered: bool) -> str:
    """Said where a key found no image to go to: ``what`` as in "needs care"; ``other`` where this one does."""
    return f"No{' other' if other else ''} image {what}{' among those that the filter shows' if filtered else ''}."


def scanning_text(progress: Progress, ink: Inks) -> Text:
    """Stands in the place of the progress while the dataset is read for the first time."""
    of = f" of {count(progress.total)}" if progress.total is not None else ""
    return Text(f" reading… {count(progress.done)}{of} {progress.what}", ink.dim)
