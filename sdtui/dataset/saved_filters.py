"""Filters saved under a name, in ``filters.toml`` beside the project; a person may edit the file as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import UsageError
from sdtui.base.files import make_home, read_if_there, write_atomic
from sdtui.base.text import safe
from sdtui.base.user_toml import parse as parse_toml
from sdtui.dataset.query import parse
from sdtui.plans.lock import only_writer

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_LONGEST = 60
"""Characters of a name."""


def filters_path(home: Path) -> Path:
    """Where the file is, whether it exists or not."""
    return home / "filters.toml"


def load(home: Path) -> dict[str, str]:
    """The saved filters by their names, in their order. Raises UnreadableError, SyntaxProblem for a broken file.

    They are told as they stand there: one that a person wrote may be wrong, which parsing it says.
    """
    document = _read(home).unwrap()
    return {name: text for name, text in document.items() if isinstance(text, str)}


def save(home: Path, name: str, text: str) -> None:
    """Save a filter, in the place of one of the same name; comments in the file stay.

    Raises UsageError for a name that cannot be one, QueryError for a filter that is wrong, UnreadableError,
    SyntaxProblem (a broken file is not replaced), and WriteError.
    """
    name, text = name.strip(), text.strip()
    if not name or len(name) > _LONGEST or safe(name) != name:
        raise UsageError(f"A filter's name has 1 to {_LONGEST} printable characters", remedy="Choose another name.")
    if parse(text).empty:
        raise UsageError("An empty filter shows everything", remedy="Type one before saving it.")
    if not _is_utf8(text):
        raise UsageError("This filter holds half a character, which no file can", remedy="Type it anew.")
    with _changed(home) as document:
        document[name] = text


def delete(home: Path, name: str) -> None:
    """Forget a filter. Raises UsageError where there is none of this name, and what ``save`` raises."""
    with _changed(home) as document:
        if name not in document:
            raise UsageError(f'There is no filter saved as "{name}"', remedy=_names(document))
        del document[name]


def _read(home: Path) -> TOMLDocument:
    path = filters_path(home)
    return parse_toml(read_if_there(path) or b"", path, "The saved filters are")


@contextmanager
def _changed(home: Path) -> Iterator[TOMLDocument]:
    make_home(home)
    path = filters_path(home)
    with only_writer(path):
        document = _read(home)
        yield document
        write_atomic(path, document.as_string().encode("utf-8"))


def _names(document: TOMLDocument) -> str:
    return f"There are: {', '.join(document)}." if document else "None is saved yet."


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
