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
from hypothesis import assume, given
from hypothesis import strategies as st

from driver import files
from driver.errors import UsageError
from driver.files import Texts
from driver.identity import message_ids

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def split(tmp_path: Path, content: bytes, fault: str = "") -> list[bytes]:
    """Write a file and return its texts; they end with the fault."""
    path = tmp_path / "file.json"
    path.write_bytes(content)
    texts = Texts(path)
    found = list(texts)
    assert fault in (texts.fault or "") and bool(fault) == bool(texts.fault), texts.fault
    return found


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


@given(
    values=st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), min_size=1, max_size=4),
    indent=st.none() | st.integers(0, 3),
    separator=st.sampled_from(
        [
            "\n",
            "\r\n",
            "\n \n",
            "",
            " ",
            ",\n",
            ", ",
            "\n\x1e",
            "\x1e",
            "\n\ufeff",
            "\n]\n[\n",
            "][",
        ]
    ),
    chunk=st.integers(1, 50),
)
def test_objects_come_out_however_they_are_laid_out(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[Any],
    indent: int | None,
    separator: str,
    chunk: int,
) -> None:
    """One a line, on several lines, one behind the other, in several arrays, with marks between."""
    texts = [json.dumps(value, indent=indent) for value in values]
    content = separator.join(texts)
    if "]" in separator:
        content = f"[{content}]"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        patch.setattr(files, "other_format", lambda *_: None)  # a chunk may be a byte
        found = split(tmp_path_factory.mktemp("objects"), content.encode())
    assert [text.decode() for text in found] == texts


BROKEN = (
    *(
        b"oops",
        b'{"a": 1',
        b'{"a": 1,',
        b'{"a":',
        b'{"a": [',
        b'{"a": [1,',
        b'{"a": [{"b": 1}',
        b"{",
        b'{"a": "x',
    ),
    *(
        b'{"a": "x\\',
        b'{"a": 1}}',
        b'{"a": 1} oops',
        b'{"a": 1}, "b": 2}',
        b'{"a": 1 {"b": 2}}',
        b'{"a": [}]}',
        b"}",
        b"]",
        b"[[[[",
        b"[[1], [2]]",
    ),
    *(b'"a": 1}', b'{"a": {"b": {', b'{"a": [[', b"\xff", b"1", b'"text"'),
)


@given(
    lines=st.lists(st.sampled_from(BROKEN) | st.just(b'{"n": {"m": [0]}}'), max_size=8),
    chunk=st.integers(1, 60),
)
def test_a_broken_line_costs_that_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], chunk: int
) -> None:
    """In a file of one object a line, whatever is broken in it, also several."""
    content = [b'{"n": 1}', *(part for line in lines for part in (line, b'{"n": 2}'))]
    assume(b'{"a":\n{"n": 2}\n}' not in b"\n".join(content))  # which is an object
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "CHUNK", chunk)
        patch.setattr(files, "other_format", lambda *_: None)
        found = split(tmp_path_factory.mktemp("lines"), b"\n".join(content) + b"\n")
    assert found == content


@pytest.mark.parametrize("content", [b"", b" \n", b"[]", b" [ \n ] \n", b"\xef\xbb\xbf[]", b"\x1e"])
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
        b'{"b": [}]}',
    ]
    assert split(tmp_path, b'["x, y", "z\n{"a": 1}\n]') == [b'"x, y"', b'"z', b'{"a": 1}']
    assert split(tmp_path, b'{"a": 1}\noops\n') == [b'{"a": 1}', b"oops"]


@pytest.mark.parametrize(
    ("content", "texts", "fault"),
    [
        (
            b'[{"a": 1}, {"a"',
            [b'{"a": 1}'],
            "ends in the middle of an object; the 1 objects before",
        ),
        (b'[{"a": 1}, {"a": "x', [b'{"a": 1}'], "ends in the middle of an object; the 1 objects"),
        (b'[{"a": 1},', [b'{"a": 1}'], "its JSON array does not end; the 1 objects before"),
        (b'{"a": 1}\n{"a": {"b": 1', [b'{"a": 1}'], "ends in the middle of an object"),
        (b'{\n "a": 1\n}\n{\n "a": [', [b'{\n "a": 1\n}'], "ends in the middle of an object"),
        (
            b'{"a": 1}\n' + b'{"a": [\n{"b": 1},\n' * 30,
            [b'{"a": 1}', *[b'{"a": [', b'{"b": 1}'] * 19],
            "does not end within",
        ),
        (b'{"a": 1}\n{"a": [' + b" " * 50, [b'{"a": 1}'], "an object does not end within 0 MiB"),
    ],
)
def test_a_file_that_ends_early_is_read_up_to_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, texts: list[bytes], fault: str
) -> None:
    """And the fault is told after that."""
    monkeypatch.setattr(files, "LARGEST", 40)
    assert split(tmp_path, content, fault) == texts


@pytest.mark.parametrize("content", [b"oops", b'"text"', b"1", b"\0" * 100])
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    """With the name of the file. Null bytes are no encoding: a crash leaves them behind."""
    with pytest.raises(UsageError, match="file.json: neither JSON objects, in whatever layout,"):
        split(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (b'{"events": [{"id": 1}, {"id": 2}]}', ".events[]"),
        (
            b'\xef\xbb\xbf{\n"next": "[{", "data": {"n": 1, "rows": [\n{"id": 1}]}}\n',
            ".data.rows[]",
        ),
        (b'{"rows": [[{"id": 1}]]}', ".rows[][]"),
        (b'{"events": [' + b'{"id": 1},' * 30_000, ".events[]"),
    ],
)
def test_objects_in_an_object_are_refused(tmp_path: Path, content: bytes, path: str) -> None:
    """With the command that takes them out."""
    with pytest.raises(UsageError) as caught:
        split(tmp_path, content)
    assert f"try jq -c '{path}' FILE | make import" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"tags": [{"x": 1}], "id": 1}',
        b'{"tags": [{"x": 1}]}\n{"tags": []}',
        b'{"tags": [1], "name": {}}',
        b'{"tags": [\n{"x": 1}\n{"x": 2}',
        b'{"organization_key": 1, "tags": [{"x": 1}]}',
    ],
)
def test_an_object_with_a_list_is_an_object(tmp_path: Path, content: bytes) -> None:
    """If it has a key, is not alone, or has no objects in its list."""
    assert split(tmp_path, content) == content.splitlines()


@pytest.mark.parametrize(
    ("content", "name", "command"),
    [
        (gzip.compress(b"[]", mtime=0), "gzip", "zcat"),
        (bz2.compress(b"[]"), "bzip2", "bzcat"),
        (lzma.compress(b"[]"), "xz", "xzcat"),
        (b"\x28\xb5\x2f\xfd\x04\x58\x11\x00\x00[]\n", "zstd", "zstdcat"),
        (b"\x04\x22\x4d\x18", "lz4", "lz4cat"),
        (b"PK\x03\x04", "zip", "unzip -p"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip", "7z x"),
        (b"events.json".ljust(257, b"\0") + b"ustar", "a tar archive", "tar xOf"),
        (b"PAR1\x15", "Parquet", "duckdb"),
        (b"SQLite format 3\0", "an SQLite database", "sqlite3"),
        (b"Obj\x01\x04", "Avro", "avro-tools tojson"),
        (b"ORC\x08", "ORC", "orc-contents"),
        (b"PGDMP\x01", "a dump of PostgreSQL", "psql"),
        (b'<?xml version="1.0"?>', "XML", "yq"),
        (b"\xef\xbb\xbf<events/>", "XML", "yq"),
        (b"id: anna\n", "YAML", "yq"),
        (b"id,event_type\n1,2\n", "CSV", "python3 -c"),
        (b'"id";"event_type"\n1;2\n', "CSV", "python3 -c"),
        (b"id\tevent_type\n1\t2\n", "CSV", "python3 -c"),
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
