"""The Dataset screen: what its keys do, and how its lists, its picture and its caption move each other."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from sdtui.dataset.project import Sample
from sdtui.plans.outcome import Applied, Undone
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.dataset import commands
from sdtui.tui.dataset.filter_input import FilterInput
from sdtui.tui.dataset.places import places_to_go
from sdtui.tui.dataset.view import DatasetView
from sdtui.tui.dataset.words import ignored_lines
from sdtui.tui.finder import Candidate, Finder
from sdtui.tui.widgets.picture_pane import PicturePane
from sdtui.tui.widgets.virtual_list import VirtualList


class DatasetScreen(DatasetView):
    """Mode 1."""

    BINDINGS: ClassVar[list[BindingType]] = commands.OFFERED

    # Messages -----------------------------------------------------------------------------------------------------

    def on_virtual_list_moved(self, event: VirtualList.Moved) -> None:
        if event.rows is self.subsets:
            self._subset_moved()
        elif event.rows is self.images:
            self.show_image()
        elif event.rows is self.grid and self.has_class("-grid"):
            self.images.cursor = event.cursor

    def _subset_moved(self) -> None:
        subset = self.subset
        if subset is not None and self.images.samples and self.images.samples[0].subset == subset.name:
            return
        self.show_images(self.image_path())

    def on_virtual_list_chosen(self, event: VirtualList.Chosen) -> None:
        if event.rows is self.subsets:
            self.action_images()
        else:
            self.action_edit()

    def on_picture_pane_opened(self, event: PicturePane.Opened) -> None:
        self.captions.show_format(event.drawn.path, event.drawn.format)

    def on_caption_pane_left(self) -> None:
        if not isinstance(self.focused, VirtualList):
            self.image_view.focus()
        self.show_image()

    def on_caption_pane_drafted(self) -> None:
        self.show_drafts()

    def on_caption_pane_next_limit(self) -> None:
        self.action_limit()

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter" and event.value != self.query_text:
            self.query_text = event.value
            self.show_images(self.image_path())

    def on_filter_input_done(self) -> None:
        self._end_filtering()

    # Actions ------------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        if self.sample is not None:
            self.captions.edit()

    def action_images(self) -> None:
        self.image_view.focus()

    def action_subsets(self) -> None:
        self.subsets.focus()

    def action_repeat(self, more: int) -> None:
        if self.subset is not None:
            self.repeats.add(self.subset, more)

    def action_ask_repeats(self) -> None:
        if self.subset is not None:
            self.repeats.ask(self.subset)

    def action_filter(self) -> None:
        self.filtering = True
        self.add_class("-filtering")
        self.query_one(FilterInput).focus()

    def action_unfilter(self) -> None:
        if self.query_text:
            self.query_text = ""
            self.query_one(FilterInput).value = ""
            self.show_images(self.image_path())
        self._end_filtering()

    def _end_filtering(self) -> None:
        self.filtering = False
        self.remove_class("-filtering")
        self.image_view.focus()
        self.refresh_bindings()

    def action_find(self) -> None:
        project = self.project
        if project is None:
            return
        places: list[tuple[int, Sample | None]] = []

        def load() -> list[Candidate]:
            found, candidates = places_to_go(project)
            places.extend(found)
            return candidates

        def found(index: int | None) -> None:
            if index is None:
                return
            row, sample = places[index]
            if sample is not None:
                self.action_unfilter()
                self.go_to(project, sample.path)
            else:
                self.subsets.cursor = row
                self.subsets.focus()

        self.app.push_screen(Finder("Jump to a subset or an image", load), found)

    def action_limit(self) -> None:
        self.set_limit(LIMITS[(LIMITS.index(self.subsets.limit) + 1) % len(LIMITS)])
        self.keeper.state.limit = self.subsets.limit
        self.keeper.changed()

    def action_grid(self) -> None:
        focused = not self.subsets.has_focus
        self.toggle_class("-grid")
        on = self.has_class("-grid")
        self.keeper.state.grid = on
        self.keeper.changed()
        self.grid.cursor = self.images.cursor
        if focused or on:
            self.call_after_refresh(self.image_view.focus)

    def action_view(self) -> None:
        self.query_one(PicturePane).show_now()

    def action_undo(self) -> None:
        self.repeats.write()

        def undone(result: Undone) -> None:
            if result.refused:
                path, why = result.refused[0]
                self.shell.say(f"Undone in part: {result.title}. {path.name} was left: {why}", "warning")
            else:
                self.shell.say(f"Undone: {result.title}.")
            self.captions.look_again()

        if self.shell.workspace is not None:
            self.shell.workspace.undo(undone)

    def action_redo(self) -> None:
        def redone(applied: Applied) -> None:
            self.shell.say(f"Done again: {applied.title}.")
            self.captions.look_again()

        if self.shell.workspace is not None:
            self.shell.workspace.redo(redone)

    def action_ignored(self) -> None:
        if self.project is not None:
            lines = ignored_lines(self.project)
            self.app.push_screen(Finder("What the trainer does not read", lines), lambda _index: None)

    def before_quit(self) -> None:
        self.repeats.write()
        if self.captions.editing:
            self.captions.save_at_once()
        self.keeper.write()
