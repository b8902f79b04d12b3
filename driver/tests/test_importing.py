"""Importing files, against the real servers."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika
import psycopg
import pytest

from driver import import_progress, importing
from driver.broker.inspector import queue_state
from driver.broker.publisher import Message, Publisher
from driver.cli import main
from driver.errors import BrokerError, Fault
from driver.files import Texts
from driver.importing import (
    import_organizations,
    import_user_events,
    import_user_events_directly,
)
from driver.ingest import Arrived, Outcome
from driver.ingester import Ingester
from driver.settings import Settings
from driver.tests.conftest import refusing_connections, until
from driver.tests.test_culprits import marked, refuse_marked

Connection = psycopg.Connection[Any]
StartConsumer = Callable[..., subprocess.Popen[bytes]]

DATA = Path(__file__).parents[2] / "data"


def events_file(path: Path, *numbers: int) -> Path:
    """Write a file of events, equal for equal numbers."""
    file = path / "events.json"
    file.write_text(
        "\n".join(
            json.dumps(
                {
                    "id": f"user {number}",
                    "event_type": "User Created",
                    "received_at": "2020-12-08 10:00:00",
                }
            )
            for number in numbers
        )
    )
    return file


def test_the_sample_is_imported_once(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Imported again, all of it is duplicate; its two equal events are two."""
    assert settings
    start_consumer()
    organizations, user_events = str(DATA / "organizations.json"), str(DATA / "user_events.json")
    assert main(["import", "organizations", organizations]) == 0
    assert main(["import", "user-events", user_events]) == 0
    assert main(["import", "both", organizations, user_events]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "organizations: 20 new, 0 duplicate, 0 rejected",
        "user events: 36 new, 0 duplicate, 0 rejected",
        "organizations: 0 new, 20 duplicate, 0 rejected",
        "user events: 0 new, 36 duplicate, 0 rejected",
    ]
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (36,)
    assert conn.execute("SELECT count(*) FROM crm.organizations_dim").fetchone() == (20,)


def test_every_object_is_counted(
    conn: Connection, settings: Settings, start_consumer: StartConsumer, tmp_path: Path
) -> None:
    """New, known from another file, or no event at all."""
    start_consumer()
    assert import_user_events(settings, Texts(events_file(tmp_path, 1, 2, 2))) == Outcome(3, 0, 0)
    file = events_file(tmp_path, 2, 3, 4, 1, 2)
    file.write_bytes(file.read_bytes() + b"\noops\n")
    assert import_user_events(settings, Texts(file)) == Outcome(2, 3, 1)
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (5,)


def test_bad_organizations_are_quarantined(conn: Connection, tmp_path: Path) -> None:
    """The others load, and the dimension has them at once."""
    file = tmp_path / "organizations.json"
    file.write_text(
        '[{"organization_key": "a", "organization_name": "A", "created_at": "2020-01-01 00:00:00"},'
        ' {"organization_name": "B"},'
        ' {"organization_key": "c", "created_at": "yesterday"}]'
    )
    assert import_organizations(Texts(file)) == Outcome(1, 0, 2)
    assert conn.execute("SELECT organization_key FROM crm.organizations_dim").fetchall() == [("a",)]
    assert conn.execute("SELECT count(*) FROM raw.organizations_inbox").fetchone() == (0,)


def test_changed_organizations_are_no_duplicates(conn: Connection, tmp_path: Path) -> None:
    """Each further version of one counts as changed, whatever becomes of it."""
    file = tmp_path / "organizations.json"
    versions = [("a", "A", 1), ("a", "B", 3), ("a", "C", 2), ("a", "B", 3), ("b", "B", 1)]
    keys = ("organization_key", "organization_name", "updated_at")
    file.write_text(
        json.dumps([dict(zip(keys, (*v[:2], f"2020-01-0{v[2]} 00:00"))) for v in versions])
    )
    outcome = import_organizations(Texts(file))
    assert str(outcome) == "2 new, 2 changed, 1 duplicate, 0 rejected"
    assert sum(outcome) == 5
    assert str(import_organizations(Texts(file))) == "0 new, 5 duplicate, 0 rejected"
    names = "SELECT organization_name FROM crm.organizations_dim ORDER BY organization_key"
    assert conn.execute(names).fetchall() == [("B",), ("B",)]


@pytest.mark.parametrize("direct", [[], ["--direct"]])
def test_a_file_that_ends_early_is_imported_up_to_there(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    direct: list[str],
) -> None:
    """The counts are those in the database, and the fault comes after them."""
    assert settings
    start_consumer()
    file = events_file(tmp_path, *range(1149))
    file.write_bytes(file.read_bytes() + b'\n{"id": "half')
    assert main(["import", "user-events", *direct, str(file)]) == 2
    told = capsys.readouterr()
    assert told.out == "user events: 1149 new, 0 duplicate, 0 rejected\n"
    assert "it ends in the middle of an object; the 1149 objects before are imported" in told.err
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (1149,)

    file.write_bytes(b'[{"organization_key": "a"}, {"organization')
    assert main(["import", "both", *direct, str(file), str(events_file(tmp_path / "..", 1))]) == 2
    told = capsys.readouterr()
    assert told.out == "organizations: 1 new, 0 duplicate, 0 rejected\n"
    assert conn.execute("SELECT count(*) FROM crm.organizations_dim").fetchone() == (1,)


def test_a_file_may_come_in(conn: Connection) -> None:
    """Where its name is -, but one of the two only."""
    command = [sys.executable, "-m", "driver", "import"]
    event = b'{"id": "a", "event_type": "User Created", "received_at": "2020-12-08 10:00"}'
    done = subprocess.run(
        [*command, "user-events", "--direct", "-"], input=event, check=True, stdout=-1
    )
    assert done.stdout == b"user events: 1 new, 0 duplicate, 0 rejected\n"
    assert conn.execute("SELECT user_id FROM raw.user_events").fetchall() == [("a",)]
    done = subprocess.run([*command, "both", "--direct", "-", "-"], check=False, stderr=-1)
    assert (done.returncode, done.stderr) == (2, b"error: only one of two files can be -\n")


def test_both_files_are_looked_at_before_one_is_written(
    conn: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The name of the second one may be mistyped."""
    organizations = str(DATA / "organizations.json")
    assert main(["import", "both", "--direct", organizations, str(tmp_path / "no")]) == 2
    assert "no: No such file" in capsys.readouterr().err
    assert conn.execute("SELECT count(*) FROM raw.organizations").fetchone() == (0,)


def test_a_file_of_which_all_was_rejected_is_a_fault(
    conn: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is probably the wrong one. Where the reasons are is said for a part as well."""
    assert conn
    user_events = events_file(tmp_path, 1)
    organizations = str(DATA / "organizations.json")
    for arguments, status, out, err in (
        (
            ["user-events", "--direct", organizations],
            1,
            "user events: 0 new, 0 duplicate, 20 rejected\n",
            "error: all user events were rejected: 'make status' and raw.rejected_user_events"
            " say why\n",
        ),
        (
            ["both", "--direct", str(user_events), str(user_events)],
            1,
            "organizations: 0 new, 0 duplicate, 1 rejected\n",
            "error: all organizations were rejected: 'make status' and raw.rejected_organizations"
            " say why\n",
        ),
        (
            ["user-events", "--direct", str(user_events)],
            0,
            "user events: 1 new, 0 duplicate, 0 rejected\n",
            "",
        ),
    ):
        assert main(["import", *arguments]) == status
        assert capsys.readouterr() == (out, err)
    user_events.write_bytes(user_events.read_bytes() + b"\noops\n")
    assert main(["import", "user-events", "--direct", str(user_events)]) == 0
    assert capsys.readouterr() == (
        "user events: 0 new, 1 duplicate, 1 rejected\n",
        "1 of the user events rejected: 'make status' and raw.rejected_user_events say why\n",
    )


def test_make_imports_from_a_pipe(conn: Connection, tmp_path: Path) -> None:
    """As `zcat FILE | make import USER_EVENTS=/dev/stdin` does, or USER_EVENTS=<(zcat FILE)."""

    def import_from(name: str, **options: Any) -> bytes:
        command = ["make", "-s", "import", "RUN=@", "DIRECT=1", f"USER_EVENTS={name}"]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "ORGANIZATIONS": "/dev/null"}
        run = subprocess.run(
            command, cwd=DATA.parent, env=environment, stdout=subprocess.PIPE, check=True, **options
        )
        return bytes(run.stdout)

    content = events_file(tmp_path, 1, 2).read_bytes()
    assert b"events: 2 new, 0 duplicate" in import_from("/dev/stdin", input=content)
    with events_file(tmp_path, 1, 2).open("rb") as file:
        assert b"events: 0 new, 2 duplicate" in import_from("/dev/stdin", stdin=file)
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    output = import_from(f"/dev/fd/{reader}", pass_fds=[reader])
    os.close(reader)
    assert b"events: 0 new, 2 duplicate" in output
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (2,)


def test_it_says_when_nobody_consumes(
    conn: Connection,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """In one line, then ends with a fault; the events stay in the queue."""
    assert conn
    monkeypatch.setattr(import_progress, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(import_progress, "GIVE_UP_SECONDS", 1.5)
    with pytest.raises(
        Fault, match="nobody consumes queue .*: start a consumer; until then 3 events"
    ):
        import_user_events(settings, Texts(events_file(tmp_path, 1, 2, 3)))
    complaints = [
        record.getMessage() for record in caplog.records if record.name == import_progress.__name__
    ]
    assert complaints == [
        f"nobody consumes queue {settings.queue}: start a consumer; still waiting for 3 events"
    ]
    assert queue_state(settings) == (3, 0)


def test_it_says_when_consumers_commit_nothing(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And goes on once they do: a lock on raw holds them up, a cut connection is opened again."""
    start_consumer("--batch-size", "1")  # it takes three
    monkeypatch.setattr(import_progress, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(import_progress, "GIVE_UP_SECONDS", 0.6)
    states = chain([BrokerError("the broker is away")], repeat(None))

    def state(of: Settings) -> tuple[int, int]:
        if error := next(states):
            raise error
        return queue_state(of)

    monkeypatch.setattr(import_progress, "queue_state", state)
    outcomes: list[Outcome] = []
    file = events_file(tmp_path, *range(5))
    thread = threading.Thread(
        target=lambda: outcomes.append(import_user_events(settings, Texts(file)))
    )
    with conn.transaction():
        conn.execute("LOCK TABLE raw.user_events")
        thread.start()
        until(lambda: "the consumers commit nothing: see their log" in caplog.text)
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'warehouse import' AND datname = current_database()"
        )
        until(lambda: "still waiting" in caplog.text)
    thread.join(20)
    assert outcomes == [Outcome(5, 0, 0)]
    assert "the broker is away; still waiting for 5 events" in caplog.text


def test_a_database_that_is_away_is_spoken_of_once(
    conn: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An import goes on where it was."""
    monkeypatch.setattr(import_progress, "POLL_SECONDS", 0.0)
    with import_progress.ImportProgress(uuid4()) as progress:
        with refusing_connections(conn):
            for _ in range(3):
                assert progress.read() == Outcome()
        assert progress.read() == Outcome()
    assert caplog.text.count("still waiting") == 1


def test_it_ends_when_there_is_nothing_to_wait_for(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The queue was purged, and a consumer cannot commit: the rest comes by another import."""
    start_consumer("--batch-size", "1")  # it takes three
    monkeypatch.setattr(import_progress, "PATIENCE_SECONDS", 0.3)
    monkeypatch.setattr(import_progress, "GIVE_UP_SECONDS", 0.6)

    polls = iter(range(9))

    def state(of: Settings) -> tuple[int, int]:
        next(polls)  # fails when it goes on for ever
        with pika.BlockingConnection(pika.URLParameters(of.rabbitmq_url)) as connection:
            connection.channel().queue_purge(of.queue)
        return queue_state(of)

    monkeypatch.setattr(import_progress, "queue_state", state)
    file = events_file(tmp_path, *range(5))
    with conn.transaction():
        conn.execute("LOCK TABLE raw.user_events")
        with pytest.raises(Fault, match="5 events are neither committed nor waiting in queue"):
            import_user_events(settings, Texts(file))
    until(lambda: conn.execute("SELECT FROM raw.user_events").rowcount == 3)
    assert import_user_events(settings, Texts(file)) == Outcome(2, 3, 0)


def test_a_slow_file_is_not_the_consumers_fault(
    settings: Settings,
    start_consumer: StartConsumer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Patience is counted from when all is published."""
    start_consumer()
    monkeypatch.setattr(import_progress, "PATIENCE_SECONDS", 2.0)

    def texts() -> Iterator[bytes]:
        yield b"one"
        time.sleep(2.5)

    assert import_user_events(settings, texts()) == Outcome(0, 0, 1)
    assert "still waiting" not in caplog.text


def test_a_lost_link_is_opened_again(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was not confirmed is published again; the database knows what came twice."""
    start_consumer()
    monkeypatch.setattr(importing, "PUBLISH_BATCH", 10)
    publish = Publisher.publish
    calls: Iterator[int] = iter(range(1000))

    def lose_link(publisher: Publisher, messages: list[Message]) -> None:
        publish(publisher, messages)
        if next(calls) in (1, 3):
            raise BrokerError("lost")

    monkeypatch.setattr(Publisher, "publish", lose_link)
    file = events_file(tmp_path, *range(95))
    # pylint: disable-next=protected-access
    *_, published = importing._publish(settings, Texts(file), uuid4())
    assert published == 95, "also what was under way when the link was lost"
    calls = iter(range(1000))
    assert sum(import_user_events(settings, Texts(file))) == 95
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (95,)


def test_neither_way_repeats_the_others_events(
    conn: Connection, settings: Settings, start_consumer: StartConsumer, tmp_path: Path
) -> None:
    """Directly and through the queue, an event has the same key."""
    start_consumer()
    file = events_file(tmp_path, *range(1500), 7)
    assert import_user_events_directly(Texts(file)) == Outcome(1501, 0, 0)
    assert import_user_events(settings, Texts(file)) == Outcome(0, 1501, 0)
    assert conn.execute("SELECT count(*) FROM raw.user_events").fetchone() == (1501,)


def test_a_database_that_takes_nothing_is_not_waited_for(
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By an import past the queue, nor by a consumer that is told to stop."""
    file = events_file(tmp_path, 1)
    with monkeypatch.context() as patch:
        patch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
        assert main(["import", "user-events", "--direct", str(file)]) == 1
    assert "session is read-only" in capsys.readouterr().err
    refuse_marked(conn)
    file.write_bytes(marked(0).body)
    assert main(["import", "user-events", "--direct", str(file)]) == 1
    assert "not now" in capsys.readouterr().err
    with Ingester("test", lambda _: False) as ingester:
        assert ingester.submit([Arrived(marked(0).body)]).result() == Outcome()
    conn.execute("DROP FUNCTION public.fail CASCADE")
