"""A TOML file that the user writes for sdtui (settings, keymap): read strictly, with the line and column of trouble."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sdtui.base.errors import SyntaxProblem

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def parse(data: bytes, path: Path, called: str) -> TOMLDocument:
    """``data``, read from ``path``, with its comments; ``called`` begins the error's sentence: ``The settings are``.

    Raises SyntaxProblem.
    """
    # Imported here: the command line reads settings seldom, and tomlkit takes longer to import than they to read.
    import tomlkit
    from tomlkit.exceptions import ParseError

    try:
        return tomlkit.parse(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SyntaxProblem(f"{called} not UTF-8", path=path, remedy="Save the file as UTF-8.") from error
    except ParseError as error:
        raise SyntaxProblem(
            f"{called} not valid TOML",
            path=path,
            line=error.line,
            column=error.col + 1 if error.col else None,  # 0 also stands for the end of the file
            remedy="The defaults are used until it is mended.",
        ) from error
