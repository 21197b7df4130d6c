"""What the Train screen knows: the settings, the trainer that was found, and the run that would come of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import SdtuiError
from sdtui.base.settings import UserSettings, load_settings, save_setting
from sdtui.runs.queueing.turns import holder_now
from sdtui.runs.setup.remembered import recall, remember, settings_of, with_settings
from sdtui.runs.setup.request import Prepared, make_request
from sdtui.trainer.installed_arguments import learn_installed
from sdtui.trainer.location import TrainerInstall, best_of, find_trainers
from sdtui.trainer.profiles import Settings
from sdtui.tui.commands import key_of
from sdtui.tui.train.estimate import Cost, cost_of, last_of
from sdtui.tui.train.rehearsing import Standing, standing_of

if TYPE_CHECKING:
    from textual.timer import Timer

    from sdtui.tui.mode_screen import ModeScreen

REST = 0.25
"""Seconds without a further key after which the run is worked out anew."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The run that would come of the settings, or why there is none."""

    prepared: Prepared | None = None
    cost: Cost | None = None
    problem: str | None = None
    waiting: str | None = None
    """What is being waited for; None when this is up to date."""
    rehearsed: Standing | None = None
    """What is known of the last rehearsal with sd-scripts."""
    holder: str | None = None
    """The name of a run that goes on and has a card which this one would use."""


class TrainState:
    """Holds all of it for one project; ``changed`` is called whenever something is other than before."""

    def __init__(self, screen: ModeScreen, home: Path, changed: Callable[[], None]) -> None:
        self._screen = screen
        self.home = home
        self._changed = changed
        self._remembered, problem = recall(home)
        if problem:
            screen.shell.say(problem, "warning")
        self.settings = settings_of(self._remembered, self._remembered.profile)
        loaded = load_settings()
        for sentence in loaded.problems:
            screen.shell.say(sentence, "warning")
        self.user: UserSettings = loaded.settings
        self.trainers: tuple[TrainerInstall, ...] | None = None
        """What was found, the likeliest first; None while it is being looked for."""
        self.arguments: int | None = None
        """How many arguments the installed script said that it takes; None where it was not asked, or could not say."""
        self._asked: tuple[Path, str] | None = None
        self._before: tuple[str, Settings] | None = None
        """The profile that was shown before settings came as a whole, and what was set for theirs."""
        self.outcome = Outcome(waiting="reading the dataset")
        self._timer: Timer | None = None

    @property
    def install(self) -> TrainerInstall | None:
        """The trainer that runs would be started with."""
        return best_of(self.trainers or ())

    @property
    def checked(self) -> bool:
        """Whether the checks are about the run as it is set now."""
        workspace = self._screen.shell.workspace
        return workspace is not None and workspace.checking.knows(self.settings)

    # Changing -----------------------------------------------------------------------------------------------------

    def set(self, settings: Settings) -> None:
        """Go on with these settings, and remember them."""
        self.settings = settings
        self._learn_arguments()
        self._remembered = remembered = with_settings(self._remembered, settings)
        bridge = self._screen.shell.bridge
        bridge.write(self._screen, lambda: remember(self.home, remembered), lambda _none: None)
        self.prepare_soon()

    def take(self, settings: Settings) -> None:
        """Go on with settings that come as a whole; ``take_back`` brings back what was set for their profile."""
        self._before = self.settings.profile.name, self.settings_for(settings.profile.name)
        self.set(settings)

    @property
    def can_take_back(self) -> bool:
        """Whether settings came as a whole."""
        return self._before is not None

    def take_back(self) -> None:
        """Bring back what was set before settings came as a whole; a second time what stood here now."""
        if self._before is None:
            return
        profile, settings = self._before
        self.take(settings)
        if profile != settings.profile.name:
            self.set_profile(profile)

    def set_profile(self, name: str) -> None:
        """Go to another profile, with what was set there."""
        self.set(settings_of(self._remembered, name))

    def settings_for(self, profile: str) -> Settings:
        """What is set for ``profile``, whether it is shown or not."""
        return self.settings if profile == self.settings.profile.name else settings_of(self._remembered, profile)

    def set_user(self, key: str, value: str) -> None:
        """Change one of the user's own settings; empty: as it is found."""

        def saved(_none: None) -> None:
            self.user = load_settings().settings
            self.find_trainers()

        self._screen.shell.bridge.write(self._screen, lambda: save_setting(key, value or None), saved)

    # Working out --------------------------------------------------------------------------------------------------

    def find_trainers(self) -> None:
        """Look for sd-scripts; its Pythons are asked what they have, which takes a moment."""
        self.trainers = None
        user, near = self.user, self.home.parent
        self._screen.shell.bridge.call(
            self._screen, "trainers", lambda: find_trainers(user, near=near), self._found_trainers
        )
        self.prepare_soon()

    def _found_trainers(self, found: tuple[TrainerInstall, ...]) -> None:
        self.trainers = found
        self._learn_arguments()
        self.prepare_soon()

    def _learn_arguments(self) -> None:
        """Ask the installed script what it takes, once: until it has answered, our own table holds."""
        install, script = self.install, self.settings.script
        if install is None or self.settings.profile.rehearsal or script not in install.scripts:
            return
        if self._asked == (install.folder, script):
            return
        self._asked, self.arguments = (install.folder, script), None

        def learned(number: int) -> None:
            self.arguments = number
            self.prepare_soon()

        bridge = self._screen.shell.bridge
        # Where it cannot be asked our own table goes on to hold; what is wrong with it is said where it is found.
        bridge.call(self._screen, "arguments", lambda: learn_installed(install, script), learned, lambda _error: None)

    def prepare_soon(self) -> None:
        """Work the run out when the keys rest."""
        self._changed()
        if self._timer is None:
            self._timer = self._screen.set_timer(REST, self._prepare)
        else:
            self._timer.reset()

    def make(self, settings: Settings) -> Callable[[], Prepared] | None:
        """How to make the request for a run with ``settings``; None while what it needs is not known."""
        project, user, install = self._screen.shell.project, self.user, self.install
        if project is None or self._screen.shell.scanning is not None:
            return None
        if self.trainers is None and not settings.profile.rehearsal:
            return None
        return lambda: make_request(project, settings, install, user=user)

    def _prepare(self) -> None:
        self._timer = None
        if not self._screen.is_current:
            return
        settings = self.settings
        make = self.make(settings)
        if make is None:
            scanning = self._screen.shell.project is None or self._screen.shell.scanning is not None
            self._show(Outcome(waiting="reading the dataset" if scanning else "looking for sd-scripts"))
            return
        if self._screen.shell.workspace is not None:
            self._screen.shell.workspace.checking.ask(settings, self.install)
        if self.trainers == () and not settings.profile.rehearsal:
            self._show(Outcome(problem=_no_trainer()))
            return
        home, project, install = self.home, self._screen.shell.project, self.install

        def work_out() -> Outcome:
            prepared = make()
            cost = cost_of(prepared, settings, last_of(home, settings.profile.name))
            rehearsed = standing_of(project, settings, install) if project else None
            return Outcome(prepared, cost, rehearsed=rehearsed, holder=holder_now(prepared.request.env))

        self._screen.shell.bridge.call(self._screen, "prepare", work_out, self._show, self._refused)

    def _refused(self, error: SdtuiError) -> None:
        self._show(Outcome(problem=error.sentence()))

    def _show(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._changed()


def _no_trainer() -> str:
    key = key_of("train.rehearse")
    return (
        f"sd-scripts was not found. Set its folder in the row sd-scripts, or press {key} to rehearse: that needs none."
    )
