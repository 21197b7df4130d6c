"""Saving what was typed: asks where that costs a cache or another's text, and loses the text in no case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from sdtui.base.errors import ChangedOutsideError, SdtuiError
from sdtui.base.text import plural, safe_lines
from sdtui.dataset.project import Sample
from sdtui.edits.caption_file import CaptionFile
from sdtui.tui.caption.edited import Edited, as_saved, caches_of_old_text, plan_to_save, read_again
from sdtui.tui.dialogs import Answer, Ask
from sdtui.tui.project_state import StateKeeper
from sdtui.tui.theme import inks

if TYPE_CHECKING:
    from sdtui.tui.caption.pane import CaptionPane


@dataclass(frozen=True, slots=True)
class Typed:
    """The text in the editor, and what it was typed into."""

    sample: Sample
    file: Edited
    """As it was read."""
    text: str

    def __post_init__(self) -> None:
        # Whatever goes wrong elsewhere, a text is never written into the file of another image.
        if isinstance(self.file, CaptionFile) and self.file.path != self.sample.caption_path:
            raise RuntimeError(f"{self.file.path} is not the caption of {self.sample.path}")

    @property
    def changed(self) -> bool:
        return self.text != self.file.text


class CaptionSaver:
    """Writes the text of a pane's editor through the journal; what is not written stays a draft."""

    def __init__(self, pane: CaptionPane, keeper: StateKeeper) -> None:
        self._pane = pane
        self._keeper = keeper

    def save(self, typed: Typed | None, then: Callable[[], None]) -> None:
        """Save ``typed``, then call ``then``; asks first where a cache of the old text stands."""
        if typed is None or not typed.changed:
            if self._pane.sample is not None:
                self._drop_draft(self._pane.sample)
            then()
            return

        release = self._pane.shell.typed_ahead.hold()
        image = typed.sample.path

        def asked(answer: str | None) -> None:
            if answer in ("delete", "keep"):
                self._write(typed, delete_stale=answer == "delete")
                then()

        def looked(caches: tuple[Path, ...]) -> None:
            if caches:
                self._pane.app.push_screen(_about_caches(caches), asked)
            else:
                asked("delete")
            release()

        def failed(error: SdtuiError) -> None:
            self._pane.shell.explain(error)
            release()

        self._pane.shell.bridge.call(self._pane, "stale", lambda: caches_of_old_text(typed.file, image), looked, failed)

    def save_at_once(self, typed: Typed | None) -> None:
        """Save without asking: the app ends. Where a cache of the old text stands, the text stays a draft."""
        if typed is not None and typed.changed and not caches_of_old_text(typed.file, typed.sample.path):
            self._write(typed, delete_stale=False)

    def _write(self, typed: Typed, *, delete_stale: bool) -> None:
        sample, file, text = typed.sample, typed.file, typed.text
        workspace = self._pane.shell.workspace
        if workspace is None:
            return
        try:
            saved = as_saved(file, text)
        except SdtuiError as error:
            self._pane.shell.explain(error)
            return
        self._pane.stands(sample, saved)

        def applied(_applied: object) -> None:
            if self._keeper.draft_of(sample.path) == text:
                self._drop_draft(sample)

        workspace.apply(
            lambda: plan_to_save(file, text, sample.path, delete_stale=delete_stale),
            applied,
            lambda error: self._not_saved(typed, error),
        )

    def _drop_draft(self, sample: Sample) -> None:
        self._keeper.draft(sample.path, None)
        self._pane.post_message(self._pane.Drafted())

    def _not_saved(self, typed: Typed, error: SdtuiError) -> None:
        """The text stays as a draft, whatever happened."""
        sample, file = typed.sample, typed.file
        self._keeper.draft(sample.path, typed.text)
        self._pane.post_message(self._pane.Drafted())
        self._pane.stands(sample, file)
        if isinstance(error, ChangedOutsideError):
            self._pane.shell.bridge.call(
                self._pane,
                f"theirs {sample.path}",
                lambda: read_again(file),
                lambda theirs: self._ask_whose(sample, theirs, typed.text),
            )
        else:
            self._pane.shell.explain(error)

    def _ask_whose(self, sample: Sample, theirs: Edited, mine: str) -> None:
        def answered(answer: str | None) -> None:
            if answer == "mine":
                self._write(Typed(sample, theirs, mine), delete_stale=True)
            elif answer == "theirs":
                self._drop_draft(sample)
                self._pane.take(sample, theirs)

        self._pane.app.push_screen(
            Ask(
                f"{sample.caption_path.name} changed meanwhile",
                self._both(mine, theirs),
                (
                    Answer("m", "save mine", "mine"),
                    Answer("t", "take theirs", "theirs"),
                    Answer("esc", "decide later", ""),
                ),
            ),
            answered,
        )

    def _both(self, mine: str, theirs: Edited) -> Text:
        ink = inks(self._pane.app.theme)
        gone = isinstance(theirs, CaptionFile) and theirs.data is None
        return Text.assemble(
            ("While you were typing, somebody else changed this caption. Both texts are here still.\n\n", ink.text),
            ("mine\n", ink.dim),
            (_excerpt(mine), ink.text),
            ("\n\ntheirs\n", ink.dim),
            ("(the file was deleted)" if gone else _excerpt(theirs.text), ink.text),
        )


def _about_caches(caches: tuple[Path, ...]) -> Ask:
    names = "\n".join(cache.name for cache in caches)
    return Ask(
        f"{plural(len(caches), 'cache')} of the old text",
        f"The trainer would go on with the old text as long as this stands beside the image:\n\n{names}",
        (
            Answer("d", "save and delete it", "delete"),
            Answer("k", "save and keep it", "keep"),
            Answer("esc", "go on editing", ""),
        ),
    )


def _excerpt(text: str, most: int = 600) -> str:
    return safe_lines(text if len(text) <= most else f"{text[:most]}…")
