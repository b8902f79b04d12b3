"""A primary and its standby, which is promoted again and again under a stream of events.

The primary is killed; it comes back as the standby of the other one. It takes minutes, so only
`make test_failover` runs it: PROMOTIONS says how often, PROMOTE_EVERY after how many seconds.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
import pytest
from psycopg import sql

from driver.broker.inspector import queue_state
from driver.broker.publisher import Publisher
from driver.settings import Settings
from driver.tests.conftest import MIGRATE, NEEDS_SERVERS, PATH, until
from driver.tests.test_cluster import free_port
from driver.tests.test_consume import StartConsumer, count, event
from driver.tests.test_faults import LONGEST_PAUSE, is_gone

Connection = psycopg.Connection[Any]

PROMOTIONS: Final = int(os.environ.get("PROMOTIONS") or 3)
PROMOTE_EVERY: Final = float(os.environ.get("PROMOTE_EVERY") or 5)
BATCH: Final = 50
# Where the primary asks for it, a commit is told when the standby has it; whichever is the primary.
SETTINGS: Final = """
    listen_addresses = '127.0.0.1'
    unix_socket_directories = ''
    wal_log_hints = on
    wal_keep_size = '1GB'
"""
DIFFERENCES: Final = """
    (SELECT user_id FROM raw.user_events EXCEPT ALL SELECT user_id FROM crm.users_dim)
    UNION ALL
    (SELECT user_id FROM crm.users_dim EXCEPT ALL SELECT user_id FROM raw.user_events)
"""

pytestmark = [
    NEEDS_SERVERS,
    pytest.mark.skipif("FAILOVER" not in os.environ, reason="make test_failover"),
]


class Pair:
    """Two servers on this machine, one of which is the primary."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.ports = [free_port(), free_port()]
        self.primary = 0

    def make_primary(self, more: str) -> None:
        """Make the first one, with its settings and more."""
        home = self._home
        self._run("initdb", f"--pgdata={home}/0", "--username=postgres", "--auth=trust", "-EUTF8")
        with (home / "0" / "postgresql.conf").open("a") as file:
            file.write(SETTINGS + more)
        self._start(0, "-c", "synchronous_standby_names=")

    def migrate(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make a warehouse on the first one, which libpq's variables name."""
        monkeypatch.setenv("PGHOST", "127.0.0.1")
        monkeypatch.setenv("PGPORT", str(self.ports[0]))
        monkeypatch.setenv("PGDATABASE", "warehouse")
        monkeypatch.setenv("PGUSER", "postgres")
        with self.connect(0, "postgres") as connection:
            connection.execute("CREATE DATABASE warehouse")
        subprocess.run([MIGRATE], check=True, capture_output=True)

    def set_up(self, synchronous: bool) -> None:
        """Make both, and start them."""
        home = self._home
        self.make_primary(f"synchronous_standby_names = '{'*' if synchronous else ''}'")
        self._run("pg_basebackup", f"--pgdata={home}/1", "--write-recovery-conf", self._source(0))
        self._start(1)
        self._run("pg_ctl", f"--pgdata={home}/0", "--mode=fast", "stop")
        self._start(0)

    @property
    def standby(self) -> int:
        """The number of the other one."""
        return 1 - self.primary

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        command = [*(user if os.geteuid() == 0 else []), program, *arguments]
        log = self._home / "log"
        with log.open("a") as file:
            done = subprocess.run(
                command,
                cwd=self._home,
                env={"PATH": PATH, "LC_ALL": "C.UTF-8"},  # a server knows PGPORT, too
                stdout=file,
                stderr=file,
                check=False,
            )
        assert done.returncode == 0, log.read_text()

    def _source(self, number: int) -> str:
        return f"--dbname=host=127.0.0.1 port={self.ports[number]} user=postgres"

    def _start(self, number: int, *options: str) -> None:
        words = " ".join(["-p", str(self.ports[number]), *options])
        data, log = f"--pgdata={self._home}/{number}", f"--log={self._home}/{number}.log"
        self._run("pg_ctl", data, log, f"--options={words}", "start")

    def connect(self, number: int, dbname: str = "warehouse") -> Connection:
        """Connect to one of them as the superuser."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.ports[number],
            user="postgres",
            dbname=dbname,
            autocommit=True,
        )

    def await_standby(self) -> None:
        """Wait until the standby shows what the primary does."""
        with self.connect(self.primary) as primary, self.connect(self.standby) as standby:
            (place,) = primary.execute("SELECT pg_current_wal_flush_lsn()").fetchall()
            shows = "SELECT WHERE pg_last_wal_replay_lsn() >= %s"
            until(lambda: standby.execute(shows, place).rowcount == 1)

    def kill(self, number: int, seconds: float = 0) -> None:
        """End all its processes at once, after it has sent nothing to its standby for so long."""
        file = self._home / str(number) / "postmaster.pid"
        if not file.exists():
            return
        if seconds:
            with self.connect(number, "postgres") as connection:
                (sender,) = connection.execute("SELECT pid FROM pg_stat_replication").fetchall()
            os.kill(sender[0], signal.SIGSTOP)
            time.sleep(seconds)
        pid = int(file.read_text("ascii").split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        pids = [pid, *map(int, children)]
        for process in pids:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        until(lambda: all(map(is_gone, pids)))
        file.unlink()  # its process may be there until somebody asks how it ended

    def fail_over(self, seconds: float) -> None:
        """Kill the primary and promote its standby, of which it becomes the standby then."""
        with self.connect(self.primary, "postgres") as connection:
            streaming = "SELECT FROM pg_stat_replication WHERE state = 'streaming'"
            until(lambda: connection.execute(streaming).rowcount == 1, 60)
        self.kill(self.primary, seconds)
        self.primary = self.standby
        with self.connect(self.primary, "postgres") as connection:
            connection.execute("SELECT pg_promote()")
            connection.execute("CHECKPOINT")  # by which pg_rewind sees the new timeline
        data = f"--target-pgdata={self._home}/{self.standby}"
        source = self._source(self.primary).replace("--dbname=", "--source-server=")
        self._run("pg_rewind", data, f"{source} dbname=postgres", "--write-recovery-conf")
        self._start(self.standby)


class Arrangement(NamedTuple):
    """What is set, and for how long the standby has got nothing when the primary is killed."""

    synchronous: bool
    synchronous_commit: str
    seconds_behind: float


@pytest.fixture(name="start_pair")
def fixture_start_pair(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Arrangement], Pair]]:
    """Starts two servers with a migrated warehouse, which libpq's variables name."""
    assert conn and settings
    home = Path(tempfile.mkdtemp(dir="/var/tmp"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    pairs = []

    def start(arrangement: Arrangement) -> Pair:
        pair = Pair(home)
        pairs.append(pair)
        pair.set_up(arrangement.synchronous)
        pair.migrate(monkeypatch)
        monkeypatch.setenv("PGHOST", "127.0.0.1,127.0.0.1")
        monkeypatch.setenv("PGPORT", ",".join(map(str, pair.ports)))
        with pair.connect(0) as connection:
            connection.execute(
                "CREATE ROLE worker LOGIN IN ROLE warehouse_ingest, warehouse_load, warehouse_read"
            )
            connection.execute(
                sql.SQL("ALTER ROLE worker SET synchronous_commit = {}").format(
                    sql.Literal(arrangement.synchronous_commit)
                )
            )
        monkeypatch.setenv("PGUSER", "worker")
        return pair

    yield start
    for pair in pairs:
        pair.kill(0)
        pair.kill(1)
    shutil.rmtree(home)


def publish_during(settings: Settings, work: Callable[[], None]) -> int:
    """Publish some 500 events a second until the work is done; return how many."""
    published = 0
    with Publisher(settings) as publisher, ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        while not running.done():
            publisher.publish([event(published + number) for number in range(BATCH)])
            publisher.wait_until_unconfirmed(0)
            published += BATCH
            time.sleep(BATCH / 500)
        running.result()
    return published


def start_catch_up() -> subprocess.Popen[bytes]:
    """Start what loads the days, on whichever server can be written to."""
    command = [sys.executable, "-m", "driver", "catch-up", "--every", "1"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def reported(port: int, *arguments: str) -> str:
    """Return what is reported of one server, without times: some are those of the report."""
    environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(port)}
    command = [sys.executable, "-m", "reporting", *arguments]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return re.sub(r"\d\d:\d\d:\d\d", "", done.stdout)


def check(pair: Pair, published: int) -> int:
    """See that none is doubled or blamed, and that the tables agree; return how many are lost."""
    with pair.connect(pair.primary) as connection:
        connection.execute("CALL etl.catch_up()")
        users = count(connection, "(SELECT DISTINCT user_id FROM raw.user_events) AS one")
        doubled = count(connection, "raw.user_events") - users
        blamed = count(connection, "raw.rejected_user_events")
        pause = connection.execute(LONGEST_PAUSE).fetchone()
        print(f"\n{PROMOTIONS} promotions, {published} events: {published - users} lost,", end=" ")
        print(f"{doubled} doubled, {blamed} blamed; longest pause {pause}")
        assert (doubled, blamed) == (0, 0)
        assert connection.execute(DIFFERENCES).fetchall() == []
        assert connection.execute("SELECT * FROM etl.rebuild_users_dim()").fetchall() == []
        assert connection.execute("SELECT * FROM etl.stale_dates").fetchall() == []
    return published - users


@pytest.mark.parametrize(
    ("arrangement", "loses"),
    [
        (Arrangement(True, "on", 1), False),
        (Arrangement(True, "local", 1), False),
        (Arrangement(False, "on", 0), None),
        (Arrangement(False, "on", 1), True),
    ],
    ids=["synchronous", "local", "asynchronous", "behind"],
)
def test_a_standby_is_promoted(
    start_pair: Callable[[Arrangement], Pair],
    settings: Settings,
    start_consumer: StartConsumer,
    arrangement: Arrangement,
    loses: bool | None,
) -> None:
    """What was acknowledged is in raw, once, if the standby is synchronous; and in the dimension.

    Without, what had not arrived is lost, and nothing else; whatever is left agrees. The standby
    reports the same.
    """
    print(arrangement)
    pair = start_pair(arrangement)
    consumers = [start_consumer(), start_consumer()]
    catch_up = start_catch_up()

    def promote() -> None:
        for _ in range(PROMOTIONS):
            time.sleep(PROMOTE_EVERY)
            pair.fail_over(arrangement.seconds_behind)

    try:
        published = publish_during(settings, promote)
        until(lambda: queue_state(settings)[0] == 0, 120)
    finally:
        catch_up.terminate()
        assert catch_up.wait(30) == 0
    for process in consumers:
        process.terminate()
        assert process.wait(30) == 0
    assert queue_state(settings) == (0, 0)

    lost = check(pair, published)
    assert loses is None or (lost > 0) == loses
    pair.await_standby()
    for arguments in (["status"], ["report", "--from", "2020-12-08", "--to", "2020-12-08"]):
        shown = reported(pair.ports[pair.primary], *arguments)
        assert shown
        assert reported(pair.ports[pair.standby], *arguments) == shown
