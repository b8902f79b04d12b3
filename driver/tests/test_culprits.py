"""Messages on which the database fails: only they are put aside, and nothing waits for them."""

import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from driver.broker.inspector import queue_state
from driver.broker.publisher import Message
from driver.cli import main
from driver.ingest import Arrived, Outcome
from driver.ingester import Ingester
from driver.settings import Settings
from driver.tests.conftest import refusing_connections, until
from driver.tests.test_consume import count, event, publish

Connection = psycopg.Connection[Any]
StartConsumer = Callable[..., subprocess.Popen[bytes]]

# How the database fails, as a statement of PL/pgSQL, and what the quarantine says then.
FAILURES: Final = {
    "data exception": ("RAISE data_exception USING MESSAGE = 'so bad'", "so bad"),
    "program limit": ("RAISE program_limit_exceeded USING MESSAGE = 'too many'", "too many"),
    "out of memory": ("RAISE out_of_memory USING MESSAGE = 'no memory'", "no memory"),
    "statement timeout": ("PERFORM pg_sleep(60)", "canceling statement due to statement timeout"),
    "backend killed": ("PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(60)", ""),
}
MARKED: Final = (
    b'{"id": "%s", "event_type": "User Created", "received_at": "2020-12-08 10:00:00",'
    b' "username": "marked"}'
)


@pytest.fixture(name="fail_on_marked", params=FAILURES)
def fixture_fail_on_marked(
    conn: Connection, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Makes the database fail on marked events; the reason for the quarantine."""
    statement, reason = FAILURES[request.param]
    conn.execute(f"""
        CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {statement}; RETURN NEW; END $$""".encode())
    conn.execute("""
        CREATE TRIGGER fail BEFORE INSERT ON raw.user_events FOR EACH ROW
        WHEN (NEW.username = 'marked') EXECUTE FUNCTION public.fail()""")
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=1s")
    monkeypatch.setattr("driver.ingester.RETRY_SECONDS", 0.01)
    yield reason
    conn.execute("DROP FUNCTION public.fail CASCADE")


def marked(number: int) -> Message:
    """Return a message with an event on which the database fails."""
    return Message(f"marked {number}", "", MARKED.replace(b"%s", b"%d" % number))


def refuse_marked(conn: Connection) -> None:
    """Have the server take no marked event, as one that starts or stops; to be dropped by name."""
    conn.execute("""
        CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE cannot_connect_now USING MESSAGE = 'not now'; END $$""")
    conn.execute("""
        CREATE TRIGGER fail BEFORE INSERT ON raw.user_events FOR EACH ROW
        WHEN (NEW.username = 'marked') EXECUTE FUNCTION public.fail()""")


def quarantine(conn: Connection) -> list[Any]:
    """Return what is there."""
    return conn.execute("""
        SELECT message_id, convert_from(body, 'UTF8')::jsonb ->> 'username', reason
        FROM raw.rejected_user_events
        ORDER BY message_id
        """).fetchall()


@pytest.mark.parametrize("fail_on_marked", ["data exception", "backend killed"], indirect=True)
def test_a_culprit_is_put_aside(
    conn: Connection,
    settings: Settings,
    start_consumer: StartConsumer,
    fail_on_marked: str,
    tmp_path: Path,
) -> None:
    """One alone, then two among many: they are in quarantine with the error, the rest in raw."""
    process = start_consumer()
    publish(settings, marked(0))
    until(lambda: count(conn, "raw.rejected_user_events") == 1)
    publish(settings, *map(event, range(40)), marked(1), event(40), marked(2), event(41))
    until(lambda: count(conn, "raw.user_events") == 42)
    until(lambda: count(conn, "raw.rejected_user_events") == 3)
    until(lambda: queue_state(settings) == (0, 1))
    assert process.poll() is None
    for number, (message_id, username, reason) in enumerate(quarantine(conn)):
        assert (message_id, username) == (f"marked {number}", "marked")
        assert reason.startswith(f"the database fails on it: {fail_on_marked}")
    assert "the message goes to quarantine: id 'marked 2'" in (
        tmp_path / "consumer_0.log"
    ).read_text("utf-8")
    # Seen once more, they are duplicates, as any other.
    totals = conn.execute("SELECT sum(inserted), sum(duplicates), sum(rejected) FROM etl.ingests")
    assert totals.fetchone() == (42, 0, 3)


def test_the_database_may_fail_in_any_way(conn: Connection, fail_on_marked: str) -> None:
    """The culprit among others is found."""
    messages = [marked(0), *map(event, range(5))]
    with Ingester("test", lambda _: True) as ingester:
        work = ingester.submit([Arrived(one.body, one.message_id) for one in messages])
        assert work.result(20) == Outcome(new=5, rejected=1)
    ((_, username, reason),) = quarantine(conn)
    assert username == "marked"
    assert reason.startswith(f"the database fails on it: {fail_on_marked}")


@pytest.mark.parametrize("fail_on_marked", ["program limit"], indirect=True)
def test_a_file_with_a_culprit_is_imported(
    conn: Connection, fail_on_marked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Past the queue as well."""
    file = tmp_path / "events.json"
    lines = [event(number).body for number in range(20)]
    lines.insert(7, marked(0).body)
    file.write_bytes(b"\n".join(lines))
    assert main(["import", "user-events", "--direct", str(file)]) == 0
    assert capsys.readouterr().out == "user events: 20 new, 0 duplicate, 1 rejected\n"
    ((_, _, reason),) = quarantine(conn)
    assert reason.startswith(f"the database fails on it: {fail_on_marked}")


@pytest.mark.parametrize("fail_on_marked", list(FAILURES)[:3], indirect=True)
def test_a_replay_leaves_a_culprit_where_it_is(conn: Connection, fail_on_marked: str) -> None:
    """And takes the others. A time limit, or an end, is one of the session that asked for it."""
    assert fail_on_marked
    bodies = [event(number).body for number in range(10)]
    bodies.insert(4, marked(0).body)
    conn.execute("SELECT raw.ingest_user_events(%b, NULL, NULL, 'as of old')", (bodies,))
    assert count(conn, "raw.rejected_user_events") == 11
    replayed = conn.execute("SELECT * FROM raw.replay_rejected_user_events()").fetchone()
    assert replayed == (11, 10, 0, 1)
    ((_, username, reason),) = quarantine(conn)
    assert (username, reason) == ("marked", "as of old")


def test_a_server_in_trouble_blames_no_message(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails on any message, for a while: errors that might as well be for what is in one."""
    monkeypatch.setattr("driver.ingester.RETRY_SECONDS", 0.01)
    conn.execute("CREATE SEQUENCE public.failures")
    conn.execute("""
        CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            v_failure text := ('{57P01,57P01,53200,53200,57014,53400,54023,XX000}'::text[])
                [nextval('public.failures')];
        BEGIN
            IF v_failure = '57P01' THEN
                PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(60);
            ELSIF v_failure IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = v_failure;
            END IF;
            RETURN NEW;
        END $$""")
    waits: list[psycopg.Error] = []

    def wait(error: psycopg.Error) -> bool:
        waits.append(error)
        return True

    with Ingester("test", wait) as ingester:
        conn.execute("""
            CREATE TRIGGER fail BEFORE INSERT ON raw.user_events FOR EACH ROW
            EXECUTE FUNCTION public.fail()""")
        messages = [Arrived(event(number).body) for number in range(2)]
        assert ingester.submit(messages).result(20) == Outcome(new=2)
    assert len(waits) == 7 and not quarantine(conn)
    conn.execute("DROP FUNCTION public.fail CASCADE")
    conn.execute("DROP SEQUENCE public.failures")


def test_a_time_limit_blames_no_message(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the server's role, while somebody locks the table."""
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=500ms")
    with ExitStack() as locked:
        waits: list[psycopg.Error] = []

        def wait(error: psycopg.Error) -> bool:
            waits.append(error)
            locked.close()
            return True

        with Ingester("test", wait) as ingester:
            locked.enter_context(conn.transaction())
            conn.execute("LOCK TABLE raw.user_events")
            assert ingester.submit([Arrived(event(1).body)]).result(20) == Outcome(new=1)
    assert len(waits) == 1 and not quarantine(conn)


def test_a_server_that_is_away_blames_no_message(
    conn: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it refuses a connection; and who is told not to wait leaves the message."""
    messages = [Arrived(event(1).body, "1")]
    with ExitStack() as away:
        refusals: list[psycopg.Error] = []

        def wait(error: psycopg.Error) -> bool:
            refusals.append(error)
            if len(refusals) == 5:
                away.close()
            return True

        with Ingester("test", wait) as ingester:
            away.enter_context(refusing_connections(conn))
            assert ingester.submit(messages).result(20) == Outcome(new=1)
    assert len(refusals) == 5
    assert "quarantine" not in caplog.text and not quarantine(conn)

    with Ingester("test", lambda _: False) as ingester, refusing_connections(conn):
        assert ingester.submit(messages).result(20) == Outcome()


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_server_that_stops_blames_no_message(conn: Connection, goes_on: bool) -> None:
    """It takes nothing any more, then it is away."""
    refuse_marked(conn)
    with ExitStack() as away:
        waits: list[psycopg.Error] = []

        def wait(error: psycopg.Error) -> bool:
            waits.append(error)
            if len(waits) == 1:
                away.enter_context(refusing_connections(conn))
                return True
            away.close()
            conn.execute("DROP FUNCTION public.fail CASCADE")
            return goes_on

        with Ingester("test", wait) as ingester:
            messages = [Arrived(marked(0).body)]
            assert ingester.submit(messages).result(20) == Outcome(new=int(goes_on))
    assert len(waits) == 2 and not quarantine(conn)


def test_the_good_message_may_be_disliked(conn: Connection) -> None:
    """By a trigger or a hook: the server works all the same."""
    conn.execute("""
        CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE data_exception; END $$""")
    conn.execute("""
        CREATE TRIGGER fail BEFORE INSERT ON raw.user_events FOR EACH ROW
        WHEN (NEW.user_id = 'good') EXECUTE FUNCTION public.fail()""")
    with Ingester("test", lambda _: True) as ingester:
        assert ingester.submit([Arrived(event(1).body)]).result(20) == Outcome(new=1)
    conn.execute("DROP FUNCTION public.fail CASCADE")


def test_what_another_batch_waits_for_is_not_acknowledged(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """The server does not take the first, takes the second, the consumer stops: both come again."""
    refuse_marked(conn)
    publish(settings, marked(0), event(1), event(2))
    process = start_consumer("--batch-size=1")
    until(lambda: count(conn, "raw.user_events") == 1)
    process.terminate()
    assert process.wait(10) == 0
    until(lambda: queue_state(settings) == (3, 0))
    conn.execute("DROP FUNCTION public.fail CASCADE")
    start_consumer()
    until(lambda: count(conn, "raw.user_events") == 3)


def test_a_culprit_makes_no_other_culprit(
    conn: Connection, settings: Settings, start_consumer: StartConsumer
) -> None:
    """It ends all sessions, however often it comes; another batch is on its way at the time."""
    conn.execute("""
        CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            PERFORM pg_sleep(0.05), pg_terminate_backend(pid)
            FROM pg_stat_activity
            WHERE application_name = 'warehouse consumer' AND datname = current_database();
            PERFORM pg_sleep(60);
        END $$""")
    conn.execute("""
        CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$""")
    for name, sign in (("fail", "="), ("dawdle", "IS DISTINCT FROM")):
        conn.execute(f"""
            CREATE TRIGGER {name} BEFORE INSERT ON raw.user_events FOR EACH ROW
            WHEN (NEW.username {sign} 'marked') EXECUTE FUNCTION public.{name}()""".encode())
    publish(settings, *(message for n in range(4) for message in (marked(n), event(n))))
    start_consumer("--batch-size=1")
    until(lambda: count(conn, "raw.user_events") + count(conn, "raw.rejected_user_events") == 8)
    assert [username for _, username, _ in quarantine(conn)] == ["marked"] * 4
    conn.execute("DROP FUNCTION public.fail, public.dawdle CASCADE")
