"""What Python's zipfile raises beside OSError of a file that is damaged, or is no zip at all."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

DAMAGED: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,  # it is no zip, was cut off, or does not have its checksum
    zlib.error,  # packed content that cannot be unpacked; of bzip2 it is an OSError
    lzma.LZMAError,
    EOFError,  # packed content that ends too early
    struct.error,  # a header that was cut off
    ValueError,  # a name that is not the UTF-8 that it is said to be
    RuntimeError,  # it wants a password, or (NotImplementedError) a way of packing that is not known here
)
