"""The app: one project, its modes, and what every screen may ask for.

How a mode plugs in: add a ``Mode`` to ``tui.modes.MODES`` (name, title, digit, module, class). Its class is a
``ModeScreen`` with ``MODE = "name"`` and ``compose_body()``; header and footer are there already. In it:

- ``self.shell`` is this app: ``project_path``, ``project`` (None until something was scanned), ``bridge`` (the only way
  to threads), ``workspace`` (apply a Plan, undo), ``pictures`` (thumbnails and previews), ``explain(error)``,
  ``say(sentence)``, ``mark_mode("monitor", "▶62%")``, ``slow``.
- ``self.shell.checked`` is what the checks have found, ``workspace.checking`` has them made anew.
- ``self.watch_project(callback)`` hears of the project now and whenever it changes.
- ``BINDINGS = offered(Command(...), ...)`` is all that footer, help and palette need.
- ``inks(self.app.theme)`` has the styles for widgets that draw lines; TCSS has ``$text-plain $dim $accent $good $warn
  $bad $background $surface $panel``. One ``styles/NAME.tcss`` a screen is loaded by itself.
- ``before_quit()`` on a screen is asked before the app ends.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.reactive import var
from textual.screen import Screen
from textual.signal import Signal

import sdtui
from sdtui.base.errors import SdtuiError
from sdtui.base.paths import PROJECT_FOLDER, shown
from sdtui.base.text import safe_lines
from sdtui.base.work import Progress
from sdtui.dataset.project import Project
from sdtui.tui import keys, recent
from sdtui.tui.bridge import Bridge
from sdtui.tui.commands import Offers
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.escape import keep_escape_apart
from sdtui.tui.hangup import end_with_terminal
from sdtui.tui.help import HelpScreen
from sdtui.tui.keymap import use_keymap, write_template
from sdtui.tui.leaving import LeavesOnce
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.modes import MODES, Mode
from sdtui.tui.palette import show_palette
from sdtui.tui.pictures import Pictures
from sdtui.tui.theme import DARK, THEMES, variables
from sdtui.tui.too_small import TooSmall, too_small
from sdtui.tui.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from sdtui.runs.others.places import ForeignPlaces
    from sdtui.tui.checks.checking import Checked
    from sdtui.tui.workspace import Workspace


_BEACON_AFTER = 1.0
"""Seconds after opening a project at which its runs are looked for: the first frame comes first."""

_NEWS = 3
"""Notices of what was done that stand at once. Warnings and errors stay as long as they are to be read."""

_TIME_TO_READ = 30
"""Seconds that the problems of the user's keymap stay on the screen."""


def _styles() -> list[str | PurePath]:
    packaged = Path(sdtui.__file__).parent / "styles"
    folder = packaged if packaged.is_dir() else packaged.parent.parent / "styles"
    return [*sorted(folder.glob("*.tcss"))]


class SdtuiApp(Offers, App[None]):
    """sdtui, full screen."""

    TITLE = "sdtui"
    CSS_PATH = _styles()
    ENABLE_COMMAND_PALETTE = False
    NOTIFICATION_TIMEOUT = 6

    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    project: var[Project | None] = var(None, always_update=True)
    """The open project as it stands on disk; incomplete while ``scanning`` is not None."""
    scanning: var[Progress | None] = var(None)
    """How far the first scan is; None when it is over."""

    checked: var[Checked | None] = var(None, always_update=True)
    """What the newest checks of the project have found; None before the first."""
    checking: var[Progress | None] = var(None)
    """How far the checks are that go on; None where none do."""

    def __init__(
        self,
        project_path: Path | None,
        mode: str | None = None,
        *,
        slow: bool = False,
        foreign: ForeignPlaces | None = None,
    ) -> None:
        """``foreign``: a run that sdtui did not start, to be shown instead of asking for a project."""
        self._keymap_problems = use_keymap()
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.project_path = project_path
        self.slow = slow
        self._foreign = foreign
        self.animation_level = "none"
        self.bridge = Bridge(self, self.explain)
        self.typed_ahead = TypedAhead(self)
        self.run_ended: Signal[None] = Signal(self, "run_ended")
        """Published when a run of the project was told to have ended."""
        self.pictures = Pictures(self.bridge)
        few = {"256": 256, "standard": 256}.get(self.console.color_system or "")
        self.pictures.colours = 0 if self.no_color else few
        self.workspace: Workspace | None = None
        self.marks: dict[str, str] = {}
        self._first_mode = mode or MODES[0].name
        self._opened = 0
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "ansi-dark" if self.no_color else THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variables(DARK)

    def on_mount(self) -> None:
        if self._keymap_problems:
            told = safe_lines("\n".join(self._keymap_problems))
            self.notify(told, severity="warning", timeout=_TIME_TO_READ, markup=False)
        if self._foreign is not None:
            from sdtui.tui.monitor.foreign_screen import show_places

            show_places(self, self._foreign)
        elif self.project_path is None:
            self.action_open()
        else:
            self.open_project(self.project_path, self._first_mode)

    # Projects -----------------------------------------------------------------------------------------------------

    def open_project(self, path: Path, mode: str = MODES[0].name) -> None:
        """Leave the open project, if any, and open the folder or TOML at ``path``."""
        self._close_project()
        self.project_path = path.absolute()
        self._opened += 1
        for entry in MODES:
            self.add_mode(self._mode_key(entry.name), partial(self._make_screen, entry))
        from sdtui.tui.workspace import Workspace

        self.workspace = Workspace(self, self.project_path)
        self.switch_mode(self._mode_key(mode))
        self.workspace.open()
        self.set_timer(_BEACON_AFTER, partial(self._light_beacon, self._opened))

    def project_opened(self, project: Project) -> None:
        """The first scan is over."""
        assert self.project_path is not None
        recent.remember(self.project_path)
        for note in project.notes:
            self.say(note)
        from sdtui.tui import unfinished
        from sdtui.tui.queue.open import ask_after_restart

        ask_after_restart(self)
        unfinished.ask_about(self, project)

    def could_not_open(self, error: SdtuiError) -> None:
        """The first scan failed: say why, and ask for another folder."""
        config = self.project_path is not None and self.project_path.is_file()
        look = (Answer("c", "see what is wrong", "checks"),) if config else ()
        answers = (Answer("enter", "choose another", "open"), *look, Answer("esc", "stay", ""))

        def answered(answer: str | None) -> None:
            if answer == "open":
                self.action_open()
            elif answer == "checks":
                self.action_mode("checks")

        self.push_screen(Ask("This could not be opened", error.sentence(), answers), answered)

    def _light_beacon(self, opened: int) -> None:
        """Let the header say how the project's newest run goes, unless another project was opened meanwhile."""
        path = self.project_path
        screens = (screen for stack in self._screen_stacks.values() for screen in stack)
        watched = any(isinstance(screen, ModeScreen) and screen.MODE == "monitor" for screen in screens)
        if path is not None and opened == self._opened and not watched:
            from sdtui.tui.monitor.beacon import light

            light(self, (path if path.is_dir() else path.parent) / PROJECT_FOLDER)

    def _close_project(self) -> None:
        self.bridge.cancel(self, "beacon")
        if self.workspace is not None:
            self.workspace.close()
        self.project = None
        self.scanning = None
        self.marks = {}

    def _make_screen(self, mode: Mode) -> Screen[Any]:
        return mode.load()()

    def _mode_key(self, name: str) -> str:
        # Each opening has modes of its own, so that no screen of the project before is met again.
        return f"{name}@{self._opened}"

    # What screens ask for -----------------------------------------------------------------------------------------

    def explain(self, error: SdtuiError) -> None:
        """An error as a notice."""
        self.say(error.sentence(), "error")

    def say(self, sentence: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """A notice that goes away by itself; news push out older news before they cover the screen."""
        self.notify(safe_lines(sentence), severity=severity, markup=False)
        if severity == "information":
            self.call_later(self._forget_old_news)  # the notice is on its way by a message too

    def _forget_old_news(self) -> None:
        news = [notice for notice in self._notifications if notice.severity == "information"]
        for notice in news[:-_NEWS]:
            self._unnotify(notice)

    def mark_mode(self, mode: str, mark: str) -> None:
        """Write ``mark`` beside the title of ``mode`` in the header; empty takes it away."""
        if self.marks.get(mode, "") != mark:
            self.marks = {**self.marks, mode: mark}
            if isinstance(self.screen, ModeScreen):
                self.screen.show_header()

    # Actions ------------------------------------------------------------------------------------------------------

    def action_mode(self, name: str) -> None:
        if self.project_path is not None and self.current_mode != self._mode_key(name):
            self.switch_mode(self._mode_key(name))

    def action_open(self) -> None:
        from sdtui.tui.picker.screen import PickerScreen

        def chosen(path: Path | None) -> None:
            if path is not None:
                self.open_project(path)
            elif self.project_path is None:
                self.exit()

        start = self.project_path.parent if self.project_path is not None else Path.cwd()
        self.push_screen(PickerScreen(start), chosen)

    def action_palette(self) -> None:
        show_palette(self)

    def action_help(self) -> None:
        self.push_screen(HelpScreen(self.screen))

    def action_open_run(self) -> None:
        from sdtui.tui.monitor.foreign_screen import ask_for_run

        ask_for_run(self)

    def action_prompts(self) -> None:
        from sdtui.tui.prompts.open import show_prompts

        show_prompts(self)

    def action_write_keymap(self) -> None:
        try:
            path = write_template()
        except SdtuiError as error:
            self.explain(error)
        else:
            self.say(f"Every key stands in {shown(path)}. Change it, and start sdtui again.")

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]

    async def action_quit(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Save what is being typed, and end."""
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, (ModeScreen, LeavesOnce)):
                    screen.before_quit()
        self.exit()

    def on_unmount(self) -> None:
        if self.workspace is not None:
            self.workspace.close()

    async def on_event(self, event: events.Event) -> None:
        if not self.typed_ahead.keeps(event):
            await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        if too_small(event.size) and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())


def run_app(
    path: Path | None, mode: str | None = None, *, slow: bool = False, foreign: ForeignPlaces | None = None
) -> None:
    """Open the screen on ``path`` (None: ask) in ``mode``, or on a ``foreign`` run; returns when it has been left."""
    app = SdtuiApp(path, mode, slow=slow, foreign=foreign)
    end_with_terminal(app)
    keep_escape_apart()
    try:
        app.run()
    finally:
        app.bridge.drain()
        app.bridge.close()
        app.pictures.close()
    sys.exit(app.return_code or 0)
