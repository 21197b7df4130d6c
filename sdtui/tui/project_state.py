"""What a person would miss: where the cursor was, the limit, and text that was typed and not saved. Survives kill."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from sdtui.base.errors import SdtuiError
from sdtui.base.files import make_folder, read_if_there, write_atomic
from sdtui.base.json_record import decode
from sdtui.base.paths import state_dir

_KEYSTROKES = 200
"""Changes of unsaved text after which it is written without waiting."""


class PromptDraft(msgspec.Struct):
    """Words of a sample prompt that were typed and not written."""

    path: str
    """The prompt file."""
    row: int
    key: str
    """``prompt`` or ``negative_prompt``."""
    adding: bool
    """It is of a new prompt that goes to ``row``."""
    original: str
    """What the file held when the typing began."""
    text: str


class ScreenState(msgspec.Struct):
    """The Dataset screen of one project, as it was left."""

    subset: str = ""
    image: str = ""
    """Path of the image under the cursor."""
    limit: int = 75
    grid: bool = False
    filter: str = ""
    """What the Dataset screen was filtered by, as it was typed."""
    earlier_filters: list[str] = []
    """What was filtered by before, the newest first."""
    review_image: str = ""
    """Path of the image that Review stood at."""
    review_filter: str = ""
    """What Review was filtered by, as it was typed."""
    drafts: dict[str, str] = {}
    """Unsaved caption text by the path of its image."""
    prompt: PromptDraft | None = None


def _file(project: Path) -> Path:
    name = hashlib.sha256(os.fsencode(project)).hexdigest()[:32]
    return state_dir() / "projects" / f"{name}.json"


class StateKeeper:
    """Holds a project's ScreenState and brings it to disk: soon after a change, at once when asked."""

    def __init__(self, project: Path, wake: Callable[[], None]) -> None:
        """``wake`` is called after a change; whoever passes it calls ``write`` some seconds later."""
        self._path = _file(project)
        self._wake = wake
        self._keystrokes = 0
        self._unwritten = False
        self._mine: set[str] = set()
        """Images whose unsaved text this process has changed; of the others, other processes know better."""
        self.state = self._read(ScreenState())

    def _read(self, otherwise: ScreenState) -> ScreenState:
        try:
            data = read_if_there(self._path)
            return decode(data, ScreenState) if data else otherwise
        except (SdtuiError, msgspec.DecodeError):
            return otherwise  # a broken file is begun anew

    def changed(self) -> None:
        """Something of ``state`` is other than on disk."""
        self._unwritten = True
        self._wake()

    def draft(self, image: Path, text: str | None) -> None:
        """Keep ``text`` as what is unsaved for ``image``; None when nothing is."""
        key = os.fsdecode(os.fsencode(image))
        before = self.state.drafts.get(key)
        if before == text:
            return
        if text is None:
            del self.state.drafts[key]
        else:
            self.state.drafts[key] = text
        self._mine.add(key)
        self._keystrokes += max(1, abs(len(text or "") - len(before or "")))  # many may come as one change
        self._unwritten = True
        if self._keystrokes >= _KEYSTROKES:
            self.write()
        else:
            self._wake()

    def draft_of(self, image: Path) -> str | None:
        """The unsaved text of ``image``."""
        return self.state.drafts.get(str(image))

    def write(self) -> None:
        """Bring it to disk. Where the state folder cannot be written the screen works on without."""
        if not self._unwritten:
            return
        self._unwritten = False
        self._keystrokes = 0
        try:
            make_folder(self._path.parent)
            write_atomic(self._path, self._encoded(), durable=False)
        except SdtuiError:
            return

    def _encoded(self) -> bytes:
        others = {image: text for image, text in self._read(self.state).drafts.items() if image not in self._mine}
        mine = {image: text for image, text in self.state.drafts.items() if image in self._mine}
        # Names that are not UTF-8 hold lone surrogates, which JSON's bytes cannot: they are left out.
        drafts = {image: text for image, text in (others | mine).items() if _encodable(image) and _encodable(text)}
        names = ("image", "subset", "review_image", "review_filter")
        unwritable = {name: "" for name in names if not _encodable(getattr(self.state, name))}
        prompt = self.state.prompt
        if prompt is not None and not _encodable(prompt.path + prompt.original + prompt.text):
            prompt = None
        return msgspec.json.encode(msgspec.structs.replace(self.state, drafts=drafts, prompt=prompt, **unwritable))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
