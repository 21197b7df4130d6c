"""The sample pictures of a run: the chosen one large, earlier ones of the same prompt small beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from sdtui.base.errors import SdtuiError
from sdtui.base.text import count, plural, safe
from sdtui.runs.record import SampleImage
from sdtui.tui.monitor.arrange import GAP, Slot, arrange, arrange_grid
from sdtui.tui.monitor.chart_state import steps_per_epoch
from sdtui.tui.monitor.following import Followed
from sdtui.tui.monitor.prompts import PromptWords
from sdtui.tui.monitor.timeline import Place, Timeline, moment_mark, moment_of, moment_text, timeline
from sdtui.tui.samples.screen import SamplesScreen
from sdtui.tui.samples.sight import Column, Samples, Sight
from sdtui.tui.theme import inks
from sdtui.tui.widgets.lines import Line, strip_of, wrap

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp
    from sdtui.tui.pictures import Drawn

_KEPT = 512
"""Pictures that stay drawn: more than a large terminal has room for, or they would be drawn without end."""
_TRIES = 5

_Key = tuple[str, int, int]
"""A picture file and the cells that it was drawn for."""


class SamplesPanel(Widget):
    """Heading, pictures, and under them the prompt with its settings."""

    DEFAULT_CSS = "SamplesPanel { height: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.place = Place()
        self._whole = False
        self._wanted: set[str] = set()
        self._table = Timeline()
        self._prompts: Sequence[PromptWords] = ()
        self._followed: Followed | None = None
        self._from: tuple[object, ...] = ()
        """What the timeline was made from."""
        self._drawn: dict[_Key, Drawn] = {}
        self._asked: dict[int, _Key] = {}
        self._refused: Counter[_Key] = Counter()
        self._shape = 1.0
        self._slots: list[tuple[Slot, SampleImage]] = []
        self._below: list[Line] = []

    @property
    def _shell(self) -> SdtuiApp:
        return cast("SdtuiApp", self.app)

    @property
    def shown(self) -> SampleImage | None:
        """The picture that is shown large."""
        return self.place.shown(self._table)

    @property
    def text(self) -> str:
        """What is written around the pictures."""
        return "\n".join("".join(text for text, _ in line) for line in [self._heading(), *self._below])

    def follow(self, followed: Followed, *, whole: bool) -> None:
        """Show the samples of this run. ``whole``: all prompts and steps, beside the chosen picture."""
        view = followed.view
        made_from = (view.samples, steps_per_epoch(view), followed.prompts)
        before, self._followed = self._followed, followed
        self.show_whole(whole)
        if before is None or before.record.id != followed.record.id:
            self.place = Place()
        if made_from != self._from:
            self._from = made_from
            self.show(timeline(view.samples, made_from[1]), followed.prompts)
            for screen in self.app.screen_stack:
                if isinstance(screen, SamplesScreen):
                    screen.grown(self._samples(followed))
        self.look_again()

    def open_large(self, home: Path | None, *, beside: bool = False) -> None:
        """Fill the screen with the picture that is chosen; with ``beside``, the step before stands beside it.

        ``home``: the ``.sdtui`` of the project whose other runs can be put beside.
        """
        image, followed = self.shown, self._followed
        if image is None or followed is None:
            return
        moment = None if self.place.moment is None else moment_of(image, steps_per_epoch(followed.view))
        sight = Sight((Column(self._samples(followed), moment),), image.prompt_index)
        self.app.push_screen(SamplesScreen(sight.beside_itself() if beside else sight, home))

    def _samples(self, followed: Followed) -> Samples:
        return Samples(followed.record.id, followed.record.name, self._table, followed.prompts)

    def show(self, table: Timeline, prompts: Sequence[PromptWords]) -> None:
        """Show these samples; a picture that follows the newest moves on by itself."""
        self._table, self._prompts = table, tuple(prompts)
        self._lay_out()

    def show_whole(self, whole: bool) -> None:
        """Show every prompt and moment beside the chosen picture, or only what came before it."""
        if whole != self._whole:
            self._whole = whole
            self._lay_out()

    def draw_pictures(self) -> None:
        """On a poor link: draw the pictures that are placed now."""
        self._wanted |= {image.path for _, image in self._slots}
        self.look_again()

    def step(self, *, prompts: int = 0, moments: int = 0) -> None:
        """Look at another prompt or another moment."""
        before = self.place
        place = self.place.other_prompt(self._table, prompts) if prompts else self.place
        self.place = place.other_moment(self._table, moments) if moments else place
        if self.place != before:
            self._lay_out()

    # Layout -------------------------------------------------------------------------------------------------------

    def on_resize(self, _event: events.Resize) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width, height = self.size
        if not width or not height:
            return
        self._below = self._words(width)[: max(0, height - 6)]
        pictures = ((slot, self._table.at(slot.prompt, slot.moment)) for slot in self._places())
        self._slots = [(slot, image) for slot, image in pictures if image is not None]
        for lane, (slot, image) in enumerate(self._slots):
            self._ask(lane, slot, image)
        self.refresh()

    def _places(self) -> list[Slot]:
        width, height = self.size.width, self.size.height - 2 - len(self._below)
        here, prompt = self.place.moment_index(self._table), self.place.prompt
        if here is None:
            return []
        if self._whole:
            table = self._table
            return arrange_grid(width, height, self._shape, (prompt, here), len(table.prompts), len(table.moments))
        made = self._table.of_prompt(prompt)
        return arrange(width, height, self._shape, prompt, [m for m in reversed(made) if m <= here])

    def _words(self, width: int) -> list[Line]:
        image = self.shown
        if image is None:
            return []
        index = image.prompt_index
        words = self._prompts[index] if index < len(self._prompts) else None
        seed = f"seed {image.seed}" if image.seed is not None else ""
        settings = " · ".join(part for part in (seed, words.settings if words else "") if part)
        lines: list[Line] = []
        if words and words.text:
            lines += wrap(safe(words.text), width, "plain")[:2]
        return [*lines, *wrap(safe(settings), width, "dim")[:2]] if settings else lines

    # Pictures -----------------------------------------------------------------------------------------------------

    def _ask(self, lane: int, slot: Slot, image: SampleImage) -> None:
        key = (image.path, slot.columns, slot.rows)
        if self._shell.slow and image.path not in self._wanted:
            return
        if key in self._drawn or self._asked.get(lane) == key or self._refused[key] >= _TRIES:
            return
        self._asked[lane] = key

        def arrived(drawn: Drawn) -> None:
            del self._asked[lane]
            self._keep(key, drawn)

        def not_yet(_error: SdtuiError) -> None:
            # Perhaps still being written: asked for again some times.
            del self._asked[lane]
            self._refused[key] += 1

        self._shell.pictures.ask(self, f"sample {lane}", Path(image.path), slot.columns, slot.rows, arrived, not_yet)

    def _keep(self, key: _Key, drawn: Drawn) -> None:
        if len(self._drawn) >= _KEPT:
            self._drawn.pop(next(iter(self._drawn)))
        self._drawn[key] = drawn
        shape = drawn.full_width / max(1, drawn.full_height)
        if abs(shape - self._shape) > 0.01 and self._slots and key[0] == self._slots[0][1].path:
            self._shape = shape
            self._lay_out()
            return
        for slot, image in self._slots:
            if (image.path, slot.columns, slot.rows) == key:
                self.refresh(Region(slot.x, slot.y + 1, slot.columns, slot.rows))

    def look_again(self) -> None:
        """Ask once more for pictures that could not be read."""
        for lane, (slot, image) in enumerate(self._slots):
            self._ask(lane, slot, image)

    # Drawing ------------------------------------------------------------------------------------------------------

    def _heading(self) -> Line:
        image, table = self.shown, self._table
        if image is None:
            return [("SAMPLES", "dim")]
        narrow = self.size.width < 48
        line = [
            ("" if narrow else "SAMPLES  ", "dim"),
            (f"prompt {self.place.prompt + 1}/{len(table.prompts)}", "plain"),
            (" ▴ ▾", "dim" if len(table.prompts) > 1 else "rest"),
            (f"{'  ' if narrow else '   '}{moment_text(image)}", "accent" if self.place.moment is None else "plain"),
            (" ◂ ▸", "dim" if len(table.of_prompt(self.place.prompt)) > 1 else "rest"),
        ]
        if self._whole:
            shown = sum(not slot.large for slot, _ in self._slots)
            hidden = f", {count(shown)} in sight" if shown < len(table.cells) else ""
            line.append((f"   {plural(len(table.cells), 'picture')}{hidden}", "dim"))
        return line

    def render_line(self, y: int) -> Strip:
        width, paper, ink = self.size.width, self.rich_style, inks(self.app.theme)
        if y == 0:
            return strip_of(self._heading(), width, ink, paper)
        if not self._slots:
            return strip_of(self._nothing(y), width, ink, paper)
        below = max(slot.y + slot.rows + (not slot.large) for slot, _ in self._slots) + 1
        if 0 <= y - below - 1 < len(self._below):
            return strip_of(self._below[y - below - 1], width, ink, paper)
        return self._picture_row(y - 1, width)

    def _nothing(self, y: int) -> Line:
        ended = self._followed is not None and self._followed.view.state.ended
        said = ["", "", "· it drew no samples" if ended else "· no samples yet"]
        return [(said[y] if y < len(said) else "", "dim")]

    def _picture_row(self, row: int, width: int) -> Strip:
        ink, paper = inks(self.app.theme), self.rich_style
        parts: list[Strip] = []
        x = 0
        for slot, image in sorted(self._slots, key=lambda item: item[0].x):
            inside = row - slot.y
            label = not slot.large and inside == slot.rows
            if not (0 <= inside < slot.rows or label):
                continue
            parts.append(Strip.blank(slot.x - x, paper))
            if label:
                role = "accent" if image is self._slots[0][1] else "dim"
                # Into the gap, of which one cell stays.
                wide = slot.columns + GAP - 1
                mark = moment_mark(image)
                if role == "accent":
                    mark = f"▸{mark}" if len(mark) < wide else f"▸{mark.replace(',', '')}"
                parts.append(strip_of([(mark, role)], wide, ink, paper))
            else:
                wide = slot.columns
                parts.append(self._cells(slot, image, inside))
            x = slot.x + wide
        return Strip.join(parts).adjust_cell_length(width, paper)

    def _cells(self, slot: Slot, image: SampleImage, row: int) -> Strip:
        paper = self.rich_style
        drawn = self._drawn.get((image.path, slot.columns, slot.rows))
        if drawn is not None:
            return (
                drawn.strips[row].adjust_cell_length(slot.columns, paper)
                if row < drawn.rows
                else Strip.blank(slot.columns, paper)
            )
        dot = "·" if row == slot.rows // 2 else " "
        return Strip([Segment(dot.center(slot.columns), paper + inks(self.app.theme).dim)])
