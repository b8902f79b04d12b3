"""Gives the objects of a file ids, by which an import that is repeated repeats nothing."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing


def message_ids(texts: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    """Give each text an id made of its content and of how often that content came before.

    The same file gives the same ids, in any order and layout of its objects, and equal objects in
    one file have different ones. The counts are kept in a temporary file, not in memory.
    """
    with closing(sqlite3.connect("", isolation_level=None)) as counts:
        counts.execute("PRAGMA journal_mode = off")
        counts.execute("CREATE TABLE seen (digest INTEGER PRIMARY KEY, times INTEGER NOT NULL)")
        for text in texts:
            digest = hashlib.sha256(_canonical(text)).digest()[:16]
            (times,) = counts.execute(
                "INSERT INTO seen VALUES (?, 1)"
                " ON CONFLICT (digest) DO UPDATE SET times = times + 1 RETURNING times",
                (int.from_bytes(digest[:8], signed=True),),
            ).fetchone()
            yield f"{digest.hex()}-{times}", text


def _canonical(text: bytes) -> bytes:
    """Return the same bytes for the same JSON, whatever its white space and order of keys."""
    try:
        content = json.loads(text, parse_int=str, parse_float=str)
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return text
