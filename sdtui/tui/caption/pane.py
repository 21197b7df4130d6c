"""One image's facts and caption: shown while the cursor moves, edited in place, saved byte-exactly, never lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static, TextArea

from sdtui.base.errors import SdtuiError
from sdtui.dataset.project import Project, Sample, Subset
from sdtui.dataset.tags import separators_of
from sdtui.edits.caption_file import CaptionFile
from sdtui.edits.metadata_caption import MetadataCaption
from sdtui.tui.caption.ahead import CaptionsAhead
from sdtui.tui.caption.count import NOTHING, Counted, counted, rules_of
from sdtui.tui.caption.count_line import CountLine
from sdtui.tui.caption.edited import Edited, open_edited, place_text, trained
from sdtui.tui.caption.editor import CaptionEditor
from sdtui.tui.caption.facts import facts_text, source_text, with_unread
from sdtui.tui.caption.saving import CaptionSaver, Typed
from sdtui.tui.project_state import StateKeeper
from sdtui.tui.theme import inks
from sdtui.tui.unhurried import Unhurried

if TYPE_CHECKING:
    from sdtui.tui.app import SdtuiApp

_LONG = 4_000
"""Characters from which on a text is counted in a thread, when typing rests."""
_REST = 0.25


class CaptionPane(Vertical):
    """Facts, where the text comes from, the text, and its count."""

    class Left(Message):
        """Editing is over; the text is saved or on its way."""

    class Drafted(Message):
        """An image has unsaved text now, or none any more."""

    class Shown(Message):
        """Another text stands in the editor, or the same one for another image."""

    class NextLimit(Message):
        """The person wants to cut at another limit."""

    def __init__(self, keeper: StateKeeper) -> None:
        super().__init__(id="caption-pane")
        self._keeper = keeper
        self._saver = CaptionSaver(self, keeper)
        self._ahead = CaptionsAhead(self)
        self._hurry, self._expecting = Unhurried(self), Unhurried(self)
        self._bucketed: Project | None = None
        self._subset: Subset | None = None
        self._file: Edited | None = None
        self._resting: Timer | None = None
        self._edit_when_read: Callable[[], None] | None = None
        """Set while the file is read that is to be edited: lets go of what was typed since."""
        self._format = ""
        self._facts = self._source = Text()
        self._unread = 0
        self.sample: Sample | None = None
        self.limit = 75
        self.editing = False

    def compose(self) -> ComposeResult:
        yield Static("", id="facts", markup=False)
        yield Static("", id="source", markup=False)
        editor = CaptionEditor()
        yield editor
        with Vertical(id="under-caption"):  # of one line, so that what floats over it takes no room from the editor
            yield CountLine()
            yield editor.completer.suggestions

    @property
    def shell(self) -> SdtuiApp:
        """The app, with its type."""
        return cast("SdtuiApp", self.app)

    @property
    def editor(self) -> CaptionEditor:
        return self.query_one(CaptionEditor)

    # Showing ------------------------------------------------------------------------------------------------------

    def show(self, subset: Subset | None, sample: Sample | None) -> None:
        """Show ``sample``, or nothing. Must not be called with another image while one is being edited."""
        same = sample is not None and self.sample is not None and sample.path == self.sample.path
        unchanged = same and sample == self.sample and subset is self._subset
        self._subset, self.sample = subset, sample
        if not same:
            # What is being read is the file of the image before: it must never be taken for this one's.
            self.shell.bridge.cancel(self, "caption")
            self._file = self._ahead.of(sample) if sample is not None else None
            self._format = ""
            self._edit_no_more()
        if not unchanged:
            self._show_facts()
            if not self.editing:
                read = self._file.text if self._file is not None else sample.caption if sample is not None else None
                self._show_text(self._draft_or(read or ""))
        # A metadata file holds the captions of all images, so it is read again only for what is edited.
        if sample is None or (self._in_metadata and not (self.editing or self._edit_when_read)):
            self._hurry.forget()
            self.shell.bridge.cancel(self, "caption")
        else:
            self._hurry.ask(lambda: self._read(sample))

    def expect(self, samples: Sequence[Sample]) -> None:
        """The person is likely to come to one of these next: read their caption files now."""
        self._expecting.ask(lambda: self._ahead.read(samples))

    @property
    def typed(self) -> tuple[str | None, str | None]:
        """The text in the editor as it would be saved, and the tags that its metadata entry joins after it.

        None and None where it is not more than what was scanned.
        """
        if self._file is None or self.sample is None:
            return None, None
        tags = self._file.tags if isinstance(self._file, MetadataCaption) else None
        return self.editor.caption, tags

    @property
    def _in_metadata(self) -> bool:
        return self._subset is not None and self._subset.metadata_file is not None

    def look_again(self) -> None:
        """The caption may have been changed by an undo, which need not change what is known of the project."""
        if self.sample is not None:
            self._read(self.sample)

    def show_format(self, path: Path, format: str) -> None:
        """The picture at ``path`` was opened and is a ``format``."""
        if self.sample is not None and self.sample.path == path and format != self._format:
            self._format = format
            self._show_facts()

    def show_buckets(self, project: Project) -> None:
        """``project`` knows its resolution, and so the bucket of each image."""
        self._bucketed = project
        self._show_facts()

    def show_limit(self, limit: int) -> None:
        """Count against ``limit`` from now on."""
        self.limit = limit
        if self.is_mounted and self.sample is not None:
            self._recount()

    def recolour(self) -> None:
        """The theme has changed."""
        self._show_facts()
        self.editor.redraw()

    def _show_facts(self) -> None:
        ink = inks(self.app.theme)
        if self.sample is None:
            facts = source = Text()
        else:
            facts = facts_text(self._bucketed, self.sample, self._format, ink)
            place = place_text(self._file, ink) if self.editing else None
            source = with_unread(place or source_text(self.sample, self._subset, ink), self._unread, ink)
        if facts != self._facts:
            self._facts = facts
            self.query_one("#facts", Static).update(facts, layout=False)
        self._show_source(source)

    def _show_source(self, text: Text) -> None:
        """It may take up to three lines; only where their number changes is the screen laid out anew."""
        if text == self._source:
            return
        self._source = text
        source = self.query_one("#source", Static)
        longer = text.cell_len > source.size.width or source.size.height > 1
        source.update(text, layout=longer)

    def _show_text(self, text: str) -> None:
        if len(text) < _LONG:
            now = counted(self._as_trained(text), rules_of(self._subset), self.limit)
            self.editor.load(text, now)
            self._show_count(now)
        else:
            self.editor.load(text, NOTHING)
            self._count_long()
        self.post_message(self.Shown())

    def _as_trained(self, text: str) -> str:
        """``text`` of the editor with what the trainer joins to it; while it is only shown, that stands there."""
        return trained(self._file, text) if self.editing else text

    def _draft_or(self, text: str) -> str:
        draft = self._keeper.draft_of(self.sample.path) if self.sample is not None else None
        return text if draft is None else draft

    # Reading ------------------------------------------------------------------------------------------------------

    def _read(self, sample: Sample) -> None:
        self._hurry.forget()
        subset = self._subset

        def read(file: Edited) -> None:
            if self.sample is not None and self.sample.path == sample.path:
                self._was_read(file)

        self.shell.bridge.call(self, "caption", lambda: open_edited(sample, subset), read, self._unreadable)

    def _was_read(self, file: Edited) -> None:
        if self.editing and self._file is not None:
            if file != self._file and self.editor.caption == self._file.text:
                self._file = file  # nothing was typed yet: what stands there now is what is edited
                self._show_text(file.text)
            return
        text = self._draft_or(file.text)
        if isinstance(file, MetadataCaption) and not self._edit_when_read:
            self._show_text(trained(file, text))
            return
        self._file = file
        if text == self.editor.caption:
            self.post_message(self.Shown())  # it is counted already
        else:
            self._show_text(text)
        if self._edit_when_read:
            self._begin(file)
            self._edit_no_more()

    def _unreadable(self, error: SdtuiError) -> None:
        if self.editing:
            return  # what was typed stays in the editor; saving it says what is wrong
        self._file = None
        if self._edit_when_read:
            self._edit_no_more()
            self.shell.explain(error)
        self._show_source(Text(f"! {error.what}", inks(self.app.theme).bad))

    # Editing ------------------------------------------------------------------------------------------------------

    def edit(self) -> None:
        """Let the person type, as soon as the file is read."""
        if self.sample is None or self.editing:
            return
        if self._file is not None and not self._in_metadata:
            self._begin(self._file)
            return
        self._edit_no_more()
        self._edit_when_read = self.shell.typed_ahead.hold()
        self._read(self.sample)

    def _edit_no_more(self) -> None:
        if self._edit_when_read is not None:
            self._edit_when_read()
            self._edit_when_read = None

    def _begin(self, file: Edited) -> None:
        if isinstance(file, CaptionFile) and file.undecodable:
            self.shell.say(
                f"{file.path.name} is not UTF-8, so it is shown and not edited. "
                "Convert it first, for example with iconv.",
                "warning",
            )
            return
        self.editing = True
        self.editor.begin(separators_of(self._subset) if self._subset is not None else (",",))
        if isinstance(file, MetadataCaption):
            self._show_facts()
            self._recount()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if not self.editing or self.sample is None or self._file is None:
            return
        self.editor.completer.typed()
        text = self.editor.caption
        self._keeper.draft(self.sample.path, text if text != self._file.text else None)
        self._recount()
        self.post_message(self.Shown())

    def on_caption_editor_save(self) -> None:
        self.save(lambda: None)

    def on_caption_editor_leave(self) -> None:
        self.save(self._end)

    def on_descendant_blur(self) -> None:
        self.call_later(self._left_for_elsewhere)

    def _left_for_elsewhere(self) -> None:
        """By a click or tab, not by a dialog over it or by another window of the person's desktop."""
        if self.editing and self.app.app_focus and self.app.screen is self.screen and not self.editor.has_focus:
            self.save(self._end)

    def on_caption_editor_limit(self) -> None:
        self.post_message(self.NextLimit())

    def on_caption_editor_revert(self) -> None:
        if self.sample is not None and self._file is not None:
            text = self._file.text
            editor = self.editor
            editor.replace(editor.veiled(text), (0, 0), editor.document.end, maintain_selection_offset=False)

    def _end(self) -> None:
        if isinstance(self._file, MetadataCaption):
            whole = self._as_trained(self.editor.caption)
            self._file, self.editing = None, False
            self._show_text(whole)
            self._show_facts()
        self.editing = False
        self.editor.end()
        self.post_message(self.Left())

    # Counting -----------------------------------------------------------------------------------------------------

    def _recount(self) -> None:
        text = self.editor.caption
        if len(text) < _LONG:
            self.shell.bridge.cancel(self, "count")
            self._show_count(counted(self._as_trained(text), rules_of(self._subset), self.limit))
        elif self._resting is None:
            self._resting = self.set_timer(_REST, self._count_long)
        else:
            self._resting.reset()

    def _count_long(self) -> None:
        self._resting = None
        text, rules, limit = self._as_trained(self.editor.caption), rules_of(self._subset), self.limit
        self.shell.bridge.call(self, "count", lambda: counted(text, rules, limit), self._show_count)

    def _show_count(self, now: Counted) -> None:
        self.editor.mark(now)
        if now.unread != self._unread:
            self._unread = now.unread
            self._show_facts()
        nothing = self.sample is None or (not self.editor.text and not self.editing)
        self.query_one(CountLine).show(None if nothing else now.tokens, self.limit)

    # Saving -------------------------------------------------------------------------------------------------------

    def save(self, then: Callable[[], None]) -> None:
        """Save what was typed, then call ``then``; asks first where a cache of the old text stands."""
        self._saver.save(self._typed(), then)

    def save_at_once(self) -> None:
        """Save without asking: the app ends. Where a cache of the old text stands, the text stays a draft."""
        self._saver.save_at_once(self._typed())

    def _typed(self) -> Typed | None:
        if self.sample is None or self._file is None:
            return None
        return Typed(self.sample, self._file, self.editor.caption)

    def stands(self, sample: Sample, file: Edited) -> None:
        """``file`` is now what stands on disk for ``sample``, or is on its way there."""
        kept = self.editing or not isinstance(file, MetadataCaption)  # an entry is read anew for each edit
        if kept and self.sample is not None and self.sample.path == sample.path:
            self._file = file

    def take(self, sample: Sample, theirs: Edited) -> None:
        """What somebody else wrote for ``sample`` replaces what is in the editor."""
        if self.sample is not None and self.sample.path == sample.path:
            self.stands(sample, theirs)
            self._show_text(theirs.text if self.editing else trained(theirs, theirs.text))
