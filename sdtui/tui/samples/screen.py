"""Sample pictures that fill the screen.

``app.push_screen(SamplesScreen(Sight((Column(Samples.of(record, view)),), prompt_index), home))``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from sdtui.base.errors import SdtuiError
from sdtui.base.text import safe
from sdtui.images.picture import Picture
from sdtui.runs.following.summary import summary
from sdtui.runs.record import RunRecord, RunView, SampleImage
from sdtui.runs.store import list_runs
from sdtui.tui.commands import Offers
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.monitor.actions import show_copied
from sdtui.tui.samples import graphics, keys
from sdtui.tui.samples.sight import Samples, Sight
from sdtui.tui.samples.words import below, column_heading, heading
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines
from sdtui.tui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_NO_LIBRARY = "Real pixels need textual-image beside sdtui: pip install textual-image"
_NO_GRAPHICS = "This terminal has neither Kitty's graphics nor sixel, or did not say so in time."


class PictureColumn(Vertical):
    """One picture under its heading, its words below."""

    def __init__(self, shell: SdtuiApp) -> None:
        super().__init__(classes="picture-column")
        self.heading = Lines(classes="heading")
        self.pane = PicturePane(shell.pictures, on_request=shell.slow)
        self.words = Lines(classes="words")

    def compose(self) -> ComposeResult:
        yield self.heading
        yield self.pane
        yield self.words


class SamplesScreen(Offers, Screen[None]):
    """One prompt: its picture at a step, two steps, or several runs."""

    BINDINGS: ClassVar[list[BindingType]] = keys.BINDINGS
    AUTO_FOCUS = ""

    def __init__(self, sight: Sight, home: Path | None = None) -> None:
        """``home``: the ``.sdtui`` of the project whose other runs can be put beside."""
        super().__init__()
        self.sight = sight
        self.home = home

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    @property
    def chosen(self) -> SampleImage | None:
        """The picture that the arrows move, the first where they move all."""
        return self.sight.images[self.sight.moving or 0]

    def compose(self) -> ComposeResult:
        yield Lines(id="samples-heading")
        yield Horizontal(id="samples-columns")
        yield Lines(id="samples-words")
        yield Footer()

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def grown(self, samples: Samples) -> None:
        """A run that may be shown here has sampled meanwhile."""
        newer = self.sight.grown({samples.run: samples})
        if newer.columns != self.sight.columns:
            self._look(newer)

    # Showing ------------------------------------------------------------------------------------------------------

    def _look(self, sight: Sight) -> None:
        self.sight = sight
        self._show()
        self.refresh_bindings()

    def _show(self) -> None:
        if not self.is_attached:
            return
        columns = self._columns()
        self.query_one("#samples-heading", Lines).show([heading(self.sight)])
        width = max(10, (self.size.width - 2) // max(1, len(columns)) - 1)
        words = [self._words(place, width) for place in range(len(columns))]
        alike = len(columns) > 1 and len({_text(lines[:-1]) for lines in words}) == 1
        for place, column in enumerate(columns):
            column.heading.show([column_heading(self.sight, place)])
            column.words.show(words[place][-1:] if alike else words[place])
            image = self.sight.images[place]
            column.pane.show(Path(image.path) if image is not None else None, self._ahead(place))
        common = self.query_one("#samples-words", Lines)
        common.display = alike
        common.show(self._words(0, self.size.width - 2)[:-1] if alike else [])

    def _columns(self) -> list[PictureColumn]:
        """As many as there are pictures; a new one is there at once, though drawn later."""
        row = self.query_one("#samples-columns", Horizontal)
        columns = [child for child in row.children if isinstance(child, PictureColumn)]
        for column in columns[len(self.sight.columns) :]:
            column.remove()
        more = [PictureColumn(self.shell) for _ in range(len(self.sight.columns) - len(columns))]
        if more:
            row.mount(*more)
            self.call_after_refresh(self._show)
        return [*columns, *more][: len(self.sight.columns)]

    def _words(self, place: int, width: int) -> list[Line]:
        image = self.sight.images[place]
        return below(image, self.sight.columns[place].samples.words(self.sight.prompt), width)

    def _ahead(self, place: int) -> list[Path]:
        """What the arrows would show next in this column."""
        if self.sight.moving not in (None, place):
            return []
        near = (self.sight.other_step(1), self.sight.other_step(-1), self.sight.other_step(2))
        images = [sight.images[place] for sight in near]
        return [Path(image.path) for image in images if image is not None and image != self.sight.images[place]]

    # Actions ------------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_step(self, by: int) -> None:
        self._look(self.sight.other_step(by))

    def action_prompt(self, by: int) -> None:
        self._look(self.sight.other_prompt(by))

    def action_beside(self) -> None:
        self._look(self.sight.beside_itself())

    def action_fewer(self) -> None:
        self._look(self.sight.with_one_less())

    def action_moving(self) -> None:
        self._look(self.sight.next_moving())

    def action_draw(self) -> None:
        for pane in self.query(PicturePane):
            pane.show_now()

    def action_path(self) -> None:
        if self.chosen is not None:
            show_copied(self, "Where this sample is", self.chosen.path)

    def action_run(self) -> None:
        home, shown = self.home, {column.samples.run for column in self.sight.columns}
        if home is not None:
            self.shell.bridge.call(self, "runs", lambda: _others(home, shown), self._choose)

    def _choose(self, others: list[tuple[RunRecord, RunView]]) -> None:
        if not others:
            self.shell.say("No other run of this project has samples.")
            return

        def picked(index: int | None) -> None:
            if index is not None:
                self.shell.bridge.call(
                    self,
                    "samples",
                    lambda: Samples.of(*others[index]),
                    lambda more: self._look(self.sight.with_run(more)),
                )

        candidates = [Candidate(safe(record.id), f"{len(view.samples)} samples") for record, view in others]
        self.app.push_screen(Finder("Which run beside?", candidates), picked)

    # Real pixels --------------------------------------------------------------------------------------------------

    def action_pixels(self) -> None:
        image = self.chosen
        if image is None:
            return
        if not graphics.has_library():
            self.shell.say(_NO_LIBRARY)
            return
        path, room = Path(image.path), graphics.room(self.size.width, self.size.height - 2)
        self.shell.bridge.call(
            self, "pixels", lambda: self.shell.pictures.pixels(path, *room), lambda picture: self._real(picture, path)
        )

    def _real(self, picture: Picture, path: Path) -> None:
        words = f"{path.name}  {picture.full_width}×{picture.full_height}   any key: back"
        try:
            with self.app.suspend():
                shown = graphics.show(picture, words)
        except SuspendNotSupported:
            shown = False
        if not shown:
            self.shell.say(_NO_GRAPHICS)


def _others(home: Path, shown: set[str]) -> list[tuple[RunRecord, RunView]]:
    """The project's other runs that have samples, newest first."""
    found = []
    for record in list_runs(home):
        if record.id in shown:
            continue
        try:
            view = summary(home, record)
        except SdtuiError:
            continue
        if view.samples:
            found.append((record, view))
    return found


def _text(lines: list[Line]) -> str:
    return "\n".join("".join(text for text, _ in line) for line in lines)
