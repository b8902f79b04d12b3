"""The status, for people, for programs and for Prometheus; and the command line around it."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from driver.broker.consumer import Consumer
from driver.broker.publisher import Message, Publisher
from driver.broker.queues import dead_letters_of
from driver.cli import main as driver
from driver.settings import Settings
from driver.tests.conftest import until
from driver.tests.test_cli import ODD, SHOWN, run_unread
from reporting.cli import main
from reporting.status import Status, print_status, read_status

Connection = psycopg.Connection[Any]
StartConsumer = Callable[..., subprocess.Popen[bytes]]

ROOT: Final = Path(__file__).parents[2]
MONITORING: Final = ROOT / "monitoring"


@pytest.mark.parametrize("command", ["", "report", "status"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By --help."""
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: python -m reporting" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["status", "report"])
def test_a_reader_may_go(conn: Connection, settings: Settings, command: str) -> None:
    """As `head` does: nothing is said, and the status is that of a program that SIGPIPE ends."""
    event = b'{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
    conn.execute("SELECT raw.ingest_user_events(%s, NULL)", ([event],))
    assert settings and run_unread(f"reporting {command}") == (141, b"")
    assert conn.execute("SELECT FROM etl.load_runs").rowcount == 0


def test_a_reader_of_make_may_go(conn: Connection, settings: Settings) -> None:
    """Then make does not speak of an error."""
    assert conn and settings
    command = "set -o pipefail; make -s status RUN=@ | :"
    run = subprocess.run(["bash", "-c", command], cwd=ROOT, stderr=subprocess.PIPE, check=True)
    assert run.stderr == b""


def test_status(conn: Connection, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """What is where, what needs a person and what to do: for people, programs and Prometheus."""
    conn.execute(
        "SELECT raw.ingest_user_events(%s, NULL)",
        (
            [
                b'{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}',
                b"[bad]",
            ],
        ),
    )
    with Publisher(settings) as publisher:
        publisher.publish([Message("a", "", b"{}")])
        publisher.wait_until_unconfirmed(0)
    assert driver("load users_dim --date 2020-12-08".split()) == 0
    capsys.readouterr()

    assert main(["status"]) == 1
    output = capsys.readouterr().out
    for text in (
        f"nobody consumes queue {settings.queue}: 1 messages wait\n  make setup",
        "1 user event rejected, last: body: not JSON",
        "raw.replay_rejected_user_events()",
        "user_events_daily: 1 day to load, the first 2020-12-08\n  make catch_up",
        "never loaded",
    ):
        assert text in output

    assert main(["status", "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["queue"] == {
        "name": settings.queue,
        "ready": 1,
        "consumers": 0,
        "unacknowledged": 0,
        "dead_letters": 0,
    }
    assert document["ingested"][0]["rejected"] == 1
    assert document["rejected"][0]["kind"] == "user event"
    assert document["stale_dates"][0]["load_name"] == "user_events_daily"
    assert document["last_loads"][0]["rows_written"] == 1
    assert len(document["problems"]) == 3

    assert main(["status", "--prometheus"]) == 1
    families = list(text_string_to_metric_families(capsys.readouterr().out))
    metrics = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }
    assert metrics["warehouse_up", "broker"] == metrics["warehouse_up", "database"] == 1
    assert metrics["warehouse_queue_ready",] == 1
    assert metrics["warehouse_messages_total", "rejected"] == 1
    assert metrics["warehouse_quarantined", "user event"] == 1
    assert metrics["warehouse_stale_dates", "user_events_daily"] == 1
    assert metrics["warehouse_stale_dates", "users_dim"] == 0
    assert metrics["warehouse_last_load_rows_written", "users_dim"] == 1
    assert metrics["warehouse_problems",] == 2
    for family in families:
        assert family.documentation.endswith(".")
        assert (family.type == "counter") == (family.name == "warehouse_messages")
    check_monitoring(metrics)


def test_a_consumer_that_is_silent_among_others(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """It is a problem while it consumes: one that was killed is none."""
    start_consumer()
    silent = "1 of 2 consumers do not reach the database"
    until(lambda: conn.execute("SELECT FROM etl.consumer_states WHERE is_heard").rowcount == 1)
    conn.execute("SELECT etl.hear_consumer('silent', %s, 0, NULL)", (settings.queue,))
    conn.execute("""
        UPDATE etl.consumers SET heard_at = now() - interval '1 minute' WHERE consumer = 'silent'
        """)
    assert read_status(settings).queue["unacknowledged"] == 0
    assert silent not in str(read_status(settings).problems)
    with Consumer(settings, few=1, many=1):
        assert silent in str(read_status(settings).problems)


def check_monitoring(metrics: dict[tuple[str, ...], float]) -> None:
    """The dashboard and the alerts ask for what is exported."""
    exported = {name for name, *_ in metrics}
    rules = (MONITORING / "prometheus-rules.yml").read_text("utf-8")
    dashboard = json.loads((MONITORING / "grafana.json").read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert len(asked) == 11
    expressions = re.findall("expr: '(.*)'", rules)
    assert len(expressions) == rules.count("alert: ") == 9
    for expression in asked + expressions:
        names = set(re.findall(r"\bwarehouse_\w+", expression))
        assert names and names <= exported, expression
        for matcher in re.findall(r'warehouse_\w+{\w+="(\w+)"}', expression):
            assert matcher in [value for _, *values in metrics for value in values]


def test_missing_days(
    conn: Connection, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Are written as people write them."""
    assert settings
    for day in ("2020-12-05", "2020-12-08", "2020-12-10"):
        conn.execute("SELECT crm.load_users_dim(%s::date)", (day,))
    main(["status", "--json"])
    freshness = json.loads(capsys.readouterr().out)["freshness"]
    missing = {row["load_name"]: row["missing_days"] for row in freshness}
    assert missing["users_dim"] == "2020-12-06 to 2020-12-07, 2020-12-09"


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_terminal_cuts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    """A name goes on in the next line; so does a list of days, and a line only if it has to."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    load = {
        "load_name": "user_events_daily",
        "import_date": date(2026, 11, 24),
        "started_at": datetime(2026, 11, 24, 19, 12, 41),
        "duration": timedelta(seconds=12.3456),
        "rows_read": 1234567,
        "rows_written": 1234566,
    }
    missing = {"missing_days": "2020-12-07 to 2020-12-08, 2020-12-11"}
    print_status(Status({}, {"last_loads": [load], "freshness": [load | missing]}, []))
    output = re.sub("\x1b\\[[0-9]+m", "", capsys.readouterr().out)
    for text in ("user_events_daily", "2026-11-24 19:12:41", "12.35 s", "1234567", "1234566"):
        assert output.count(text) == 2
    assert re.search("2026-11-24 +2026-11-24 19:12:41", output)
    assert "2020-12-08," in output and "2020-12-11" in output and "…" not in output
    loads = output.partition("FRESHNESS")[0]
    assert max(map(len, loads.splitlines())) <= width
    assert ("rows\n" in re.sub(" +\n", "\n", loads)) == (width == 80)


def test_what_came_from_outside_cannot_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Control characters and invisible ones are written out, in tables and lines."""
    print_status(Status({"name": ODD}, {}, [{"problem": ODD, "remedy": ODD}]))
    assert capsys.readouterr().out.count(SHOWN) == 3


def test_status_when_all_is_well(
    start_consumer: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Says so, with status 0."""
    start_consumer()
    assert main(["status"]) == 0
    assert capsys.readouterr().out.endswith("all is well\n")


def test_status_has_what_a_consumer_notes(
    conn: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A problem, in whose place no other is named; and what may be as somebody wants it."""
    with Publisher(settings) as publisher:
        publisher.publish([Message("a", "", b"{}")])
        publisher.wait_until_unconfirmed(0)
    note = "SELECT etl.note_of_consumer(%s, %s, %s, %s)"
    conn.execute(note, ("queue q", "drops messages by their age", "see there", False))
    assert main(["status"]) == 1
    output = capsys.readouterr().out
    assert "nobody consumes queue" in output
    assert re.search("NOTES\n.*\nqueue q +drops messages by their age", output)
    conn.execute(note, ("consumer here 7", "it fails", "mend it", True))
    assert main(["status"]) == 1
    output = capsys.readouterr().out
    assert "nobody consumes queue" not in output
    assert re.search("it fails, since .*\n  mend it", output) and "consumer here 7" not in output

    dead = Settings(settings.rabbitmq_url, dead_letters_of(settings.queue))
    with Publisher(dead) as publisher:
        publisher.publish([Message("a", "", b"{}")])
        publisher.wait_until_unconfirmed(0)
    main(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["queue"]["dead_letters"] == 1
    monkeypatch.setattr("reporting.status.dead_letters_of", lambda _: "none")
    main(["status", "--json"])
    assert json.loads(capsys.readouterr().out)["queue"]["dead_letters"] == 0


def test_status_names_what_is_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The queue, the broker, the database."""
    assert main(["status"]) == 1
    assert f"no queue '{settings.queue}'" in capsys.readouterr().out
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("RABBITMQ_URL", "amqp://127.0.0.1:1/")
    assert main(["status", "--prometheus"]) == 1
    assert 'warehouse_up{server="database"} 0' in capsys.readouterr().out
    assert main(["status"]) == 1
    output = capsys.readouterr().out
    assert "RabbitMQ at 127.0.0.1:1" in output
    assert "PostgreSQL: connection" in output
