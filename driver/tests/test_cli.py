"""The command line: what good calls print, and the one line that bad ones get."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from driver.broker import Message, Publisher
from driver.cli import main
from driver.settings import Settings
from driver.status import Status, print_status

Connection = psycopg.Connection[Any]


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "message"),
    [
        ("", {}, 2, "the following arguments are required: COMMAND"),
        ("nothing", {}, 2, "invalid choice: 'nothing'"),
        ("load users_dim", {}, 2, "no day to load: pass --date"),
        ("load users_dim", {"IMPORT_DATE": "2020-13-40"}, 2, "'2020-13-40' is no day"),
        ("load users_dim --date 8.12.2020", {}, 2, "'8.12.2020' is no day"),
        ("load nothing --date 2020-12-08", {}, 2, "invalid choice: 'nothing'"),
        (
            "load users_dim --date 2020-12-08",
            {"PGPORT": "1"},
            1,
            r"PostgreSQL: .* \(run .make setup",
        ),
        ("load users_dim --date 2020-12-08", {"PGDATABASE": "no"}, 1, '"no" does not exist'),
        ("import organizations no.json", {}, 2, "no.json: No such file"),
        ("import user-events no.json", {}, 2, "no.json: No such file"),
        ("import user-events no.json", {"RABBITMQ_URL": ""}, 2, "RABBITMQ_URL is not set"),
        ("import user-events no.json", {"RABBITMQ_URL": "amqp://"}, 2, "must look like amqp://"),
        ("import user-events no.json", {"RABBITMQ_URL": "amqp://a:b@c:d"}, 2, "must look like"),
        ("consume", {"RABBITMQ_URL": "", "RABBITMQ_URL_FILE": "no"}, 2, "no: No such file"),
        ("consume", {"RABBITMQ_URL": "http://a"}, 2, "RABBITMQ_URL must look like amqp://"),
        ("consume --batch-size 0", {}, 2, "must be at least 1"),
        ("consume --batch-size x", {}, 2, "invalid _positive value|invalid int value"),
    ],
)
def test_a_bad_call_gets_one_line(
    conn: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    environment: dict[str, str],
    status: int,
    message: str,
) -> None:
    """On stderr, with status 2 for a wrong call and 1 for a fault."""
    assert conn and settings
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(arguments.split()) == status
    output = capsys.readouterr()
    assert re.fullmatch(f"error: .*({message}).*\n", output.err)
    assert not output.out


def test_a_broker_that_is_away_is_a_fault(
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """An import does not wait for it; nothing has begun."""
    assert conn
    monkeypatch.setenv("RABBITMQ_URL", "amqp://user:secret@127.0.0.1:1/")
    path = tmp_path / "events.json"
    path.write_text('{"id": 1}')
    assert main(["import", "user-events", str(path)]) == 1
    assert re.fullmatch("error: RabbitMQ at 127.0.0.1:1: .*refused.*\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    "command",
    ["", "consume", "import", "import user-events", "import both", "load", "ready", "status"],
)
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By --help."""
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: python -m driver" in capsys.readouterr().out


def test_a_load_says_what_it_wrote(conn: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    """A day without events is a row of zeros in the report."""
    assert main("load user_events_daily --date 2020-12-08".split()) == 0
    assert main("load users_dim --date 2020-12-08".split()) == 0
    assert re.fullmatch(
        r"user_events_daily 2020-12-08: 1 row written in \d+\.\d\d s\n"
        r"users_dim 2020-12-08: 0 rows written in \d+\.\d\d s\n",
        capsys.readouterr().out,
    )
    assert conn.execute("SELECT n_total FROM reports.user_events_daily").fetchall() == [(0,)]


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
    assert main("load users_dim --date 2020-12-08".split()) == 0
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
    assert document["queue"] == {"name": settings.queue, "ready": 1, "consumers": 0}
    assert document["ingested"][0]["rejected"] == 1
    assert document["rejected"][0]["kind"] == "user event"
    assert document["stale_dates"][0]["load_name"] == "user_events_daily"
    assert document["last_loads"][0]["rows_written"] == 1
    assert len(document["problems"]) == 3

    assert main(["status", "--prometheus"]) == 1
    families = text_string_to_metric_families(capsys.readouterr().out)
    metrics = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }
    assert metrics["warehouse_up", "broker"] == metrics["warehouse_up", "database"] == 1
    assert metrics["warehouse_queue_ready",] == 1
    assert metrics["warehouse_messages", "rejected"] == 1
    assert metrics["warehouse_quarantined", "user event"] == 1
    assert metrics["warehouse_stale_dates", "user_events_daily"] == 1
    assert metrics["warehouse_stale_dates", "users_dim"] == 0
    assert metrics["warehouse_last_load_rows_written", "users_dim"] == 1
    assert metrics["warehouse_problems",] == 2


def test_what_came_from_outside_cannot_act_on_the_terminal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters and invisible ones are written out, in tables, lines and logs."""
    odd, shown = "é\x1b[31m\x7f\x9b\u200b\u202e", r"é\x1b[31m\x7f\x9b\u200b\u202e"
    print_status(Status({"name": odd}, {}, [{"problem": odd, "remedy": odd}]))
    assert capsys.readouterr().out.count(shown) == 3
    assert main(["load", "users_dim", "--date", odd]) == 2
    assert f"'{shown}' is no day" in capsys.readouterr().err

    monkeypatch.setenv("PGDATABASE", odd)
    command = [sys.executable, "-m", "driver", "consume"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as consumer:
        assert consumer.stderr and settings
        line = consumer.stderr.readline()
        consumer.terminate()
    assert f'database "{shown}" does not exist' in line


@pytest.mark.parametrize(
    ("command", "buffered", "status"),
    [
        ("--help", True, 141),
        ("status", True, 141),
        ("report", True, 141),
        ("load-days 2020-12-08 2020-12-08", True, 141),
        ("load-days 2020-12-08 2020-12-08", False, 0),
    ],
)
def test_a_reader_may_go(
    conn: Connection, settings: Settings, command: str, buffered: bool, status: int
) -> None:
    """As `head` does: nothing is said, and the status is that of a program that SIGPIPE ends."""
    event = b'{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
    conn.execute("SELECT raw.ingest_user_events(%s, NULL)", ([event],))
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, "-m", "driver", *command.split()],
        env={**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert settings and (run.returncode, run.stderr) == (status, b"")
    loads = conn.execute("SELECT FROM etl.load_runs").rowcount
    assert loads == (2 if "load" in command else 0)


def test_status_when_all_is_well(
    start_consumer: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Says so, with status 0."""
    start_consumer()
    assert main(["status"]) == 0
    assert capsys.readouterr().out.endswith("all is well\n")


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


def test_the_address_may_be_in_a_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As secrets are, so that no environment shows the password."""
    file = tmp_path / "url"
    file.write_text(f"{settings.rabbitmq_url}\n")
    monkeypatch.delenv("RABBITMQ_URL")
    monkeypatch.setenv("RABBITMQ_URL_FILE", str(file))
    assert Settings.from_environment() == settings


def test_a_direct_import_does_not_wait_for_the_server(
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """It ends with what the database says, here a standby."""
    assert conn
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    path = tmp_path / "events.json"
    path.write_text('{"id": 1}')
    assert main(["import", "user-events", "--direct", str(path)]) == 1
    assert re.fullmatch("error: PostgreSQL: .* read-only transaction\n", capsys.readouterr().err)


def test_an_import_may_be_interrupted(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With status 130 and no traceback."""
    assert conn and settings

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("driver.importing.Ingester", interrupt)
    file = tmp_path / "events.json"
    file.write_text('{"id": 1}')
    assert main(["import", "user-events", "--direct", str(file)]) == 130
