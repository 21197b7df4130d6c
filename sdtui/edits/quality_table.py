"""The table of quality tiers of a project, a prefix and repeats for each subset: ``.sdtui/quality.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from sdtui.base.errors import SyntaxProblem
from sdtui.base.files import read_if_there
from sdtui.base.user_toml import parse
from sdtui.edits.captions import removals
from sdtui.plans.plan import Change, Write

FILE_NAME = "quality.toml"
_HEAD = """\
# Quality tiers, kept by sdtui: for each subset, by the name of its folder without repeats, what is put in front of its
# captions, and how often it repeats. Change it with "sdtui quality" or on the screen, which change the captions too.
"""


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What makes a subset one of a quality."""

    prefix: str = ""
    """Put in front of its captions: "high quality". Empty: nothing."""
    repeats: int | None = None
    """None: as they are."""
    own: dict[str, tuple[str, ...]] = {}
    """By prefix, the images (names without ending) whose captions began with it before: theirs is not taken away."""


class QualityTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The tiers of a project."""

    tiers: dict[str, Tier] = {}
    """By the stable name of a subset: that of its folder without repeats, so that it stays when they change."""
    trigger: str = ""
    """A trigger word, behind which a prefix is put where a caption begins with it as a tag."""
    written: tuple[str, ...] = ()
    """Every prefix that was put in front of captions here: these are replaced and taken away, no others."""


def table_path(home: Path) -> Path:
    """Where the table of the project whose records are in ``home`` stands, whether it exists or not."""
    return home / FILE_NAME


def load_table(home: Path) -> QualityTable:
    """The table as it was applied last; empty where there is none. Raises UnreadableError, SyntaxProblem."""
    path = table_path(home)
    data = read_if_there(path)
    if data is None:
        return QualityTable()
    content = parse(data, path, "The quality tiers are").unwrap()
    try:
        return msgspec.convert(content, QualityTable)
    except msgspec.ValidationError as error:
        raise SyntaxProblem(
            f"The quality tiers are wrong: {error}", path=path, remedy="Mend the file, or remove it to begin anew."
        ) from error


def saving(home: Path, table: QualityTable) -> tuple[Change, ...]:
    """The change that makes the file hold ``table``; none where it does already, and no file for an empty one.

    Raises UnreadableError.
    """
    path = table_path(home)
    before = read_if_there(path)
    if table == QualityTable():
        return removals((path,))
    after = _encoded(table)
    return () if after == before else (Write(path, before, after),)


def renaming_tier(home: Path, old: str, new: str) -> tuple[Change, ...]:
    """The change that lets the tier of the subset ``old`` go on to be that of ``new``. Raises UnreadableError."""
    table = load_table(home)
    if old == new or old not in table.tiers:
        return ()
    tiers = {new if name == old else name: tier for name, tier in table.tiers.items() if name != new}
    return saving(home, msgspec.structs.replace(table, tiers=tiers))


def _encoded(table: QualityTable) -> bytes:
    # Imported here: it takes longer to import than a table to be read.
    import tomlkit

    return (_HEAD + tomlkit.dumps(_plain(msgspec.to_builtins(table)))).encode("utf-8")


def _plain(value: Any) -> Any:
    """``value`` with lists for tuples, and the short entries of each table before those that are tables."""
    if isinstance(value, Mapping):
        ordered = sorted(value.items(), key=lambda item: isinstance(item[1], Mapping))
        return {key: _plain(item) for key, item in ordered}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value
