"""What stands beside the tag under the cursor, in the captions that have it."""

from __future__ import annotations

from sdtui.base.text import count, plural, safe
from sdtui.dataset.tags import TagTogether
from sdtui.tui.widgets.cells import bar, fit, fit_right
from sdtui.tui.widgets.lines import Line, Lines, wrap

_NUMBER = 7
_BAR = 8
_NAME_LINES = 3


class BesidePane(Lines):
    """The tag in full, and as many of those beside it as fit, the most frequent first."""

    def __init__(self) -> None:
        super().__init__(id="tags-beside")
        self._tag: str | None = None
        self._images = 0
        self._found: tuple[TagTogether, ...] | None = None

    def show_tag(self, tag: str | None, images: int, found: tuple[TagTogether, ...] | None) -> None:
        """Show ``tag``, which ``images`` have; ``found`` is None until it is counted."""
        self._tag, self._images, self._found = tag, images, found
        self.show_fitted(self._lines_for)

    def _lines_for(self, width: int) -> list[Line]:
        if self._tag is None:
            return []
        heading = fit("BESIDE IT", max(0, width - _NUMBER - _BAR - 1)) + fit_right("IMAGES", _NUMBER)
        lines: list[Line] = [*wrap(safe(self._tag), width, "strong")[:_NAME_LINES]]
        lines += [[(plural(self._images, "image"), "plain")], [(heading, "dim")]]
        if self._found is None:
            return [*lines, [("·", "dim")]]
        if not self._found:
            return [*lines, [("it stands alone", "dim")]]
        room = max(1, self.size.height - len(lines))
        return [*lines, *(self._together(each, width) for each in self._found[:room])]

    def _together(self, together: TagTogether, width: int) -> Line:
        name = fit(safe(together.tag), max(0, width - _NUMBER - _BAR - 1))
        share = together.here / max(1, self._images)
        return [(name, "plain"), (fit_right(count(together.here), _NUMBER), "plain"), (" " + bar(share, _BAR), "bar")]
