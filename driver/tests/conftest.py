"""A scratch database and queue on the servers that the environment names, never the user's."""

import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import pika
import psycopg
import pytest
from psycopg import sql
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from driver.broker.address import addresses
from driver.broker.queues import dead_letters_of
from driver.settings import Settings

ROOT: Final = Path(__file__).parents[2]
DB: Final = ROOT / "db"
MIGRATE: Final = DB / "migrate"
# Fails unless PGDATABASE names a database that tests may empty.
SCRATCH: Final = ("psql", "--no-psqlrc", "--quiet", "--file", DB / "tests/fixtures/scratch.sql")

PATH: Final = f"/usr/lib/rabbitmq/bin:{os.environ['PATH']}"
# For tests that start servers of their own: in a container there are none.
NEEDS_SERVERS: Final = pytest.mark.skipif(
    not shutil.which("rabbitmq-server", path=PATH),
    reason="needs the servers' programs on this machine",
)

# Those that somebody has added (docs/change.md) would have days to load, too.
OWN_LOADS: Final = """
    DELETE FROM etl.loads
    WHERE load_name NOT IN ('organizations_dim', 'users_dim', 'user_events_daily')
"""
# users_dim: its partitions too. The staging tables are empty between loads. TRUNCATE would
# take 300 times as long: it makes new files for each table and index.
EMPTY: Final = """
    DELETE FROM raw.user_events;
    DELETE FROM raw.rejected_user_events;
    DELETE FROM raw.organizations_inbox;
    DELETE FROM raw.organizations;
    DELETE FROM raw.rejected_organizations;
    DELETE FROM crm.users_dim;
    DELETE FROM crm.organizations_dim;
    DELETE FROM crm.organization_name_history;
    DELETE FROM reports.user_events_daily;
    DELETE FROM reports.user_events_history;
    DELETE FROM etl.ingests;
    DELETE FROM etl.arrivals;
    DELETE FROM etl.load_runs;
    DELETE FROM internal.outdated_days;
    DELETE FROM etl.load_failures;
    UPDATE etl.expectations SET checked_at = NULL, duration = NULL, finding = NULL;
    UPDATE etl.settings SET future_tolerance = DEFAULT;
    DELETE FROM etl.erasures;
    DELETE FROM etl.purges;
    DELETE FROM etl.accepted_settings;
    DELETE FROM etl.consumer_notes;
    DELETE FROM etl.consumers;
    DELETE FROM internal.history;
    DELETE FROM internal.users_dim_changes;
    UPDATE etl.settings SET changes_kept = NULL, changes_since = NULL;
    DELETE FROM internal.history_days;
"""

# By module of tests, the servers of their own that they share: one process starts them.
SERVERS: Final = {
    "test_faults": "faults",
    "test_setup": "setup",
    "test_broker": "own",
    "test_undeliverable": "own",
}
# What takes longest is not left for the end, when other processes have nothing to do any more.
LONG: Final = ("test_random_histories", "test_hostile_session", "test_migrations", "test_bench")
SILENCE_SECONDS: Final = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones."""
    items.sort(key=lambda item: item.path.stem not in LONG)


# pylint: disable-next=abstract-method
class ByServers(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process one test after the other, and all that share servers to the same."""

    def _split_scope(self, nodeid: str) -> str:
        return SERVERS.get(Path(nodeid.partition("::")[0]).stem, nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServers:
    """Distribute the tests so, whatever --dist says."""
    return ByServers(config, log)


class Clock(Thread):
    """Names the tests that run whenever none has begun or ended for a while."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        super().__init__(daemon=True)
        self._terminal = terminal
        self._began: dict[str, float] = {}
        self._changed = Event()

    def run(self) -> None:
        while True:
            if not self._changed.wait(SILENCE_SECONDS):
                now = time.monotonic()
                lines = [
                    f"{now - began:4.0f} s  {test[-70:]}" for test, began in self._began.items()
                ]
                self._terminal.write("".join(f"\n{line}" for line in [*lines, ""]) if lines else "")
            self._changed.clear()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note that a test begins."""
        self._began[nodeid] = time.monotonic()
        self._changed.set()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Note that it has ended."""
        self._began.pop(nodeid, None)
        self._changed.set()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the clock, in the process that shows the results."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not hasattr(session.config, "workerinput"):
        clock = Clock(terminal)
        session.config.pluginmanager.register(clock)
        clock.start()


def mark(server: psycopg.Connection[Any], name: str) -> None:
    """Mark a database as one that tests may empty."""
    server.execute(
        sql.SQL("COMMENT ON DATABASE {} IS {}").format(
            sql.Identifier(name), sql.Literal(f"{name} may be emptied by tests")
        )
    )


@contextmanager
def database(template: str = "template0") -> Iterator[str]:
    """Make a scratch database, whose name it gives, and drop it in the end."""
    name = f"scratch_{uuid.uuid4().hex}"
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'")
    with psycopg.connect(dbname="postgres", autocommit=True) as server:
        server.execute(make.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield name
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(name="template", scope="session")
def fixture_template() -> Iterator[str]:
    """The name of a migrated database to which nobody connects: copying it takes no time."""
    with database() as name:
        subprocess.run([MIGRATE], env={**os.environ, "PGDATABASE": name}, check=True)
        with psycopg.connect(dbname=name, autocommit=True) as conn:
            conn.execute(OWN_LOADS)
        yield name


@pytest.fixture(name="migrated", scope="session")
def fixture_migrated(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of a migrated database: for the test session, or the one of db/tools/scratch."""
    if subprocess.run(SCRATCH, capture_output=True, check=False).returncode == 0:
        yield os.environ["PGDATABASE"]
    else:
        with database(request.getfixturevalue("template")) as name:
            with psycopg.connect(dbname=name, autocommit=True) as conn:
                mark(conn, name)
            yield name


@pytest.fixture(name="empty", scope="session")
def fixture_empty(migrated: str) -> Iterator[Callable[[], psycopg.Connection[Any]]]:
    """Empties all tables and returns an autocommit connection, the same one at each call.

    No test begins or ends a transaction twice on it: that fills the server's log with warnings.
    """
    confused: list[str | None] = []

    def note(diagnostic: psycopg.errors.Diagnostic) -> None:
        if diagnostic.sqlstate in ("25001", "25P01"):
            confused.append(diagnostic.message_primary)

    with psycopg.connect(dbname=migrated, autocommit=True) as conn:
        conn.add_notice_handler(note)

        def empty() -> psycopg.Connection[Any]:
            conn.execute(EMPTY)
            return conn

        yield empty
    assert not confused


@pytest.fixture(name="conn")
def fixture_conn(
    migrated: str,
    empty: Callable[[], psycopg.Connection[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[psycopg.Connection[Any]]:
    """An autocommit connection to a database with empty tables, which PGDATABASE names as well.

    Whatever a test loads, the dimension is well in the end.
    """
    monkeypatch.setenv("PGDATABASE", migrated)
    conn = empty()
    yield conn
    assert conn.execute("SELECT * FROM etl.check_users_dim()").fetchall() == []


@pytest.fixture(name="fresh")
def fixture_fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """A connection to an empty database, which PGDATABASE names as well."""
    with database() as name, psycopg.connect(dbname=name, autocommit=True) as conn:
        monkeypatch.setenv("PGDATABASE", name)
        yield conn


@pytest.fixture(name="own_warehouse")
def fixture_own_warehouse(
    template: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a migrated database of the test alone, which PGDATABASE names as well."""
    with database(template) as name, psycopg.connect(dbname=name, autocommit=True) as conn:
        monkeypatch.setenv("PGDATABASE", name)
        yield conn


@contextmanager
def refusing_connections(conn: psycopg.Connection[Any]) -> Iterator[None]:
    """End the driver's connections to a database, and let nobody connect to it."""
    name = conn.info.dbname
    with psycopg.connect(dbname="postgres", autocommit=True) as server:

        def allow(answer: bool) -> None:
            server.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                    sql.Identifier(name), sql.Literal(answer)
                )
            )

        allow(False)
        try:
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND application_name LIKE 'warehouse %%'",
                (name,),
            )
            yield
        finally:
            allow(True)


@pytest.fixture(name="settings")
def fixture_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A queue of the test's own on the broker of RABBITMQ_URL, which USER_EVENTS_QUEUE names."""
    monkeypatch.setenv("USER_EVENTS_QUEUE", f"scratch_{uuid.uuid4().hex}")
    settings = Settings.from_environment()
    yield settings
    _delete_queue(settings)


@pytest.fixture(name="delete_queue")
def fixture_delete_queue(settings: Settings) -> Callable[[], None]:
    """Deletes the test's queue, with what is in it."""
    return lambda: _delete_queue(settings)


def _delete_queue(settings: Settings) -> None:
    with pika.BlockingConnection(addresses(settings.rabbitmq_url)[0]) as connection:
        for queue in (settings.queue, dead_letters_of(settings.queue)):
            connection.channel().queue_delete(queue)


@pytest.fixture(name="start_consumer")
def fixture_start_consumer(
    conn: psycopg.Connection[Any], settings: Settings, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a consumer of the scratch queue and database, a process of its own that listens.

    With waits=False it may not listen yet.
    """
    assert conn and settings
    processes: list[subprocess.Popen[bytes]] = []

    def start(*options: str, waits: bool = True) -> subprocess.Popen[bytes]:
        log = tmp_path / f"consumer_{len(processes)}.log"
        command = [sys.executable, "-m", "driver", "consume", *options]
        with log.open("wb") as stream:
            # pylint: disable-next=consider-using-with
            processes.append(subprocess.Popen(command, stderr=stream))
        until(lambda: not waits or b"listening" in log.read_bytes())
        return processes[-1]

    yield start
    for process in processes:
        process.terminate()
        process.wait(15)


@contextmanager
def waiting(
    one: psycopg.Connection[Any], other: psycopg.Connection[Any], statement: str, *values: Any
) -> Iterator[Any]:
    """Run the statement in the other session; go on here once it waits for a lock."""
    blocked = "SELECT FROM pg_locks WHERE pid = %s AND NOT granted"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: other.execute(statement, values).fetchone())
        until(lambda: one.execute(blocked, (other.info.backend_pid,)).rowcount > 0)
        yield running


def changed_rules(tmp_path: Path) -> Path:
    """A copy of db, in which names become lower case in the dimension."""
    shutil.copytree(DB, tmp_path / "db")
    states = tmp_path / "db" / "functions" / "internal" / "dimensions" / "user_states.sql"
    value = "internal.blank_to_null(username)"
    text = states.read_text("utf-8")
    assert value in text
    states.write_text(text.replace(value, f"lower({value})"), "utf-8")
    return tmp_path / "db"


def drop_periods(conn: psycopg.Connection[Any]) -> None:
    """Take away all partitions of closed versions."""
    periods = conn.execute("""
        SELECT format('DROP TABLE %s', inhrelid::regclass)
        FROM pg_inherits
        WHERE inhparent = 'crm.users_dim'::regclass
          AND inhrelid <> 'crm.users_dim_open'::regclass
        """)
    for (drop,) in periods.fetchall():
        conn.execute(drop)


def rabbitmqctl(
    state: Path, *arguments: str, program: str = "rabbitmqctl", text: str | None = None
) -> str:
    """Control the broker of services/local that has this state folder, as its own user."""
    home = (state / "data").resolve() / "broker"
    epmd_port = (state / "settings").read_text("utf-8").partition("epmd_port=")[2].split()[0]
    as_servers = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    return subprocess.run(
        [*(as_servers if os.geteuid() == 0 else []), program, *arguments],
        env={
            "PATH": PATH,
            "HOME": str(home),
            "ERL_EPMD_PORT": epmd_port,
            "ERL_FLAGS": "-start_epmd false",
            "RABBITMQ_NODENAME": "warehouse@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        },
        cwd=home,
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


@pytest.fixture(name="started_broker", scope="session")
def fixture_started_broker() -> Iterator[tuple[str, Path]]:
    """The URL and the state folder of a broker of the tests' own, which knows AMQP 1.0."""
    state = Path(".services/own")
    own = {"SERVICES_STATE": str(state), "POSTGRES_PORT": "", "RABBITMQ_PORT": ""}

    def services(verb: str) -> str:
        command = ["services/local", verb]
        return subprocess.check_output(command, cwd=ROOT, env={**os.environ, **own}, text=True)

    try:
        services("up")
        (url,) = re.findall("RABBITMQ_URL=(.*)", services("env"))
        if rabbitmqctl(ROOT / state, "version").startswith("3."):  # later ones know it themselves
            rabbitmqctl(ROOT / state, "enable", "rabbitmq_amqp1_0", program="rabbitmq-plugins")
        yield url, ROOT / state
    finally:
        services("down")


@pytest.fixture(name="own_broker")
def fixture_own_broker(
    started_broker: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """A broker of the tests' own, which RABBITMQ_URL names, and rabbitmqctl for it."""
    url, state = started_broker
    monkeypatch.setenv("RABBITMQ_URL", url)
    return partial(rabbitmqctl, state)


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until the condition holds; the machine may have other work."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
