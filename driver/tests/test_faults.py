"""Faults of random kinds under a steady stream of events: afterwards raw has each of them once.

One in a hundred is a hostile body; now and then one has a hostile header, or cannot be delivered.
The database is told not to wait for its disk.

On servers of its own, which it kills; so it needs their programs on this machine. FAULTS says how
many faults (default: one of each kind), SEED which ones and when.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from signal import SIGCONT, SIGINT, SIGKILL, SIGSTOP, SIGTERM, Signals
from threading import Event, Thread
from typing import Any, Final

import pika
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from driver.settings import Settings
from driver.tests.conftest import NEEDS_SERVERS, until
from driver.tests.test_consume import RawHeaders
from driver.tests.test_culprits import MARKED
from driver.tests.test_frames import HOSTILE as HEADERS
from driver.tests.test_hostile_bodies import KINDS
from driver.tests.test_undeliverable import dead_letters, send_undeliverable

Process = subprocess.Popen[str]

ROOT: Final = Path(__file__).parents[2]
STATE: Final = ".services/faults"
EVENTS_A_SECOND: Final = 500
# An import skips a blank line, and takes each object of an array, or of a line, for itself.
SEVERAL: Final = (
    "white space",
    "an array of events",
    "events one behind the other",
    "what Python prints",
)
HOSTILE: Final = [make(64_000) for kind, make in KINDS.items() if kind not in SEVERAL]

pytestmark = NEEDS_SERVERS

LONGEST_PAUSE: Final = """
    SELECT max(pause)::text
    FROM (
        SELECT ingested_at - lag(ingested_at) OVER (ORDER BY ingested_at) AS pause
        FROM etl.ingests
    ) AS ingest
    """


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, though nobody may have asked how yet."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text("ascii")
    except FileNotFoundError:
        return True


class Warehouse:
    """A database, a broker and two consumers, all of which may be killed."""

    def __init__(self, log: Path) -> None:
        self._environment = {
            **os.environ,
            **{"SERVICES_STATE": STATE, "POSTGRES_PORT": "", "RABBITMQ_PORT": ""},
        }
        self._consumers: list[Process] = []
        self._log = log.open("w", encoding="utf-8")
        self.n_headers = self.n_undeliverable = 0

    def services(self, *verb: str) -> str:
        """Call services/local for these servers."""
        return subprocess.check_output(
            [str(ROOT / "services" / "local"), *verb], env=self._environment, text=True
        )

    def set_up(self) -> None:
        """Start everything."""
        self.services("up")
        for line in self.services("env").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self._environment[name] = value
        if self.services("rabbitmqctl", "version").startswith("3."):
            self.services("rabbitmq-plugins", "enable", "rabbitmq_amqp1_0")
        subprocess.run([ROOT / "db" / "migrate"], env=self._environment, check=True)
        with self.connect() as connection:
            connection.execute("ALTER DATABASE warehouse SET synchronous_commit = off")
        self._consumers = [self.driver("consume") for _ in range(2)]

    def tear_down(self) -> None:
        """Stop everything and leave nothing."""
        for consumer in self._consumers:
            consumer.terminate()
        for consumer in self._consumers:
            consumer.wait(15)
        self.services("down")

    def driver(self, *arguments: str | Path, package: str = "driver") -> Process:
        """Start the driver, or what reports."""
        return subprocess.Popen(
            [sys.executable, "-m", package, *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def connect(self) -> psycopg.Connection[Any]:
        """Connect to the database."""
        names = ("host", "port", "user", "password", "dbname")
        variables = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE")
        values = (self._environment[variable] for variable in variables)
        info = make_conninfo(**dict(zip(names, values, strict=True)))
        return psycopg.connect(info, autocommit=True)

    # The faults. Each leaves everything running, or coming back by itself.

    def kill_consumer(self) -> None:
        """At any instant."""
        self._replace_consumer(SIGKILL)

    def stop_consumer(self) -> None:
        """As an update would."""
        self._replace_consumer(SIGTERM)

    def _replace_consumer(self, number: Signals) -> None:
        consumer = random.choice(self._consumers)
        consumer.send_signal(number)
        status = consumer.wait(15)
        # One that has just been started dies of it.
        assert status in (0, -number)
        self._consumers[self._consumers.index(consumer)] = self.driver("consume")

    def freeze_consumer(self) -> None:
        """For longer than a batch takes."""
        consumer = random.choice(self._consumers)
        consumer.send_signal(SIGSTOP)
        time.sleep(random.uniform(0, 2))
        consumer.send_signal(SIGCONT)

    def cut_connections(self) -> None:
        """All sessions but ours end, in the middle of whatever they do."""
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    def lock_raw(self) -> None:
        """For longer than a batch takes."""
        with self.connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE raw.user_events")
            time.sleep(random.uniform(0, 2))

    @property
    def broker(self) -> Settings:
        """Where it is."""
        return Settings(self._environment["RABBITMQ_URL"], "user_events")

    def send_headers(self) -> None:
        """An event with a table of headers that pika cannot decode."""
        event = MARKED % f"odd header {self.n_headers}".encode()
        with pika.BlockingConnection(pika.URLParameters(self.broker.rabbitmq_url)) as connection:
            channel = connection.channel()
            channel.confirm_delivery()
            headers = RawHeaders(HEADERS[self.n_headers % len(HEADERS)])
            channel.basic_publish("", self.broker.queue, event, headers, mandatory=True)
        self.n_headers += 1

    def send_undeliverable(self) -> None:
        """Two events, of which the broker can deliver one."""
        send_undeliverable(self.broker, f"odd {self.n_undeliverable}")
        self.n_undeliverable += 1

    def kill_database(self) -> None:
        """And let it recover."""
        self._replace_server("database", SIGKILL)

    def stop_database(self) -> None:
        """As an upgrade would."""
        self._replace_server("database", SIGINT)

    def kill_broker(self) -> None:
        """And let it recover."""
        self._replace_server("broker", SIGKILL)

    def stop_broker(self) -> None:
        """As an upgrade would."""
        self._replace_server("broker", SIGTERM)

    def _replace_server(self, server: str, number: Signals) -> None:
        pid = int((ROOT / STATE / f"{server}.pid").read_text())
        os.kill(pid, number)
        until(lambda: is_gone(pid), 60)
        time.sleep(random.uniform(0, 2))
        self.services("up")


Fault = Callable[[Warehouse], None]

FAULTS: Final[tuple[Fault, ...]] = (
    Warehouse.kill_consumer,
    Warehouse.stop_consumer,
    Warehouse.freeze_consumer,
    Warehouse.cut_connections,
    Warehouse.lock_raw,
    Warehouse.send_headers,
    Warehouse.send_undeliverable,
    Warehouse.kill_database,
    Warehouse.stop_database,
    Warehouse.kill_broker,
    Warehouse.stop_broker,
)


@pytest.fixture(name="warehouse", scope="module")
def fixture_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """All of it running; what the driver said is shown when a test fails."""
    log = tmp_path_factory.mktemp("faults") / "log"
    warehouse = Warehouse(log)
    try:
        warehouse.set_up()
        yield warehouse
    finally:
        warehouse.tear_down()
        print(log.read_text(encoding="utf-8"))


class Stream(Thread):
    """Writes an event now and then into a pipe, each of another user, until told to stop."""

    def __init__(self, pipe: Path) -> None:
        super().__init__(daemon=True)
        os.mkfifo(pipe)
        self.pipe = pipe
        self.written: list[str] = []
        self.hostile = 0
        self._stop_it = Event()

    def run(self) -> None:
        with self.pipe.open("wb", buffering=0) as file:
            while not self._stop_it.wait(1 / EVENTS_A_SECOND):
                self.written.append(f"user {len(self.written)}")
                event = {"id": self.written[-1], "event_type": "User Created"}
                event["received_at"] = "2020-12-08 10:00:00"
                file.write(json.dumps(event).encode() + b"\n")
                if len(self.written) % 100 == 0:
                    file.write(HOSTILE[self.hostile % len(HOSTILE)] + b"\n")
                    self.hostile += 1

    def stop(self) -> None:
        """End the stream."""
        self._stop_it.set()
        self.join(10)


def choose_faults() -> tuple[str, list[Fault]]:
    """Return the seed and the faults: as many of each kind, in random order."""
    seed = os.environ.get("SEED") or str(random.randrange(10**6))
    random.seed(seed)
    count = int(os.environ.get("FAULTS") or len(FAULTS))
    faults = [fault for _ in range(0, count, len(FAULTS)) for fault in FAULTS][:count]
    random.shuffle(faults)
    return seed, faults


def check(
    connection: psycopg.Connection[Any], stream: Stream, warehouse: Warehouse
) -> tuple[int, int]:
    """See that nothing is lost or doubled; return how many were taken and how many rejected."""
    rows = connection.execute("SELECT user_id FROM raw.user_events").fetchall()
    rejects = connection.execute("SELECT reason FROM raw.rejected_user_events").fetchall()
    pause = connection.execute(LONGEST_PAUSE).fetchone()
    odd = [user_id for (user_id,) in rows if user_id.startswith("odd ")]
    rows = [row for row in rows if row[0] not in odd]
    users = [user_id for (user_id,) in rows if user_id.startswith("user ")]
    lost = len(set(stream.written) - set(users))
    doubled = len(users) - len(set(users))
    print(f"{len(stream.written)} events, lost {lost}, doubled {doubled}; longest pause {pause}")
    print(f"{stream.hostile} hostile bodies, {len(rejects)} rejected")
    print(f"{warehouse.n_headers} hostile headers, {warehouse.n_undeliverable} undeliverable")
    assert len(odd) == len(set(odd)) == warehouse.n_headers + warehouse.n_undeliverable
    assert (lost, doubled, len(users)) == (0, 0, len(stream.written))
    # Some are events after all. None was put aside because the database failed on it.
    assert len(rows) - len(users) + len(rejects) == stream.hostile
    assert not [reason for (reason,) in rejects if "the database fails" in reason]
    return len(rows), len(rejects)


def test_raw_has_what_was_published_once(warehouse: Warehouse, tmp_path: Path) -> None:
    """Whatever was stopped, killed, cut, held up or frozen in between."""
    seed, faults = choose_faults()
    kinds = Counter(fault.__name__.replace("_", " ") for fault in faults)
    print(f"\nSEED={seed}", *(f"{n} x {kind}" for kind, n in sorted(kinds.items())), sep="\n")
    stream = Stream(tmp_path / "events")
    importer = warehouse.driver("import", "user-events", stream.pipe)
    stream.start()
    with warehouse.connect() as connection:
        until(lambda: connection.execute("SELECT FROM raw.user_events LIMIT 1").rowcount == 1)
    # Killed within a second of the first declare, RabbitMQ 3.10 forgets where the queue is.
    time.sleep(5)
    try:
        for fault in faults:
            time.sleep(random.uniform(0, 1))
            print(f"{datetime.now():%H:%M:%S,%f}"[:-3], fault.__name__.replace("_", " "))
            fault(warehouse)
    finally:
        stream.stop()
    output, _ = importer.communicate(timeout=180)

    until(lambda: dead_letters(warehouse.broker) == warehouse.n_undeliverable, 120)
    with warehouse.connect() as connection:
        new, rejected = check(connection, stream, warehouse)
    assert output == f"user events: {new} new, 0 duplicate, {rejected} rejected\n"


CRASH: Final = """
    CREATE FUNCTION public.crash() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN COPY (SELECT) TO PROGRAM 'kill -9 $PPID'; RETURN NEW; END $$;
    CREATE TRIGGER crash BEFORE INSERT ON raw.user_events FOR EACH ROW
    WHEN (NEW.username = 'crash') EXECUTE FUNCTION public.crash()"""


def test_a_message_that_crashes_the_server_is_put_aside(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """And no other: not those that came with it, nor those that others had in hand."""
    warehouse.services("run_as_admin", "psql", "--quiet", "--command", CRASH)
    events = [
        {"id": f"{n}", "event_type": "User Created", "received_at": "2020-12-08 10:00:00"}
        for n in range(400)
    ]
    events[200]["username"] = "crash"
    file = tmp_path / "events.json"
    file.write_text("\n".join(map(json.dumps, events)), "utf-8")
    output, _ = warehouse.driver("import", "user-events", file).communicate(timeout=120)
    assert output == "user events: 399 new, 0 duplicate, 1 rejected\n"
    with warehouse.connect() as connection:
        rows = connection.execute("""
            SELECT body FROM raw.rejected_user_events WHERE reason LIKE 'the database fails%'
            """).fetchall()
    assert [json.loads(body) for (body,) in rows] == [events[200]]


def test_status_names_settings_that_lose_data(warehouse: Warehouse) -> None:
    """With which a server that crashed may come back with less than was committed, or broken.

    One that is right on the platform is accepted, and shown from then on; the other stays.
    """
    settings = [f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes")]
    for statement in (*settings, "SELECT pg_reload_conf()"):
        warehouse.services("run_as_admin", "psql", "--quiet", "--command", statement)
    shown, _ = warehouse.driver("status", package="reporting").communicate()
    for name in ("fsync", "full_page_writes"):
        assert f"{name} is off: a crash of the server may lose" in shown
        assert f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf()" in shown
    accept = "SELECT etl.accept_setting('full_page_writes', 'off', 'pages are written whole')"
    warehouse.services("run", "psql", "--quiet", "--command", accept)
    shown, _ = warehouse.driver("status", package="reporting").communicate()
    assert "fsync is off: a crash" in shown and "full_page_writes is off" not in shown
    assert "ACCEPTED SETTINGS" in shown and "pages are written whole" in shown
