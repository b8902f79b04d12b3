"""Splitting files and naming messages; needs no server."""

import bz2
import gzip
import json
import lzma
import os
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driver import files
from driver.errors import UsageError
from driver.files import Texts, message_ids

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def split(tmp_path: Path, content: bytes) -> list[bytes]:
    """Write a file and return its texts."""
    path = tmp_path / "file.json"
    path.write_bytes(content)
    return list(Texts(path))


@given(values=st.lists(JSON), indent=st.none() | st.integers(0, 3), chunk=st.integers(1, 50))
def test_an_array_gives_its_elements(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], indent: int | None, chunk: int
) -> None:
    """Whatever the elements hold, however they are laid out, wherever a chunk ends."""
    content = json.dumps(values, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        texts = split(tmp_path_factory.mktemp("array"), content)
    assert [json.loads(text) for text in texts] == values


@given(values=st.lists(st.dictionaries(st.text(), JSON), min_size=1), chunk=st.integers(1, 50))
def test_lines_give_their_objects(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], chunk: int
) -> None:
    """One object a line, blank lines between them, no newline at the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        texts = split(
            tmp_path_factory.mktemp("lines"), "\n \n".join(map(json.dumps, values)).encode()
        )
    assert [json.loads(text) for text in texts] == values


@pytest.mark.parametrize("content", [b"", b" \n", b"[]", b" [ \n ] \n", b"\xef\xbb\xbf[]"])
def test_a_file_may_be_empty(tmp_path: Path, content: bytes) -> None:
    """No object is no error."""
    assert not split(tmp_path, content)


def test_white_space_before_the_first_object_is_no_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much there is."""
    monkeypatch.setattr(files, "CHUNK", 4)
    assert split(tmp_path, b" \n" * 20 + b"[1]") == [b"1"]


def test_bad_objects_are_the_databases_to_judge(tmp_path: Path) -> None:
    """Bytes that are no JSON, or no UTF-8, come out as they stand."""
    assert split(tmp_path, b'[{"a": oops}, \xff, 1, , {"b": [}]}]') == [
        b'{"a": oops}',
        b"\xff",
        b"1",
        b"",
        b'{"b": [}]}',
    ]
    assert split(tmp_path, b'{"a": 1}\noops\n') == [b'{"a": 1}', b"oops"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"a": 1}, {"a"', "does not end; the 1 objects before"),
        (b'["a', "does not end"),
        (b"[1] [2]", "goes on after the end"),
        (b"oops", "neither a JSON array nor one JSON object a line"),
        (b'"text"', "neither a JSON array nor one JSON object a line"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """With the name of the file and what is wrong with it."""
    with pytest.raises(UsageError, match=f"file.json: .*{message}"):
        split(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "name", "command"),
    [
        (gzip.compress(b"[]"), "gzip", "zcat"),
        (bz2.compress(b"[]"), "bzip2", "bzcat"),
        (lzma.compress(b"[]"), "xz", "xzcat"),
        (b"\x28\xb5\x2f\xfd\x04\x58\x11\x00\x00[]\n", "zstd", "zstdcat"),
        (b"PK\x03\x04", "zip", "unzip -p"),
        *(
            ((mark + ' [{"a": 1}]').encode(code), code[:-2].upper(), f"iconv -f {code.upper()} ")
            for code in ("utf-16le", "utf-16be", "utf-32le", "utf-32be")
            for mark in ("\ufeff", "")
        ),
    ],
)
def test_another_kind_of_file_is_named(
    tmp_path: Path, content: bytes, name: str, command: str
) -> None:
    """With what makes it readable."""
    with pytest.raises(UsageError) as caught:
        split(tmp_path, content)
    assert f"it is {name}, not JSON in UTF-8; try {command}" in str(caught.value)


def test_nuls_are_no_encoding(tmp_path: Path) -> None:
    """As a file that lost its content in a crash has them."""
    with pytest.raises(UsageError, match="neither a JSON array"):
        split(tmp_path, b"\0" * 100)


def test_a_file_is_looked_at_before_its_texts_are_taken(tmp_path: Path) -> None:
    """Once, as a pipe can be read only once."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for content in (b"oops", b'{"a": 1}\n{"b": 2}'):
        Thread(target=pipe.write_bytes, args=(content,), daemon=True).start()
        if content == b"oops":
            with pytest.raises(UsageError):
                Texts(pipe)
        else:
            assert list(Texts(pipe)) == [b'{"a": 1}', b'{"b": 2}']


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """With the name of the file."""
    with pytest.raises(UsageError, match="none.json: No such file"):
        Texts(tmp_path / "none.json")


def test_ids_depend_on_content_and_how_often_it_came() -> None:
    """Not on white space, the order of keys or the order of objects."""
    one = [text for text, _ in message_ids(iter([b'{"a":1,"b":2}', b'{"c":3}', b'{"c":3}']))]
    two = [text for text, _ in message_ids(iter([b'{"c": 3}', b'{"b":2, "a":1}', b'{ "c":3}']))]
    assert len(set(one)) == 3
    assert sorted(one) == sorted(two)


@pytest.mark.parametrize("text", [b"oops", b"\xff", b"[" * 100_000, b"1" * 5_000, b"NaN", b""])
def test_any_bytes_have_an_id(text: bytes) -> None:
    """What is no JSON is told apart by its bytes."""
    first, second = [identity for identity, _ in message_ids(iter([text, text]))]
    assert first.removesuffix("-1") == second.removesuffix("-2")
