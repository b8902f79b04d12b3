"""Splits a file into JSON texts, as a stream of bytes: what is in them the database judges."""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

from driver.errors import UsageError

CHUNK: Final = 1 << 18
# A flat object or a string as a whole, or one character that matters outside of strings.
TOKEN: Final = re.compile(
    rb'\{(?:[^{}\[\]"]++|"(?:[^"\\]++|\\.)*+")*+\}|"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL
)
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# By what a file begins with: what else it may be, and the command that prints it as JSON in UTF-8.
OTHERS: Final = (
    (rb"\x1f\x8b", "gzip", "zcat"),
    (rb"BZh", "bzip2", "bzcat"),
    (rb"\xfd7zXZ", "xz", "xzcat"),
    (rb"\x28\xb5\x2f\xfd", "zstd", "zstdcat"),
    (rb"PK\x03\x04", "zip", "unzip -p"),
    (rb"\xff\xfe\0\0|[^\0]\0\0\0", "UTF-32", "iconv -f UTF-32LE -t UTF-8"),
    (rb"\0\0(\xfe\xff|\0[^\0])", "UTF-32", "iconv -f UTF-32BE -t UTF-8"),
    (rb"\xff\xfe|[^\0]\0", "UTF-16", "iconv -f UTF-16LE -t UTF-8"),
    (rb"\xfe\xff|\0[^\0]", "UTF-16", "iconv -f UTF-16BE -t UTF-8"),
)


class Texts(Iterator[bytes]):
    """The elements of a JSON array, or the lines of a file with one object a line.

    The file is opened and its kind is looked at now, the rest is read as the texts are taken; so it
    may be a pipe. Raises UsageError when the file cannot be read or is neither, and the texts do
    when it ends before its array does.
    """

    def __init__(self, path: Path) -> None:
        self._read: Callable[[], float | None] = lambda: None
        self._texts = self._take(path)
        next(self._texts)

    def __next__(self) -> bytes:
        return next(self._texts)

    def share(self) -> float | None:
        """Return how much of the file is read, up to 1; nobody knows it of a pipe."""
        return self._read()

    def _take(self, path: Path) -> Iterator[bytes]:
        try:
            with path.open("rb") as stream:
                if size := os.fstat(stream.fileno()).st_size:  # a pipe has none
                    self._read = lambda: 1 if stream.closed else stream.tell() / size
                head = stream.read1(CHUNK)
                for magic, name, command in OTHERS:
                    if re.match(magic, head):
                        raise UsageError(
                            f"{path}: it is {name}, not JSON in UTF-8; try"
                            f" {command} FILE | make import USER_EVENTS=/dev/stdin"
                        )
                head = head.removeprefix(BYTE_ORDER_MARK).lstrip()
                while not head and (more := stream.read1(CHUNK)):
                    head = more.lstrip()
                if head.startswith(b"["):
                    texts = _elements(path, head[1:], stream)
                elif head.startswith(b"{") or not head:
                    texts = _lines(head, stream)
                else:
                    raise UsageError(f"{path}: neither a JSON array nor one JSON object a line")
                yield b""  # for __init__: no text, but all is well so far
                yield from texts
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from error


def _lines(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    *lines, rest = head.split(b"\n")
    yield from filter(None, map(bytes.strip, lines))
    if rest := (rest + stream.readline()).strip():
        yield rest
    yield from filter(None, map(bytes.strip, stream))


def _elements(path: Path, buffer: bytes, stream: BinaryIO) -> Iterator[bytes]:
    count = 0
    while True:
        start = depth = 0
        for token in TOKEN.finditer(buffer):
            if token.end() - token.start() > 1:
                continue
            match buffer[token.start()]:
                case 0x7B | 0x5B:  # { [
                    depth += 1
                case 0x7D | 0x5D if depth:  # } ]
                    depth -= 1
                case 0x2C if not depth:  # ,
                    yield buffer[start : token.start()].strip()
                    count += 1
                    start = token.end()
                case 0x5D:  # the array's own ]
                    last = buffer[start : token.start()].strip()
                    if last or count:
                        yield last
                    if (buffer[token.end() :] + stream.read(CHUNK)).strip():
                        raise UsageError(f"{path}: goes on after the end of its JSON array")
                    return
                case 0x22:  # a " whose string does not end in this buffer
                    break
        more = stream.read(max(CHUNK, len(buffer) - start))
        if not more:
            raise UsageError(
                f"{path}: the JSON array does not end; the {count} objects before are read,"
                " mend the file and import it again"
            )
        buffer = buffer[start:] + more


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
