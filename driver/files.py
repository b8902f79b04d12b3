"""Splits a file into JSON texts, as a stream of bytes: what is in them the database judges."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from driver.errors import UsageError
from driver.formats import other_format

CHUNK: Final = 1 << 18
# No object of this size is an event, and as much is kept in memory at most.
LARGEST: Final = 1 << 24
# How often so much may be read in vain.
RETRIES: Final = 20
STRING: Final = rb'"(?:[^"\\\n]++|\\[^\n])*+"'
FLAT: Final = rb'(?:[^{}\[\]"]++|' + STRING + rb")*+"
# In one line, which cannot be another one's by mistake, also with what is nested in it.
INNER: Final = rb'(?:[^{}\[\]"\n]++|' + STRING + rb"|[{\[]%b[}\]])*+"
OBJECT: Final = rb"\{(?:" + FLAT + rb"|" + INNER % (INNER % (INNER % FLAT)) + rb")\}"
# Also a record separator (RFC 7464), and the byte order mark of a file behind another one.
SEPARATORS: Final = re.compile(rb"(?:[\s,\x1e]++|\xef\xbb\xbf)*+")
# What comes behind a value, at the top or in an array: with anything else, it is a broken line.
BEHIND: Final = re.compile(rb"[ \t\r]*+(?:,[ \t\r]*+)?(?:[\n\x1e{\[]|\xef\xbb\xbf)")
BEHIND_ELEMENT: Final = re.compile(rb"\s*+[,\]{]|[ \t\r]*+\n")
WHOLE_OBJECT: Final = re.compile(rb"[\s,\x1e]*+(" + OBJECT + rb")(?=" + BEHIND.pattern + rb")")
TOKEN: Final = re.compile(OBJECT + rb"|" + STRING + rb'|["\[\]{},]')
# Where one object ends and another one begins, or two that are nested in one.
TWO: Final = re.compile(rb"\}[\s,\x1e]*+\{")
# Arrays in arrays in a line of one object a line: they are no objects, and may never end.
ARRAYS: Final = re.compile(rb"[\s,\x1e]*+(\[\[[^\n]*)(?<!\r)\r?\n(?=\{)")
ARRAYS_BEGUN: Final = re.compile(rb"\[(?:\[[^\n]*+\n?)?\Z")
# What begins otherwise goes on up to the end of its line; in an array, up to the next comma.
REST_OF_LINE: Final = re.compile(rb"[^\n\x1e]*+(?=[\n\x1e])")
REST_OF_ELEMENT: Final = re.compile(
    rb"(?:" + STRING + rb'|[^,\]\n"]++|"[^\n]*+(?=\n))*+(?=[,\]\n])'
)


class Texts(Iterator[bytes]):
    """The JSON objects of a file, however they are separated and laid out; or of - for stdin.

    The elements of arrays, one object a line, several lines an object, one behind the other. What
    is no object is a text as well: in a file of one object a line, a broken line.
    The file is opened and its kind is looked at now, the rest is read as the texts are taken; so it
    may be a pipe. Raises UsageError when the file cannot be read or is of another kind. Where it
    turns out to be broken later, the texts end, and *fault* says why.
    """

    def __init__(self, path: Path) -> None:
        self.fault: str | None = None
        self._path = path
        self._count = 0
        try:
            if path == Path("-"):
                self._stream: BinaryIO = sys.stdin.buffer
            else:
                self._stream = path.open("rb")
            self._size = os.fstat(self._stream.fileno()).st_size  # a pipe has none
            self._head = self._stream.read(CHUNK)
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from error
        if fault := other_format(self._head, len(self._head) < CHUNK):
            self._stream.close()
            raise UsageError(f"{path}: {fault}")
        self._texts = self._split()

    def __next__(self) -> bytes:
        text = next(self._texts)
        self._count += 1
        return text

    def share(self) -> float | None:
        """Return how much of the file is read, up to 1; nobody knows it of a pipe."""
        if not self._size:
            return None
        return 1 if self._stream.closed else self._stream.tell() / self._size

    def _split(self) -> Iterator[bytes]:
        with self._stream:
            try:
                yield from _texts(self._head, self._stream)
            except (EOFError, OSError) as error:
                self.fault = (
                    f"{self._path}: {error}; the {self._count} objects before are imported,"
                    " correct the file and import it again: nothing is repeated"
                )


def _texts(buffer: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Yield the texts. Raises EOFError where an object or an array does not end."""
    in_array = False
    at_end = False
    start = retries = 0
    newline = -1
    while True:
        if newline < start and (newline := buffer.find(b"\n", start)) < 0:
            newline = len(buffer)
        # A line from { to } before another {: what else there is need not be looked at.
        if (
            not in_array
            and buffer.startswith(b"{", start)
            and buffer.endswith((b"}", b"}\r"), start, newline)
            and buffer.startswith(b"{", newline + 1)
            and not TWO.search(buffer, start, newline)
        ):
            yield buffer[start:newline].rstrip()
            start = newline + 1
            continue
        arrays = None if in_array else ARRAYS.match(buffer, start)
        if found := WHOLE_OBJECT.match(buffer, start) or arrays:
            yield found[1]
            start = found.end()
            continue
        separators = SEPARATORS.match(buffer, start)
        assert separators
        start = separators.end()
        if buffer.startswith(b"]" if in_array else b"[", start) and (
            in_array or at_end or not ARRAYS_BEGUN.match(buffer, start)
        ):
            in_array = not in_array
            start += 1
        elif (end := _end_of_text(buffer, start, in_array)) > 0:
            yield buffer[start:end].rstrip()
            start = end
        elif (
            (at_end or len(buffer) - start > LARGEST)
            and (retries := retries + 1) < RETRIES
            and buffer.find(b"\n{", start) > 0
        ):
            end = buffer.find(b"\n", start)  # a broken line, which took the next ones for its own
            yield buffer[start:end].rstrip()
            start = end
        elif at_end:
            if start < len(buffer):
                raise EOFError("it ends in the middle of an object")
            if in_array:
                raise EOFError("its JSON array does not end")
            return
        elif len(buffer) - start > LARGEST:
            raise EOFError(f"an object does not end within {LARGEST >> 20} MiB")
        else:
            more = stream.read(max(CHUNK, len(buffer) - start))
            at_end = not more
            buffer = buffer[start:] + (more or b"\n")
            start, newline = 0, -1


def _end_of_text(buffer: bytes, start: int, in_array: bool) -> int:
    """Return where the text that begins there ends; 0 if that is not in the buffer yet."""
    end = start
    if buffer.startswith((b"{", b"["), start):
        end = _end_of_value(buffer, start)
        if end < 0:  # nobody knows where: its first line is a text, the next one begins another
            return max(buffer.find(b"\n", start), 0)
        if not end or (BEHIND_ELEMENT if in_array else BEHIND).match(buffer, end):
            return end
    found = (REST_OF_ELEMENT if in_array else REST_OF_LINE).match(buffer, end)
    return found.end() if found else 0


def _end_of_value(buffer: bytes, start: int) -> int:
    """Return where an object or array ends; 0 if that is not in the buffer yet, -1 if it is broken.

    That is, where an object begins that cannot stand there, or a string goes on in the next line.
    """
    opened = bytearray()
    last, end = 0, start
    for token in TOKEN.finditer(buffer, start):
        kind, size = buffer[token.start()], token.end() - token.start()
        match kind:
            case 0x7B | 0x5B:  # { [
                between = buffer[end : token.start()].strip()
                if kind == 0x7B and opened:
                    before = chr(last) + chr(opened[-1]) + between.decode("latin-1")
                    if before not in ("[[", ",[", '"{:'):
                        return -1
                opened.append(kind)
            case 0x22 if size == 1:  # a " whose string does not end in its line
                return -1 if 0 < buffer.find(b"\n", token.start()) < len(buffer) - 1 else 0
        last, end = buffer[token.end() - 1], token.end()
        if last in b"}]":
            opened.pop()
            if not opened:
                return end
    return 0
