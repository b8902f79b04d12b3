"""The report, on the sample of a few days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reporting.cli import main
from reporting.page import write_html
from reporting.report import Day, Numbers, print_report

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
    """Up to when it is complete; then a line a day, of the days asked for."""
    assert main(["report"]) == 0
    freshness, lines = split(capsys.readouterr().out)
    assert freshness == ["complete up to 10 Dec 2020, 10:00 UTC"]
    days = [
        [word for word in line if word[0] in "+0123456789"] for line in lines if "2" in str(line)
    ]
    assert days == [
        ["2020-12-08", "25", "0", "0", "25", "25", "25", "+25"],
        ["2020-12-09", "0", "0", "0", "0", "0", "25", "+0"],
        ["2020-12-10", "0", "25", "0", "25", "25", "25", "+0"],
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
    lines = [
        "complete up to 10 Dec 2020, 10:00 UTC",
        "user_events_daily: 1 day stale (never loaded)",
        "users_dim: 1 day missing, 1 day stale (never loaded)",
        "2 rejected in 24 hours",
    ]
    assert split(capsys.readouterr().out)[0] == lines
    page = file.read_text("utf-8")
    assert [line for line in lines if f'<li class="look">{line}</li>' in page] == lines


@pytest.mark.usefixtures("loaded")
def test_a_stale_day_is_not_complete(conn: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is what follows it."""
    late = b'{"id": "a", "event_type": "User Created", "received_at": "2020-12-09 10:00"}'
    conn.execute("SELECT raw.ingest_user_events(%s, NULL)", ([late],))
    assert main(["report"]) == 0
    assert split(capsys.readouterr().out)[0][0] == "complete up to 9 Dec 2020, 00:00 UTC"


@pytest.mark.usefixtures("loaded")
def test_restated_days(conn: Connection, tmp_path: Path) -> None:
    """They are marked, and told by how much; others are not."""
    file = tmp_path / "report.html"
    conn.execute("UPDATE reports.user_events_history SET reported_on = '2020-12-11'")
    assert main(["report", "--html", str(file)]) == 0
    assert "restated" not in file.read_text("utf-8")
    conn.execute("""
        UPDATE reports.user_events_daily
        SET n_updated = n_updated + 3, n_total = n_total + 3, n_unique = n_unique + 1
        WHERE event_date = '2020-12-08'
        """)
    assert main(["report", "--html", str(file)]) == 0
    page = file.read_text("utf-8")
    assert '<th scope="row">2020-12-08*<td' in page and page.count("*<td") == 1
    assert '<td class="group">25<td>+3<td>28<td>+1' in page
    assert main(["report", "--from", "2020-12-09", "--html", str(file)]) == 0
    assert "restated" not in file.read_text("utf-8")


def test_the_newest_day_is_the_first(tmp_path: Path) -> None:
    """Of the table, with what is not loaded between the days beside it."""
    file = tmp_path / "report.html"
    write_html(numbers([day(date(2020, 12, 5)), day(date(2020, 12, 7))], []), file)
    page = file.read_text("utf-8")
    labels = [f'<th scope="row">2020-12-0{number}<' for number in (7, 6, 5)]
    assert sorted(labels, key=page.index) == labels


def test_parts_of_a_week_are_told(tmp_path: Path) -> None:
    """From whole ones: where the period begins or ends within one."""
    file = tmp_path / "report.html"
    first = date(2020, 12, 2)  # a Wednesday
    write_html(numbers([day(first + timedelta(number)) for number in range(140)], []), file)
    page = file.read_text("utf-8")
    assert page.count('<g class="part">') == 3 * 2
    assert page.count("part of a week") == 2
    assert "2020-12-02 to 2020-12-06 (part): 5 created" in page
    assert "2020-12-07 to 2020-12-13: 7 created" in page


def split(output: str) -> tuple[list[str], list[list[str]]]:
    """The lines about the tables, up to an empty one, and the words of the others."""
    lines = output.splitlines()
    number = next(number for number, line in enumerate(lines) if not line.strip())
    return lines[:number], [line.split() for line in lines[number:]]


@pytest.mark.usefixtures("loaded")
def test_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One file with all charts, that asks for nothing from elsewhere."""
    file = tmp_path / "report.html"
    assert main(["report", "--html", str(file)]) == 0
    page = file.read_text("utf-8")
    for text in (
        "2020-12-08 to 2020-12-10",
        "<dt>events</dt><dd>50</dd>",
        'aria-label="Events per day, by type, 2020-12-08 to 2020-12-10.'
        ' 25 created, 25 updated, 0 deleted."',
        'aria-label="Users at the end of each day, 2020-12-08 to 2020-12-10.'
        ' 25 at first, 25 at last, 25 at most."',
        "25 new, 0 deleted, net change +25.",
        "<title>2020-12-09: 0 created, 0 updated, 0 deleted</title>",
        "5 other organizations",
        r"&lt;b&gt;Com\u202epany 25",
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';',
    ):
        assert text in page
    for text in ("<link", "<script", "src=", "url(", "@import", "<b>Com", "\u202e", "not loaded"):
        assert text not in page
    assert str(file) in capsys.readouterr().out

    assert main(["report", "--html", str(tmp_path / "no" / "report.html")]) == 2
    assert "No such file" in capsys.readouterr().err


@pytest.mark.usefixtures("conn")
def test_nothing_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Is no error."""
    file = tmp_path / "report.html"
    assert main(["report", "--html", str(file)]) == 0
    output = capsys.readouterr().out
    assert "nothing is loaded yet" in output and "users_dim: never loaded\n" in output
    assert "no loaded days" in file.read_text("utf-8")


def numbers(days: list[Day], organizations: list[tuple[str | None, str | None, int]]) -> Numbers:
    """What a report shows, of any days and organizations."""
    return Numbers(datetime(2026, 1, 1, tzinfo=UTC), [], days, organizations, [])


def day(event_date: date, events: int = 1, users: int = 1) -> Day:
    """A day with as many events of each type."""
    return Day(event_date, events, events, events, events, 3 * events, users, events, events)


@pytest.mark.parametrize(
    ("dates", "unit", "bars", "lines", "gap"),
    [
        ("2020-12-05 2020-12-08", "day", 4, 2, "2020-12-06 to 2020-12-07 (2 days)"),
        ("2020-12-05 2020-12-07", "day", 3, 2, ">2020-12-06<"),
        ("2020-12-05 2020-12-06 2021-06-30", "week", 31, 2, "2021-06-29 (205 days)"),
        ("2020-12-05 2029-06-30", "month", 103, 2, "(3,128 days)"),
        ("1970-01-01 2020-12-05 2199-12-31", "year", 230, 3, "2199-12-30 (65,403 days)"),
    ],
)
def test_few_days_over_a_long_time(
    tmp_path: Path, dates: str, unit: str, bars: int, lines: int, gap: str
) -> None:
    """Need few bars; days that are not loaded are no zeros."""
    file = tmp_path / "report.html"
    write_html(numbers([day(date.fromisoformat(text)) for text in dates.split()], []), file)
    page = file.read_text("utf-8")
    assert f"Events per {unit}, by type" in page
    assert page.count("<g") == 3 * bars
    assert gap in page
    assert page.count("<path") == lines
    assert page.count("days not loaded") == 3


def test_events_of_other_types_are_drawn(tmp_path: Path) -> None:
    """Those of a type that was added, above the others; without any there is no such type."""
    file = tmp_path / "report.html"
    days = [day(date(2020, 12, 5)), day(date(2020, 12, 6))]
    write_html(numbers(days, []), file)
    assert ">further<" not in (page := file.read_text("utf-8")) and page.count("<rect") == 16
    write_html(numbers([days[0], days[1]._replace(total=5)], []), file)
    page = file.read_text("utf-8")
    assert ">further<" in page and 'class="further"' in page
    assert page.count("<rect") == 17


def test_a_large_report_is_a_small_file(tmp_path: Path) -> None:
    """Of 20 years, 1,000 organizations and 12 plans; what has no row or colour is told."""
    first = date(2006, 1, 1)
    days = [day(first + timedelta(number), 12_345_678, 87_654_321) for number in range(7_300)]
    organizations = [
        (f"organization {number:04}", f"plan {number % 12}", 2_000 - number)
        for number in range(1_000)
    ]
    file = tmp_path / "report.html"
    write_html(numbers(days, [*organizations, (None, None, 1)]), file)
    page = file.read_text("utf-8")
    assert len(page) < 1_000_000
    assert "3,640 earlier days are left out" in page
    assert "981 other organizations" in page and "6 other plans" in page
    assert "organization 0019" in page and "organization 0020" not in page


def test_one_more_is_not_called_others(tmp_path: Path) -> None:
    """It has room itself."""
    file = tmp_path / "report.html"
    names = [f"organization {number}" for number in range(20)]
    write_html(numbers([], [(name, None, 2) for name in names] + [(None, "gold", 1)]), file)
    page = file.read_text("utf-8")
    assert "no organization" in page and "no plan" in page and "other" not in page


@pytest.mark.usefixtures("loaded")
def test_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each loaded day of those asked for."""
    file = tmp_path / "days.csv"
    assert main(["report", "--from", "2020-12-09", "--csv", str(file)]) == 0
    assert file.read_text("utf-8") == (
        "event_date,created,updated,deleted,unique,total,users,new,gone,change\n"
        "2020-12-09,0,0,0,0,0,25,0,0,0\n"
        "2020-12-10,0,25,0,25,25,25,0,0,0\n"
    )
    assert f"days as CSV: {file}" in capsys.readouterr().out


def test_the_first_day_after_the_last_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is written."""
    file = tmp_path / "report.html"
    assert main(f"report --from 2020-12-11 --to 2020-12-05 --html {file}".split()) == 2
    assert "2020-12-11, is after the last day, 2020-12-05" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize(("width", "has_bars"), [(80, False), (140, True)])
def test_the_terminal_cuts_no_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, has_bars: bool
) -> None:
    """The bars go first; then a line goes on in the next one."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    print_report(numbers([day(date(2020, 12, 5), 12_345_678, 87_654_321)], []))
    output = capsys.readouterr().out
    for number in ("2020-12-05", "12,345,678", "37,037,034", "87,654,321"):
        assert number in output
    assert "…" not in output
    assert ("█" in output) == has_bars
