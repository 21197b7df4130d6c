"""The tags that captions are completed from: of the person's files, read once, and of the project as it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdtui.base.settings import load_settings, save_setting
from sdtui.dataset.project import Project
from sdtui.dataset.tag_vocabulary import OWN, LoadedVocabulary, Suggestion, TagVocabulary, load_vocabulary
from sdtui.dataset.tags import TagCount, loosened, tag_table
from sdtui.tui.complete.place import in_sentences, is_tag

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

MOST = 6
"""Suggestions at a time."""


class SharedVocabulary:
    """One for all editors of the open project. A tag file of 200,000 tags takes a second to read: in a thread, once."""

    def __init__(self, app: SdtuiApp) -> None:
        self._app = app
        self._own = TagVocabulary()
        self._files: TagVocabulary | None = None
        self._read_for: Project | None = None
        self.sentences = False
        """The captions are mostly sentences: nothing is suggested unless the person asks."""
        self.wanted = True
        """Tags are suggested while one types."""

    def look_again(self) -> None:
        """Read what is new in the project since the last time."""
        project = self._app.project
        if project is None or project is self._read_for or self._app.scanning is not None:
            return
        self._read_for = project
        first = self._files is None
        self._app.bridge.call(self._app, "vocabulary", lambda: _read(project, with_files=first), self._was_read)

    def _was_read(self, read: tuple[tuple[TagCount, ...], TagVocabulary, LoadedVocabulary | None, bool]) -> None:
        table, self._own, loaded, wanted = read
        self.sentences = in_sentences(table)
        if loaded is not None:
            self._files, self.wanted = loaded.vocabulary, wanted
            for problem in loaded.problems:
                self._app.say(problem, "warning")

    def turn(self) -> None:
        """Suggest while one types, or no longer; remembered in the settings."""
        wanted = self.wanted = not self.wanted
        words = "Tags are suggested while you type." if wanted else "Tags are suggested only when you ask."
        self._app.bridge.write(
            self._app, lambda: save_setting("suggest_tags", wanted), lambda _none: self._app.say(words)
        )

    def complete(self, typed: str) -> tuple[Suggestion, ...]:
        """The project's own tags first, then those of the files; nothing that stands there already. For a thread."""
        found = {loosened(each.text): each for each in self._own.complete(typed, 2 * MOST)}
        for each in self._files.complete(typed, 2 * MOST) if self._files is not None else ():
            if each.source != OWN:
                found.setdefault(loosened(each.text), each)
        return tuple(each for each in found.values() if each.text != typed.strip() and is_tag(each.text))[:MOST]


def _read(
    project: Project, *, with_files: bool
) -> tuple[tuple[TagCount, ...], TagVocabulary, LoadedVocabulary | None, bool]:
    table = tag_table(project)
    loaded = load_vocabulary(project, table) if with_files else None
    return table, TagVocabulary(table), loaded, load_settings().settings.suggest_tags
