"""Operations on caption files as a whole: copied to and from another extension, made where they are missing."""

from __future__ import annotations

from dataclasses import dataclass

from sdtui.base.errors import UsageError
from sdtui.edits.operations.base import Operation
from sdtui.edits.operations.setting import Setting
from sdtui.trainer.caches import is_cache
from sdtui.trainer.captions import with_dot
from sdtui.trainer.names import looks_like_picture

_NO_CAPTIONS = frozenset({".safetensors", ".ckpt", ".pt", ".toml", ".json", ".jsonl", ".yaml", ".py", ".sh"})


@dataclass(frozen=True, slots=True)
class _Copying(Operation):
    """What is copied are bytes of files; the text as such stays."""

    extension: str
    overwrite: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "extension", _extension(self.extension))

    def apply(self, text: str, setting: Setting) -> str:
        return text


@dataclass(frozen=True, slots=True)
class CopyTo(_Copying):
    """Each caption as it is, byte for byte, in a file of another extension beside it.

    A file that stands there with another text is left alone unless ``overwrite``.
    """

    @property
    def title(self) -> str:
        return f"copy captions to {self.extension}"


@dataclass(frozen=True, slots=True)
class CopyFrom(_Copying):
    """Each caption becomes what stands in the file of another extension beside it, byte for byte.

    An image that has a caption of its own with another text keeps it unless ``overwrite``.
    """

    @property
    def title(self) -> str:
        return f"copy captions from {self.extension}"


@dataclass(frozen=True, slots=True)
class CreateMissing(Operation):
    """A caption file of one line end for each image that has none, or one of 0 bytes, at which the trainer stops."""

    @property
    def title(self) -> str:
        return "make missing caption files"

    def apply(self, text: str, setting: Setting) -> str:
        return text


def _extension(text: str) -> str:
    extension = with_dot(text.strip())
    if len(extension) < 2 or any(letter in extension for letter in "/\0\n"):
        raise UsageError(f'"{text}" is no extension', remedy="For example: .caption")
    name = f"x{extension}"
    if looks_like_picture(name) or is_cache(name) or extension.lower() in _NO_CAPTIONS:
        raise UsageError(f"Files that end in {extension} are no captions", remedy="For example: .caption")
    return extension
