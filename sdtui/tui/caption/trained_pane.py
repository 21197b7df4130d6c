"""What the trainer reads of a caption: the exact text, signs for what becomes of its parts, and sentences about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from rich.style import Style
from rich.text import Text
from textual import events
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from sdtui.base.text import count, plural, safe
from sdtui.dataset.project import Sample, Subset
from sdtui.dataset.trained import Fate, Part, PartKind, Trained, TrainedText, trained
from sdtui.tui.commands import key_of
from sdtui.tui.marks import marks
from sdtui.tui.theme import Inks, inks
from sdtui.tui.widgets.cells import broken

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_LONG = 4_000
"""Characters from which on a text is worked out in a thread, when typing rests."""
_REST = 0.25
_SHOWN = 3_000
"""Characters of a text that are drawn; the trainer reads fewer of any."""
_AROUND = (PartKind.PREFIX, PartKind.SUFFIX, PartKind.CLASS_TOKENS)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Whose texts are to be shown, and how they are trained."""

    subset: Subset
    sample: Sample
    text: str | None
    """What stands in the editor; None for what was scanned."""
    tags: str | None
    """What a metadata entry joins after ``text``."""
    limit: int
    cached: bool
    """The run caches text encoder outputs."""

    def same_as(self, other: Asked | None) -> bool:
        """Whether the same is trained. Subsets are not looked into: they may hold 100,000 images."""
        return (
            other is not None
            and self.subset is other.subset
            and (self.sample, self.text, self.tags, self.limit, self.cached)
            == (other.sample, other.text, other.tags, other.limit, other.cached)
        )

    def trained(self) -> Trained:
        """Work it out."""
        return trained(
            self.subset,
            self.sample,
            self.text,
            tags=self.tags,
            cached_text_encoder=self.cached,
            limit=self.limit,
        )


class TrainedPane(Widget):
    """Draws the texts that are trained for one image, and sentences about them, as many as there is room for."""

    DEFAULT_CSS = "TrainedPane { height: 1fr; width: 1fr; }"

    def __init__(self, more: str = "", *, id: str | None = "trained") -> None:
        """``more``: the command that gives it more room, told where there is more to show."""
        super().__init__(id=id)
        self.more = more
        self._asked: Asked | None = None
        self._trained: Trained | None = None
        self._lines: list[Text] = []
        self._drawn_for: tuple[int, int, str] = (0, 0, "")
        self._resting: Timer | None = None

    def show(self, asked: Asked | None) -> None:
        """Show what is trained for ``asked``: at once, but for very long texts."""
        if asked.same_as(self._asked) if asked is not None else self._asked is None:
            return
        same = asked is not None and self._asked is not None and asked.sample.path == self._asked.sample.path
        self._asked = asked
        bridge = cast("SdtuiApp", self.app).bridge
        bridge.cancel(self, "trained")
        if asked is None or _length(asked) < _LONG:
            self._rest()
            self._take(asked.trained() if asked is not None else None)
        elif not same:
            self._rest()
            self._take(None)  # what is trained of the image before is not left standing beside this one
            self._work_out()
        elif self._resting is not None:
            self._resting.reset()
        else:
            self._resting = self.set_timer(_REST, self._work_out)

    def _rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
            self._resting = None

    def _work_out(self) -> None:
        self._resting = None
        if self._asked is not None:
            cast("SdtuiApp", self.app).bridge.call(self, "trained", self._asked.trained, self._take)

    def _take(self, now: Trained | None) -> None:
        if now != self._trained:
            self._trained = now
            self.redraw()

    def redraw(self) -> None:
        """Lay everything out anew: another text, width or theme."""
        self._drawn_for = (0, 0, "")
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        self.refresh()

    # Drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if self._drawn_for != (width, height, self.app.theme):
            self._drawn_for = (width, height, self.app.theme)
            self._lines = self._laid_out(max(1, width), height, inks(self.app.theme))
        text = self._line(y, height)
        strip = Strip([])
        if text is not None:
            # A text without spans is rendered without its own style.
            base = text.style if isinstance(text.style, Style) else Style.null()
            strip = Strip(text.render(self.app.console), text.cell_len).apply_style(base)
        return strip.adjust_cell_length(width).apply_style(self.rich_style)

    def _line(self, y: int, height: int) -> Text | None:
        if y == height - 1 and len(self._lines) > height:
            hint = f" · {key_of(self.more)} gives them room" if self.more else ""
            more = plural(len(self._lines) - height + 1, "line")
            return Text(f"… {more} more{hint}", inks(self.app.theme).dim, end="", no_wrap=True)
        return self._lines[y] if y < len(self._lines) else None

    def _laid_out(self, width: int, height: int, ink: Inks) -> list[Text]:
        if self._trained is None or self._asked is None:
            return []
        lines = list(trained_lines(self._trained, self._asked.limit, width, ink))
        if len(lines) <= height:
            return lines
        # What is said about a text counts for more than what is cut of it.
        return list(trained_lines(self._trained, self._asked.limit, width, ink, after_cut=width))


def trained_lines(now: Trained, limit: int, width: int, ink: Inks, *, after_cut: int | None = None) -> Iterator[Text]:
    """The heading, each text with its count where there are several, then the notes.

    ``after_cut``: how many characters are shown of what the trainer drops; None for all.
    """
    yield _heading(now, limit, width, ink)
    for place, text in enumerate(now.texts):
        if len(now.texts) > 1:
            yield Text(f"{place + 1}/{len(now.texts)} ", ink.dim, end="", no_wrap=True) + _tokens(text, limit, ink)
        most = _SHOWN if after_cut is None or text.cut is None else min(_SHOWN, text.cut + after_cut)
        yield from broken(_marked(text, most, ink), width)
    for note in now.notes:
        mark, style = ("·", ink.dim) if now.texts else (marks().broken, ink.bad)
        first, *others = broken(Text(safe(note), style), max(1, width - 2))
        yield Text.assemble((f"{mark} ", style), first, end="", no_wrap=True)
        yield from (Text.assemble("  ", line, end="", no_wrap=True) for line in others)


def _heading(now: Trained, limit: int, width: int, ink: Inks) -> Text:
    text = Text("THE TRAINER READS", ink.dim, end="", no_wrap=True)
    if len(now.texts) == 1:
        tokens = _tokens(now.texts[0], limit, ink)
        gap = width - text.cell_len - tokens.cell_len
        if gap > 0:
            text.append(" " * gap)
            text.append_text(tokens)
    return text


def _tokens(text: TrainedText, limit: int, ink: Inks) -> Text:
    over = text.tokens > limit
    cut = f"{marks().over}{count(text.tokens - limit)} cut " if over else ""
    return Text(f"{cut}{count(text.tokens)}/{limit} tok", ink.warn if over else ink.dim)


def _marked(text: TrainedText, most: int, ink: Inks) -> Text:
    """The text in its colours, with ``‹ ›`` around what is shuffled and ``{ }`` around what is one of several.

    At most the first ``most`` characters of it.
    """
    shown = text.text[:most]
    result = Text(safe(shown), ink.text) if shown else Text("(an empty text)", ink.dim)
    signs: list[tuple[int, str]] = []
    for part in text.parts:
        if part.start >= len(shown):
            break
        style = _style(part, ink)
        if style is not None:
            result.stylize(style, part.start, min(part.stop, len(shown)))
        if part.kind is PartKind.CHOICE:
            signs += [(part.start, "{"), (part.stop, "}")]
    for seam in text.seams:
        result.stylize(ink.seam, seam, seam + 1)
    if text.cut is not None:
        result.stylize(ink.cut, text.cut)
    signs += _around_loose(text.parts)
    result = _with_signs(result, signs, ink.accent)
    if len(text.text) > most:
        result.append(f" … {plural(len(text.text) - most, 'character')} more", ink.dim)
    return result


def _style(part: Part, ink: Inks) -> Style | None:
    """What is not the caption itself is dim, and slanted where there are no colours."""
    return ink.dim + Style(italic=True) if part.kind in _AROUND else None


def _around_loose(parts: tuple[Part, ...]) -> Iterator[tuple[int, str]]:
    """Where the ranges of tags begin and end that change their order, or may be missing."""
    loose = False
    for part in parts:
        if (part.fate is Fate.LOOSE) != loose:
            loose = not loose
            yield part.start, "‹" if loose else "›"
    if loose:
        yield parts[-1].stop, "›"


def _with_signs(text: Text, signs: list[tuple[int, str]], style: Style) -> Text:
    """``text`` with ``signs`` before the characters at their places; what ends there, inner first, stands before."""
    places = sorted({at for at, _ in signs if at <= len(text)})
    result = Text()
    for at, piece in zip([-1, *places], text.divide(places), strict=True):
        result.append("".join(sorted((sign for place, sign in signs if place == at), key="}›‹{".index)), style)
        result.append_text(piece)
    return result


def _length(asked: Asked) -> int:
    return len(asked.text if asked.text is not None else asked.sample.caption or "")
