"""Settings taken over from files of other programs, and written down for the trainer, from the Train screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sdtui.base.text import plural, safe
from sdtui.edits.proposal import Proposal
from sdtui.plans.outcome import Applied
from sdtui.runs.setup.settings_export import ExportedSettings, export_settings
from sdtui.trainer.fields import Value
from sdtui.trainer.profiles import Settings
from sdtui.trainer.settings_import.importing import Imported, to_settings
from sdtui.trainer.settings_import.reading import read_settings
from sdtui.tui.commands import key_of
from sdtui.tui.dialogs import Answer, Ask, AskText
from sdtui.tui.plan.screen import PlanScreen
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen
    from sdtui.tui.train.state import TrainState

_MODEL = "pretrained_model_name_or_path"

EXPORT = Path("config") / "train.toml"
"""Where the settings of a project are written, unless another place is typed."""


def ask_import(screen: ModeScreen, state: TrainState) -> None:
    """Ask for a file, show what it would set and what has no place, and set it when the person agrees."""

    def typed(text: str | None) -> None:
        if text is not None and text.strip():
            path = Path(text.strip()).expanduser()
            call = screen.shell.bridge.call
            call(screen, "import", lambda: to_settings(read_settings(path)), read, screen.shell.explain)

    def read(imported: Imported) -> None:
        answers = (Answer("enter", "take them", "take"), Answer("esc", "leave all as it is", ""))
        model = kept(imported)[_MODEL] if imported.settings[_MODEL] is None else None
        title = f"{imported.kind}: {plural(len(imported.taken), 'setting')} for {imported.settings.script}"
        screen.app.push_screen(
            Ask(title, _told(imported, model, screen.app.theme), answers), lambda said: take(imported, said)
        )

    def kept(imported: Imported) -> Settings:
        """What the file says, with the base model that is chosen where the file names none."""
        settings = imported.settings
        chosen = state.settings_for(settings.profile.name)[_MODEL]
        return settings.with_value(_MODEL, chosen) if settings[_MODEL] is None and chosen is not None else settings

    def take(imported: Imported, answer: str | None) -> None:
        if answer:
            state.take(kept(imported))
            number = plural(len(imported.taken), "setting")
            screen.shell.say(f"{number} taken. The profile is {_profile(imported)}. {_back()}")

    sentence = (
        "A --config_file of sd-scripts (.toml), a preset of kohya_ss' GUI (.json), or a file of "
        "LoRA_Easy_Training_Scripts (.toml). What has no place here is listed before anything is set."
    )
    screen.app.push_screen(AskText("Take settings from which file?", sentence), typed)


def _back() -> str:
    return f"{key_of('train.take_back')} brings back what was set before."


def _profile(imported: Imported) -> str:
    return imported.settings.profile.title


def _told(imported: Imported, model: Value | None, theme: str) -> Text:
    """``model``: the base model that stays, because the file names none."""
    ink = inks(theme)
    text = Text(f"They take the place of what is set for {_profile(imported)}.", ink.text)
    if model is not None:
        text.append(f"\nThe file names no base model; {safe(Path(str(model)).name)} stays.", ink.text)
    for note in imported.notes:
        text.append(f"\n{safe(note)}", ink.text)
    if not imported.left:
        text.append("\n\nEverything in the file has a place.", ink.text)
        return text
    text.append(f"\n\n{plural(len(imported.left), 'setting has', 'settings have')} no place:", ink.text)
    for left in imported.left:
        text.append(f"\n{safe(left.key)} = {safe(left.value)}", ink.warn)
        text.append(f"\n  {safe(left.why)}", ink.dim)
    return text


def ask_to_take(screen: ModeScreen, state: TrainState, settings: Settings, sentence: str) -> None:
    """Fill the form with ``settings``; ask where something else is set for their profile. ``sentence``: what they are.

    They are remembered as if they had been typed.
    """
    set_before = state.settings_for(settings.profile.name)
    differ = [key for key in {**set_before.given, **settings.given} if set_before[key] != settings[key]]

    def take(answer: str | None) -> None:
        if answer:
            state.take(settings)
            screen.shell.say(f"{sentence} {_back()}" if set_before.given else sentence)

    if not set_before.given or not differ:
        take("take")
        return
    answers = (Answer("enter", "take them", "take"), Answer("esc", "leave all as it is", ""))
    places = (
        f"They take the place of what is set for {settings.profile.title}: {plural(len(differ), 'setting')} "
        f"{'differs' if len(differ) == 1 else 'differ'} ({', '.join(differ[:6])}{', …' if len(differ) > 6 else ''})."
    )
    screen.app.push_screen(Ask("Take these settings?", f"{sentence}\n\n{places}", answers), take)


def ask_export(screen: ModeScreen, state: TrainState) -> None:
    """Ask for a file, and show what would be written as a Plan."""
    project, install, settings, user = screen.shell.project, state.install, state.settings, state.user
    if project is None or install is None:
        return

    def typed(text: str | None) -> None:
        if text is not None and text.strip():
            path = project.root / Path(text.strip()).expanduser()

            def make() -> ExportedSettings:
                return export_settings(project, settings, install, path, user=user)

            screen.shell.bridge.call(screen, "export", make, made, screen.shell.explain)

    def made(exported: ExportedSettings) -> None:
        plan = exported.plan
        proposal = Proposal(plan.title, plan)
        screen.app.push_screen(PlanScreen(proposal), lambda applied: written(exported, applied))

    def written(exported: ExportedSettings, applied: Applied | None) -> None:
        if applied is not None:
            screen.shell.say(f"{exported.path} is written. Train with it: --config_file {exported.path}")

    sentence = (
        "A --config_file of sd-scripts: the trainer runs it without sdtui. What it reads goes into a folder beside it."
    )
    screen.app.push_screen(AskText("Write the settings to which file?", sentence, str(EXPORT)), typed)
