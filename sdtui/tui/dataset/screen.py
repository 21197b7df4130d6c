"""The Dataset screen: what its keys do, and how its lists, its picture and its caption move each other."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events
from textual.binding import BindingType

from sdtui.base.text import count
from sdtui.dataset.project import Sample
from sdtui.tokens.encoding import LIMITS
from sdtui.tui.buckets.screen import BucketsScreen
from sdtui.tui.commands import key_of
from sdtui.tui.config.opening import edit_config
from sdtui.tui.dataset import act_commands, commands
from sdtui.tui.dataset.acts import Acts
from sdtui.tui.dataset.places import jump_finder, next_of
from sdtui.tui.dataset.view import DatasetView
from sdtui.tui.dataset.words import ignored_lines
from sdtui.tui.filter.filter_input import FilterInput
from sdtui.tui.finder import Finder
from sdtui.tui.undoing import Turned, Undoes
from sdtui.tui.widgets.picture_pane import PicturePane
from sdtui.tui.widgets.virtual_list import VirtualList


class DatasetScreen(Undoes, DatasetView):
    """Mode 1."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.OFFERED, *act_commands.OFFERED]

    def __init__(self) -> None:
        super().__init__()
        self.acts = Acts(self)

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

    def on_filter_input_asked(self, event: FilterInput.Asked) -> None:
        self.keeper.state.filter = event.text
        self.keeper.changed()
        self.look_for_matches()
        self.headings()

    def on_filter_input_left(self) -> None:
        self.image_view.focus()
        self.refresh_bindings()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        self.look_at_marks()  # they may have been set in another mode

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
        self.filter.begin()

    def action_unfilter(self) -> None:
        self.filter.clear()

    def action_saved_filters(self) -> None:
        self.filter.choose_saved()

    def action_next(self, direction: int) -> None:
        """To the next image that the filter lets through, in whichever subset."""
        project, subset = self.project, self.subset
        found = self.filtered.all_of(project) if project is not None else ()
        if project is not None and subset is not None and found:
            self.go_to(project, next_of(found, self.sample, subset, project, direction).path)

    def action_find(self) -> None:
        project = self.project
        if project is None:
            return

        def chosen(row: int, sample: Sample | None) -> None:
            if sample is not None:
                if sample not in self.filtered.of(project.subsets[row]):
                    self.filter.clear()
                    self.look_for_matches()
                self.go_to(project, sample.path)
            else:
                self.subsets.cursor = row
                self.subsets.focus()

        self.app.push_screen(*jump_finder(project, "Jump to a subset or an image", chosen))

    def show_sample(self, path: Path) -> None:
        """Go to the image at ``path``, also before the screen was ever drawn; a filter that hides it goes."""
        if self.project is None or not self._restored:
            assert self.shell.workspace is not None
            state = self.shell.workspace.keeper.state
            state.filter, state.image = "", str(path)
            return
        if not any(sample.path == path for subset in self.project.subsets for sample in self.filtered.of(subset)):
            self.filter.clear()
            self.look_for_matches()
        self.go_to(self.project, path)

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
        super().action_undo()

    def turned(self, turned: Turned) -> None:
        self.captions.look_again()
        self.look_at_marks()

    # Selecting ----------------------------------------------------------------------------------------------------

    def action_select(self) -> None:
        if self.sample is not None:
            self.selection.toggle(self.sample)
            self.show_selection(self.images.cursor)
            self.image_view.action_move(1)

    def action_select_all(self) -> None:
        self.selection.toggle_all(self.images.samples)
        self.show_selection()

    def action_invert(self) -> None:
        self.selection.invert(self.images.samples)
        self.show_selection()

    def action_unselect(self) -> None:
        given_up = len(self.selection)
        self.selection.clear()
        self.show_selection()
        self.shell.say(
            f"Nothing is selected now. {key_of('dataset.select_again')} selects the {count(given_up)} again."
        )

    def action_select_again(self) -> None:
        if self.selection.again():
            self.show_selection()
        else:
            self.shell.say("Nothing was selected before.")

    # Changing images and captions ---------------------------------------------------------------------------------

    def action_mark(self, kind: str) -> None:
        self.acts.mark(kind)

    def action_trash(self) -> None:
        self.acts.trash()

    def action_relocate(self, keep: bool) -> None:
        self.acts.relocate(keep=keep)

    def action_paste_previous(self) -> None:
        self.acts.paste_previous()

    def action_make_subset(self) -> None:
        self.acts.make_subset()

    def action_rename_subset(self) -> None:
        self.acts.rename_subset()

    def action_mark_regularization(self) -> None:
        self.acts.mark_regularization()

    def action_bulk(self) -> None:
        self.acts.bulk_edit()

    def action_tags(self) -> None:
        self.acts.tags()

    def action_buckets(self) -> None:
        def chosen(image: Path | None) -> None:
            if image is not None:
                self.show_sample(image)

        if self.project is not None:
            self.app.push_screen(BucketsScreen(self.project), chosen)

    def action_config(self) -> None:
        edit_config(self, self.subset)

    def action_ignored(self) -> None:
        if self.project is not None:
            lines = ignored_lines(self.project)
            self.app.push_screen(Finder("What the trainer does not read", lines), lambda _index: None)

    def before_quit(self) -> None:
        self.repeats.write()
        if self.captions.editing:
            self.captions.save_at_once()
        self.keeper.write()
