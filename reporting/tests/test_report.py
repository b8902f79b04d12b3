"""The report, on the sample of a few days."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from reporting.cli import main

Connection = psycopg.Connection[Any]


@pytest.fixture(name="loaded")
def fixture_loaded(conn: Connection) -> None:
    """Three days, the middle one without events, and a user of many organizations."""
    conn.execute(r"""
        SELECT raw.ingest_user_events(array_agg(convert_to(jsonb_build_object(
            'id', user_number::text, 'event_type', type, 'received_at', day || ' 10:00',
            'organization_name', E'<b>Com\u202epany ' || user_number, 'plan_name', plan
        )::text, 'UTF8')), NULL)
        FROM generate_series(1, 25) AS user_number
        CROSS JOIN (VALUES
            ('User Created', '2020-12-08', 'Medium'), ('User Updated', '2020-12-10', NULL)
        ) AS event (type, day, plan)
        """)
    conn.execute("""
        SELECT crm.load_users_dim(day), reports.load_user_events_daily(day)
        FROM unnest(ARRAY['2020-12-08', '2020-12-09', '2020-12-10']::date[]) AS day
        """)


@pytest.mark.usefixtures("loaded")
def test_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What is fresh, a line a table; then a line a day, of the days asked for."""
    assert main(["report"]) == 0
    freshness, lines = split(capsys.readouterr().out)
    assert freshness == [
        f"{table}: loaded up to 2020-12-10, newest event 2020-12-10 10:00:00 UTC;"
        " 0 days missing, 0 days stale, 0 rejected in 24 hours"
        for table in ("user_events_daily", "users_dim")
    ]
    days = [
        [word for word in line if word[0] in "0123456789"] for line in lines if "2" in str(line)
    ]
    assert days == [
        ["2020-12-08", "25", "0", "0", "25", "25", "25"],
        ["2020-12-09", "0", "0", "0", "0", "0", "25"],
        ["2020-12-10", "0", "25", "0", "25", "25", "25"],
    ]
    assert main("report --from 2020-12-09 --to 2020-12-09".split()) == 0
    _, lines = split(capsys.readouterr().out)
    assert [line[0] for line in lines if line and line[0].startswith("2020")] == ["2020-12-09"]


@pytest.mark.usefixtures("loaded")
def test_freshness(conn: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing, what is stale and why, what was rejected: on the terminal and the page."""
    conn.execute("SELECT crm.load_users_dim('2020-12-12')")
    late = b'{"id": "a", "event_type": "User Created", "received_at": "2020-12-13 10:00"}'
    conn.execute("SELECT raw.ingest_user_events(%s, NULL)", ([late, b"[]", b"{}"],))
    file = tmp_path / "report.html"
    assert main(["report", "--html", str(file)]) == 0
    line = (
        "users_dim: loaded up to 2020-12-12, newest event 2020-12-10 10:00:00 UTC;"
        " 1 day missing, 1 day stale (never loaded), 2 rejected in 24 hours"
    )
    assert line in split(capsys.readouterr().out)[0]
    assert line in file.read_text("utf-8")


def split(output: str) -> tuple[list[str], list[list[str]]]:
    """The lines about the tables, and the words of the others."""
    lines = output.splitlines()
    return lines[:2], [line.split() for line in lines[2:]]


@pytest.mark.usefixtures("loaded")
def test_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file with all charts, that asks for nothing from elsewhere."""
    file = tmp_path / "report.html"
    assert main(["report", "--html", str(file)]) == 0
    page = file.read_text("utf-8")
    for text in (
        "2020-12-08 to 2020-12-10",
        "<b>50</b>events",
        "Events a day, by type",
        "Users at the end of each day",
        "the 20 largest of 25",
        r"&lt;b&gt;Com\\u202epany 25",
    ):
        assert text in page
    for text in (
        "<link",
        "<script src",
        'src="http',
        "@import",
        r"\u003cb\u003e",
        "<b>Com",
        "\u202e",
    ):
        assert text not in page
    assert str(file) in capsys.readouterr().out

    assert main(["report", "--html", str(tmp_path / "no" / "report.html")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.usefixtures("conn")
def test_nothing_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is no error."""
    file = tmp_path / "report.html"
    assert main(["report", "--html", str(file)]) == 0
    assert "users_dim: never loaded; 0 days missing" in capsys.readouterr().out
    assert "no loaded days" in file.read_text("utf-8")
