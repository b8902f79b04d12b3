"""Tells other formats than JSON by how a file begins, and which command helps."""

import re
from typing import Final

FROM_CSV: Final = (
    "python3 -c 'import csv, json, sys; [print(json.dumps(row)) for row in"
    " csv.DictReader(sys.stdin)]' <FILE"
)
# How a file begins, what it is then, and the command that prints it as JSON in UTF-8.
FORMATS: Final = (
    (rb"\x1f\x8b", "gzip", "zcat FILE"),
    (rb"BZh", "bzip2", "bzcat FILE"),
    (rb"\xfd7zXZ", "xz", "xzcat FILE"),
    (rb"\x28\xb5\x2f\xfd", "zstd", "zstdcat FILE"),
    (rb"\x04\x22\x4d\x18", "lz4", "lz4cat FILE"),
    (rb"PK\x03\x04.{26}(?s:.){0,80}xml", "a spreadsheet or another office document", None),
    (rb"PK\x03\x04", "zip", "unzip -p FILE"),
    (rb"7z\xbc\xaf", "7-Zip", "7z x -so FILE"),
    (rb"(?s:.{257})ustar", "a tar archive", "tar xOf FILE"),
    (rb"\xff\xfe\0\0|[^\0]\0\0\0", "UTF-32", "iconv -f UTF-32LE -t UTF-8 FILE"),
    (rb"\0\0(\xfe\xff|\0[^\0])", "UTF-32", "iconv -f UTF-32BE -t UTF-8 FILE"),
    (rb"\xff\xfe|[^\0]\0", "UTF-16", "iconv -f UTF-16LE -t UTF-8 FILE"),
    (rb"\xfe\xff|\0[^\0]", "UTF-16", "iconv -f UTF-16BE -t UTF-8 FILE"),
    (rb"PAR1", "Parquet", "duckdb -jsonlines -c \"FROM read_parquet('FILE')\""),
    (rb"SQLite format 3", "an SQLite database", 'sqlite3 -json FILE "SELECT * FROM events"'),
    (rb"Obj\x01", "Avro", "avro-tools tojson FILE"),
    (rb"ORC", "ORC", "orc-contents FILE"),
    (rb"ARROW1", "Arrow", None),
    (rb"PGDMP", "a dump of PostgreSQL", "psql -Atc 'SELECT to_json(events) FROM events'"),
    (rb"\s*<", "XML", "yq -p=xml -o=json FILE"),
    (rb"---\s|[A-Za-z_]\w*: ", "YAML", "yq -o=json FILE"),
    (rb'[^\n{}\[\]]{0,100}?[\w"][,;\t|]["\w]', "CSV", FROM_CSV),
)
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
MARKS: Final = b"\xef\xbb\xbf\x1e, \t\r\n"
# The name of a value, a string, or what opens or closes.
TOKEN: Final = re.compile(rb'"((?:[^"\\]++|\\.)*+)"\s*+:|"(?:[^"\\]++|\\.)*+"?|[{}\[\]]', re.DOTALL)
# Two objects that are in no list, as a broken first line leaves them.
APART: Final = re.compile(rb"\}[ \t\r]*+\n\s*+\{")
KEYS: Final = (b"id", b"organization_key")


def other_format(head: bytes, is_whole: bool) -> str | None:
    """Return what is wrong with a file that begins so, None if it may be JSON objects."""
    head = head.removeprefix(BYTE_ORDER_MARK)
    for pattern, name, command in FORMATS:
        if re.match(pattern, head):
            return f"it is {name}, not JSON in UTF-8" + (_try(command) if command else "")
    content = head.lstrip(MARKS)
    if path := content.startswith(b"{") and _path_to_objects(content, is_whole):
        return "its objects are in one object" + _try(f"jq -c '{path}' FILE")
    if content and not content.startswith((b"{", b"[")):
        return "neither JSON objects, in whatever layout, nor an array of them"
    return None


def _path_to_objects(content: bytes, is_whole: bool) -> str | None:
    """Return where in the only object of a file a list of objects is, as jq has it, if so."""
    if APART.search(content):
        return None
    path: str | None = None
    name = ""
    steps: list[str] = []
    for token in TOKEN.finditer(content):
        if token[1] is not None:
            if len(steps) == 1 and token[1] in KEYS:
                return None
            name = "." + token[1].decode(errors="replace")
        elif token[0] in (b"{", b"["):
            if token[0] == b"{" and path is None and steps and steps[-1].endswith("[]"):
                path = "".join(steps)
            steps.append(name + ("[]" if token[0] == b"[" else ""))
            name = ""
        elif token[0] in (b"}", b"]"):
            steps.pop()
            if not steps:
                return path if is_whole and not content[token.end() :].strip(MARKS) else None
    return None if is_whole else path


def _try(command: str) -> str:
    return f"; try {command} | make import USER_EVENTS=-"
