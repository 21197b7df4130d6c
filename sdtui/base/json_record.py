"""JSON of our own, as somebody may have damaged it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

Record = TypeVar("Record")


def decode(data: bytes, type: type[Record]) -> Record:
    """``data`` as a ``type``. Raises msgspec.MsgspecError whatever is wrong with it.

    msgspec itself lets two kinds of damage pass as other errors: bytes that are no UTF-8, and brackets in brackets.
    """
    try:
        return msgspec.json.decode(data, type=type)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
