"""Checks: everything that stands in the way of a training or is worth knowing, why, and what would mend it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from sdtui.base.errors import SdtuiError
from sdtui.checks.finding import Finding
from sdtui.checks.fixes import FIXES, fix_all
from sdtui.dataset.project import Project
from sdtui.plans.outcome import Applied
from sdtui.tui.checks import keys, opening
from sdtui.tui.checks.checking import Checked
from sdtui.tui.checks.finding_list import FindingList
from sdtui.tui.checks.words import detail_text, sum_line, teaching
from sdtui.tui.mode_screen import ModeScreen
from sdtui.tui.plan.making import Making
from sdtui.tui.theme import inks
from sdtui.tui.undoing import Undoes
from sdtui.tui.widgets.lines import Lines
from sdtui.tui.widgets.virtual_list import VirtualList


class ChecksScreen(Undoes, ModeScreen):
    """Mode 4."""

    MODE = "checks"
    BINDINGS: ClassVar[list[BindingType]] = keys.OFFERED

    def __init__(self) -> None:
        super().__init__()
        self._detailed: Finding | None = None
        """The finding that stands in full below the list."""

    def compose_body(self) -> ComposeResult:
        self.making = Making(self.shell, self, self._show, self._judged, self._not_proposed)
        with Vertical(id="checks"):
            yield Lines(id="checks-sum")
            yield Lines(id="checks-heading")
            yield FindingList()
            with VerticalScroll(id="checks-detail", can_focus=False):
                yield Static("", id="checks-text", markup=False)

    @property
    def found(self) -> FindingList:
        """The findings."""
        return self.query_one(FindingList)

    @property
    def finding(self) -> Finding | None:
        """The one under the cursor."""
        return self.found.finding

    @property
    def project(self) -> Project | None:
        """What the findings are about; its config may be one that the trainer refuses."""
        checked = self.shell.checked
        return self.shell.project or (checked.project if checked is not None else None)

    @property
    def images(self) -> tuple[Path, ...]:
        """The images of the project that it is about, in the project's order."""
        finding, checked, project = self.finding, self.shell.checked, self.shell.project
        if finding is None or checked is None or project is None:
            return ()
        return opening.images_of(project, finding, checked.images)

    @property
    def with_images(self) -> bool:
        """Whether there are any; cheap to ask."""
        finding, checked = self.finding, self.shell.checked
        return finding is not None and bool(finding.files) and checked is not None and finding.code in checked.shown

    @property
    def fixable(self) -> bool:
        """Whether it can be mended here."""
        finding = self.finding
        return finding is not None and finding.code in FIXES and self.making.progress is None

    # Showing ------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        super().on_mount()
        self.found.focus()
        self.watch(self.app, "checked", self._checked)
        self.watch(self.app, "checking", self._show_sum, init=False)
        self.watch(self.app, "scanning", self._scanned, init=False)
        self.watch(self.app, "theme", self._recolour, init=False)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        # What the watcher does not see may be another now too: the disk's room, the GPU, earlier checkpoints.
        if self.shell.workspace is not None and self.shell.checking is None:
            self.shell.workspace.checking.now()

    def on_resize(self, _event: events.Resize) -> None:
        self.set_class(self.size.height < 32, "-low")
        self._teach()

    def _checked(self, checked: Checked | None) -> None:
        self.found.take(checked.report.findings if checked is not None else ())
        self._teach()
        self._show()

    def _scanned(self) -> None:
        self._teach()
        self._show()

    def _teach(self) -> None:
        readable = self.shell.scanning is not None or self.project is not None
        self.found.teaching = teaching(self.shell.checked, readable=readable, width=self.size.width)
        if not self.found.findings:
            self.found.redraw()

    def _show(self) -> None:
        """What stands around the list."""
        self._show_sum()
        self._show_heading()
        self.refresh_bindings()

    def _show_sum(self) -> None:
        shell, making = self.shell, self.making
        self.query_one("#checks-sum", Lines).show_fitted(
            lambda width: (
                [[(f" {making.words}", "dim")]]
                if making.progress is not None
                else sum_line(shell.checked, shell.checking, shell.scanning, width)
            )
        )

    def _show_heading(self) -> None:
        heading = [[(self.found.heading(self.size.width), "dim")]] if self.found.findings else [[("", "dim")]]
        self.query_one("#checks-heading", Lines).show(heading)

    def _show_detail(self) -> None:
        root = self.project.root if self.project is not None else Path("/")
        self._detailed = self.finding
        self.query_one("#checks-text", Static).update(detail_text(self.finding, root, inks(self.app.theme)))
        self.query_one("#checks-detail").scroll_home(animate=False)

    def _recolour(self) -> None:
        self._show_detail()

    def on_virtual_list_moved(self, _event: VirtualList.Moved) -> None:
        if self.finding != self._detailed:  # else it stays scrolled to where it is being read
            self._show_detail()
        self.refresh_bindings()

    def on_virtual_list_resized(self, _event: VirtualList.Resized) -> None:
        self._show_heading()

    def on_virtual_list_chosen(self, _event: VirtualList.Chosen) -> None:
        self.action_open()

    # Actions ------------------------------------------------------------------------------------------------------

    def action_read(self, way: int) -> None:
        detail = self.query_one("#checks-detail")
        detail.scroll_relative(y=way * max(1, detail.size.height - 1), animate=False)

    def action_again(self) -> None:
        path = self.shell.project_path
        if self.shell.project is None and path is not None:
            self.shell.open_project(path, self.MODE)
        elif self.shell.workspace is not None:
            self.shell.workspace.checking.now()

    def action_open(self) -> None:
        if self.finding is not None:
            opening.go_to(self, self.finding, self.images)

    def action_review(self) -> None:
        if self.finding is not None and self.images:
            opening.review(self, self.finding, self.images)

    def action_files(self) -> None:
        if self.finding is not None:
            opening.list_files(self, self.finding)

    def action_fix(self) -> None:
        finding, project, checked = self.finding, self.project, self.shell.checked
        if finding is not None and project is not None and checked is not None:
            self.making.begin(lambda _cancelled: fix_all(project, checked.report, finding.code))

    def action_stop(self) -> None:
        self.making.stop()

    def _judged(self, applied: Applied | None) -> None:
        path = self.shell.project_path
        if applied is not None and self.shell.project is None and path is not None:
            self.shell.open_project(path, self.MODE)  # its config may be one now that the trainer accepts

    def _not_proposed(self, error: SdtuiError) -> None:
        self.shell.explain(error)
