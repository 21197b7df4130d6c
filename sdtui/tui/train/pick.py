"""Choosing instead of typing: base models from their folders, scripts from the trainer's, samplers from a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.paths import shown
from sdtui.base.text import file_size, safe
from sdtui.trainer.base_models import base_models
from sdtui.trainer.fields import Field
from sdtui.trainer.profiles import Settings
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.train.form import TITLE_WIDTH

if TYPE_CHECKING:
    from sdtui.tui.mode_screen import ModeScreen
    from sdtui.tui.train.state import TrainState

_TYPE_IT = "type a path or a name on Hugging Face …"


def pick_model(screen: ModeScreen, state: TrainState, chosen: Callable[[str], None], typed: Callable[[], None]) -> None:
    """List the base models of this machine; ``typed`` where there is none, or where the person wants to type."""
    user = state.user

    def listed(models: list[tuple[Path, int]]) -> None:
        if not models:
            screen.shell.say("No base model was found in the usual places: type its path, or set the models folder.")
            typed()
            return
        candidates = [
            Candidate(safe(path.name), f"{_beside(size)}  {safe(shown(path.parent))}") for path, size in models
        ]
        paths = [str(path) for path, _ in models]
        _find(screen, "Which base model?", [*candidates, Candidate(_TYPE_IT)], [*paths, None], chosen, typed)

    screen.shell.bridge.call(screen, "models", lambda: [(path, _size(path)) for path in base_models(user)], listed)


def pick_value(
    screen: ModeScreen, title: str, values: Sequence[str], chosen: Callable[[str], None], beside: Sequence[str] = ()
) -> None:
    """List values to choose from."""
    notes = beside or [""] * len(values)
    candidates = [Candidate(safe(value), safe(note)) for value, note in zip(values, notes, strict=True)]
    _find(screen, title, candidates, values, chosen, lambda: None)


def pick_setting(screen: ModeScreen, settings: Settings, chosen: Callable[[str], None]) -> None:
    """Find any argument that can be set, the form's own first, by its name or by what is said of it."""
    fields = [settings.field(key) for key in settings.known_keys()]
    candidates = [
        Candidate(f"{_title(field):<{TITLE_WIDTH}} {field.key}", safe(settings.text(field.key)), safe(field.help))
        for field in fields
    ]
    keys = [field.key for field in fields]
    title = "Which setting? Letters of its name, or a word of its help"
    _find(screen, title, candidates, keys, chosen, lambda: None, by_notes=True)


def _title(field: Field) -> str:
    """Nothing where it would only say the name again."""
    return "" if field.title == field.key.replace("_", " ") else field.title


def _find(
    screen: ModeScreen,
    title: str,
    candidates: Sequence[Candidate],
    values: Sequence[str | None],
    chosen: Callable[[str], None],
    typed: Callable[[], None],
    *,
    by_notes: bool = False,
) -> None:
    def picked(index: int | None) -> None:
        if index is None:
            return
        value = values[index]
        if value is None:
            typed()
        else:
            chosen(value)

    screen.app.push_screen(Finder(title, candidates, by_notes=by_notes), picked)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _beside(size: int) -> str:
    return file_size(size) if size else "diffusers"
