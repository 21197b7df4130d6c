"""Links between the folders of a project, which a renamed folder would leave leading nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from sdtui.base.errors import WriteError
from sdtui.base.files import folder_entries
from sdtui.base.text import plural
from sdtui.dataset.project import Project


def refuse_broken_links(project: Project, renames: Mapping[Path, Path]) -> None:
    """Raise WriteError where a caption or an image is a link that the renames would break; UnreadableError."""
    real = {_real(source): _real(target) for source, target in renames.items()}
    broken = [link for link in _links(project) if _would_break(_real(link), real)]
    if broken:
        name = next(iter(renames)).name
        links = plural(len(broken), "link that leads", "links that lead")
        raise WriteError(
            f"If {name} were renamed or moved, {links} to a file of the dataset now would lead nowhere",
            path=broken[0],
            remedy="Put a copy in the place of each such link first, or set the repeats in a dataset TOML.",
        )


def _links(project: Project) -> Iterator[Path]:
    for folder in dict.fromkeys(subset.image_dir for subset in project.subsets):
        if folder.is_dir():
            with folder_entries(folder) as entries:
                yield from (folder / entry.name for entry in entries if entry.is_symlink())


def _would_break(link: Path, renames: Mapping[Path, Path]) -> bool:
    if not link.exists():
        return False
    written = os.readlink(link)  # noqa: PTH115
    meant = _lexical(link.parent, written)
    found = _lexical(_renamed(link, renames).parent, written)
    return found != _renamed(meant, renames)


def _real(path: Path) -> Path:
    """``path`` without a link on the way to it; it may be one itself."""
    return path.parent.resolve() / path.name


def _lexical(folder: Path, written: str) -> Path:
    return Path(os.path.normpath(folder / written))


def _renamed(path: Path, renames: Mapping[Path, Path]) -> Path:
    for source, target in renames.items():
        if path == source or source in path.parents:
            return target / path.relative_to(source)
    return path
