"""Unpacks bodies that their producer compressed, as the property content_encoding says."""

import zlib
from typing import Final

LARGEST: Final = 256 << 10  # what internal.largest_body() takes

# For zlib: with the header of gzip or zlib, and with none, as some take "deflate" to be.
WITH_HEADER, BARE = 47, -15
KINDS: Final = {"gzip": (WITH_HEADER,), "x-gzip": (WITH_HEADER,), "deflate": (WITH_HEADER, BARE)}


def unpack(body: bytes, content_encoding: str) -> bytes:
    """Return the body that was packed.

    One that cannot be unpacked, or would be larger than the database takes, stays as it is: the
    database says what is wrong with it.
    """
    for kind in KINDS.get(content_encoding.strip().lower(), ()):
        unpacking = zlib.decompressobj(kind)
        try:
            unpacked = unpacking.decompress(body, LARGEST + 1)
        except zlib.error:
            continue
        if unpacking.eof and not unpacking.unused_data and len(unpacked) <= LARGEST:
            return unpacked
    return body
