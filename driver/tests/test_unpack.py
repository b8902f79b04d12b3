"""Bodies that their producer compressed."""

import gzip
import zlib

import pytest

from driver.unpack import LARGEST, unpack

BODY = b'{"id": "a"}'
# Ids of tests are made of these bytes, so no clock is in them.
BARE = zlib.compress(BODY)[2:-4]  # deflate without a header, and without a sum


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        (" X-GZIP ", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", BARE),
    ],
)
def test_what_is_packed_is_unpacked(encoding: str, packed: bytes) -> None:
    """As each producer understands the name."""
    assert unpack(packed, encoding) == BODY


@pytest.mark.parametrize("encoding", ["utf-8", "br", "", "gzip, gzip"])
def test_what_has_another_name_stays_as_it_is(encoding: str) -> None:
    """Celery, for one, names the character set."""
    assert unpack(BODY, encoding) == BODY


@pytest.mark.parametrize(
    "packed",
    [
        BODY,
        b"",
        gzip.compress(BODY, mtime=0)[:-1],
        gzip.compress(BODY, mtime=0) + b"rest",
        gzip.compress(b"a" * (LARGEST + 1), mtime=0),
        gzip.compress(b"\0" * (64 << 20), mtime=0),  # a bomb: 64 KiB
    ],
)
def test_what_cannot_be_unpacked_stays_as_it_is(packed: bytes) -> None:
    """The database says what is wrong with it; what it would not take is not held in memory."""
    for encoding in ("gzip", "deflate"):
        assert unpack(packed, encoding) == packed


def test_a_body_of_the_largest_size_is_unpacked() -> None:
    """The database takes that one."""
    assert len(unpack(gzip.compress(b"a" * LARGEST), "gzip")) == LARGEST
