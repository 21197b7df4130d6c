"""Which image goes to which bucket, and what is trained of it, drawn over its picture.

``app.push_screen(BucketsScreen(project), callback)``: the callback gets the image that is to be shown in Dataset, or
None.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from sdtui.base.errors import SdtuiError
from sdtui.base.text import count, safe
from sdtui.dataset.bucket_preview import BucketPreview
from sdtui.dataset.project import Project
from sdtui.trainer.dataset_arguments import read_resolution
from sdtui.tui.buckets import keys
from sdtui.tui.buckets.counting import Counted, Tried, counted
from sdtui.tui.buckets.crop_pane import CropPane
from sdtui.tui.buckets.group_list import GroupList
from sdtui.tui.buckets.groups import by_name
from sdtui.tui.buckets.image_list import CutList
from sdtui.tui.buckets.words import image_lines, notes, rules_line, title_spans
from sdtui.tui.dialogs import AskText
from sdtui.tui.page import Page
from sdtui.tui.widgets.cells import fit
from sdtui.tui.widgets.footer import Footer
from sdtui.tui.widgets.lines import Line, Lines, wrap
from sdtui.tui.widgets.virtual_list import VirtualList

_AHEAD = 2


class BucketsScreen(Page[Path | None]):
    """The buckets of the project. Dismissed with the image that is to be shown, or None."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]  # noqa: RUF012 -- Textual's own form
    AUTO_FOCUS = "GroupList"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self, project: Project, batch: int | None = None) -> None:
        """``batch``: the batch size that is tried at first."""
        super().__init__()
        self._project = project
        self._tried = Tried(batch)
        self._left_out: tuple[str, ...] = ()
        self._by_name = False
        self.preview: BucketPreview | None = None

    def compose(self) -> ComposeResult:
        yield Lines(id="bucket-title")
        with Horizontal(id="buckets"):
            with Vertical(id="bucket-lists"):
                yield Lines(id="bucket-heading")
                yield GroupList()
                yield Lines(id="bucket-about")
                yield Lines(id="bucket-images-heading")
                yield CutList()
            with Vertical(id="bucket-look"):
                yield CropPane(self.shell.pictures, on_request=self.shell.slow)
                yield Lines(id="bucket-image")
        yield Footer()

    @property
    def groups(self) -> GroupList:
        return self.query_one(GroupList)

    @property
    def images(self) -> CutList:
        return self.query_one(CutList)

    # Counting -----------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.watch(self.app, "project", self._project_changed, init=False)
        self.watch(self.app, "theme", self._show, init=False)
        self._count()

    def _project_changed(self, project: Project | None) -> None:
        if project is not None and self.shell.scanning is None:
            self._project = project
            self._count()

    def _count(self) -> None:
        project, tried = self._project, self._tried
        self.shell.bridge.call(self, "count", lambda: counted(project, tried), self._was_counted, self._uncountable)
        self._show()

    def _was_counted(self, result: Counted) -> None:
        before = self.groups.group.title if self.groups.group is not None else ""
        self.preview, self._left_out = result.preview, result.left_out
        groups = self.groups
        groups.groups = result.groups
        refused = any(dataset.refused for dataset in result.preview.datasets)
        groups.teaching = ["the trainer refuses these buckets" if refused else "there is nothing to train on"]
        row = next((row for row, group in enumerate(groups.groups) if group.title == before), 0)
        groups.rows_changed(row)
        self._list_images()
        self._show()

    def _uncountable(self, error: SdtuiError) -> None:
        self.preview, self._left_out = None, (error.sentence(),)
        self.groups.groups = ()
        self.groups.teaching = ["no buckets can be made of this"]
        self.groups.rows_changed(0)
        self._list_images()
        self._show()

    # Showing ------------------------------------------------------------------------------------------------------

    def _list_images(self) -> None:
        """The images of the bucket under the cursor; the cursor stays on the image where it was, if that is there."""
        images, group = self.images, self.groups.group
        before = images.image.sample.path if images.image is not None else None
        listed = group.images if group is not None else ()
        images.images = by_name(listed) if self._by_name else listed
        row = next((row for row, image in enumerate(images.images) if image.sample.path == before), 0)
        images.rows_changed(row)
        self._show_image()

    def _show(self) -> None:
        self.query_one("#bucket-title", Lines).show_fitted(self._title)
        self.query_one("#bucket-about", Lines).show_fitted(self._about)
        self._show_headings()
        self._show_image()
        self.refresh_bindings()

    def _title(self, width: int) -> list[Line]:
        preview = self.preview
        if preview is None:
            words = "" if self._left_out else "the images are being placed"
            return [[(" Buckets", "strong"), (f"   {words}", "dim")]]
        tried = "   tried, not written" if self._tried != Tried() else ""
        rules: Line = [(f"   {rules_line(preview)}", "dim"), (tried, "accent")]
        if width < 100:
            return [[(" Buckets", "strong"), *rules], [(" ", "plain"), *title_spans(preview)]]
        return [[(" Buckets", "strong"), ("   ", "plain"), *title_spans(preview), *rules]]

    def _about(self, width: int) -> list[Line]:
        if self.preview is None:
            told = [(safe(sentence), "bad") for sentence in self._left_out]
        else:
            group = self.groups.group
            about = [(group.sentence, group.role)] if group is not None and group.sentence else []
            told = [*about, *notes(self.preview, self._left_out)]
        room = (3 if self.groups.groups else 8) if self.size.height < 32 else 6
        lines: list[Line] = [line for sentence, role in told for line in wrap(sentence, width, role)]
        if len(lines) > room:
            text, role = lines[room - 1][0]
            lines[room - 1 :] = [[(fit(text, width - 2).rstrip() + " …", role)]]
        return lines

    def _show_headings(self) -> None:
        images = self.images
        group = self.groups.group
        words = f"IMAGES · {count(len(images.images))}" if group is not None else "IMAGES"
        self.query_one("#bucket-heading", Lines).show([[(self.groups.heading(), "dim")]])
        self.query_one("#bucket-images-heading", Lines).show([[(images.heading(words), "dim")]])

    def _show_image(self) -> None:
        images, image = self.images, self.images.image
        following = [each.sample.path for each in images.images[images.cursor + 1 : images.cursor + 1 + _AHEAD]]
        self.query_one(CropPane).show_image(image, following)
        about = self.query_one("#bucket-image", Lines)
        about.show_fitted(lambda width: image_lines(image, width)[:5] if image is not None else [])

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        if event.rows is self.groups:
            self._list_images()
            self._show()
        elif event.rows is self.images:
            self._show_image()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_headings()

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        if event.rows is self.groups:
            self.action_images()
        else:
            self.action_show()

    # Actions ------------------------------------------------------------------------------------------------------

    def action_images(self) -> None:
        self.images.focus()

    def action_groups(self) -> None:
        self.groups.focus()

    def action_order(self) -> None:
        self._by_name = not self._by_name
        self._list_images()
        self.images.cursor = 0
        self.shell.say("The images stand by name now." if self._by_name else "What is cut most stands first now.")

    def action_view(self) -> None:
        self.query_one(CropPane).show_now()

    def action_ask_batch(self) -> None:
        def answered(text: str | None) -> None:
            if text is None:
                return
            number = text.strip()
            if number and not (number.isascii() and number.isdigit() and 0 < int(number) < 10**6):
                self.shell.say(f"“{text}” is no whole number from 1 on.", "warning")
                return
            self._tried = replace(self._tried, batch=int(number) if number else None)
            self._count()

        sentence = "Which batches are full depends on it. Empty: what the project says."
        now = self._tried.batch
        self.app.push_screen(AskText("Images in a batch", sentence, "" if now is None else str(now)), answered)

    def action_ask_resolution(self) -> None:
        def answered(text: str | None) -> None:
            if text is None:
                return
            try:
                size = read_resolution(text.lower().replace("x", ",").replace("×", ",")) if text.strip() else None
                if size is not None and max(size) > 16_384:
                    raise ValueError(text)
            except ValueError:
                self.shell.say(f"“{text}” is no resolution: 1024 is, and 832,1216.", "warning")
                return
            self._tried = replace(self._tried, resolution=size)
            self._count()

        now = self._tried.resolution
        sentence = "Such as 1024, or 832,1216. Empty: what the project says."
        self.app.push_screen(AskText("Resolution", sentence, f"{now[0]},{now[1]}" if now else ""), answered)

    def action_show(self) -> None:
        if self.images.image is not None:
            self.leave_with(self.images.image.sample.path)

    def action_leave(self) -> None:
        self.leave_with(None)
