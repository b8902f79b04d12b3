"""`make setup` without Docker: it refuses bad settings, repairs servers, and never claims too much.

On servers of its own; so it needs their programs on this machine.
"""

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL, SIGSTOP
from typing import Final

import pytest
import yaml

from driver.tests.conftest import NEEDS_SERVERS, rabbitmqctl, until

Result = subprocess.CompletedProcess[str]

ROOT: Final = Path(__file__).parents[2]
STATE: Final = ROOT / ".services" / "setup"
FILES: Final = [str(ROOT / "data" / name) for name in ("organizations.json", "user_events.json")]
SESSIONS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'elsewhere'"
SETTINGS: Final = (
    "POSTGRES_PORT",
    "RABBITMQ_PORT",
    "POSTGRES_PASSWORD",
    "RABBITMQ_PASSWORD",
    "USER_EVENTS_QUEUE",
    "CONSUMERS",
    "CATCH_UP_SECONDS",
)

pytestmark = NEEDS_SERVERS


def services(*verb: str, kind: str = "local", **settings: str) -> Result:
    """Call services/local for the servers of these tests, or what does the same for others.

    A consumer works in a folder of its own: measured from there, the tests would count as code.
    """
    outer = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    return subprocess.run(
        [ROOT / "services" / kind, *verb],
        env={
            **outer,
            **dict.fromkeys(SETTINGS, ""),
            "SERVICES_STATE": str(STATE.relative_to(ROOT)),
            **settings,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def succeed(*verb: str) -> str:
    """Return the output of a call without a fault."""
    result = services(*verb)
    assert result.returncode == 0, result.stderr
    return result.stdout


def exported(verb: str) -> dict[str, str]:
    """Return the variables that a verb prints exports of."""
    lines = succeed(verb).removeprefix("export ").rstrip().split("\nexport ")
    return dict(line.split("=", 1) for line in lines)


def psql(statement: str) -> None:
    """Run a statement in the database of these tests, as its owner."""
    succeed("psql", "--no-psqlrc", "--quiet", "--command", statement)


def on_channel(call: str) -> None:
    """Call a method of a channel to the broker of these tests."""
    connect = "pika.BlockingConnection(pika.URLParameters(os.environ['RABBITMQ_URL']))"
    succeed("run", "python", "-c", f"import os, pika; {connect}.channel().{call}")


def pids() -> dict[str, int]:
    """Return the processes of these tests that live, by their names."""
    files = {path.stem: path for path in STATE.glob("*.pid")}
    return {
        name: int(path.read_text() or 0)
        for name, path in files.items()
        if subprocess.run(["flock", "--nonblock", path, "true"], check=False).returncode
    }


@pytest.fixture(name="running", scope="module")
def fixture_running() -> Iterator[None]:
    """Both servers, migrated, and a consumer."""
    try:
        succeed("up")
        succeed("run", "db/migrate")
        assert succeed("start_consumers") == "consumer: 1 listening on queue user_events\n"
        yield
    finally:
        succeed("down")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"PG_MAJOR": "14"}, "PG_MAJOR must be a version of PostgreSQL from 15 on, not '14'"),
        ({"PG_MAJOR": "new"}, "PG_MAJOR must be a version of PostgreSQL from 15 on, not 'new'"),
        ({"PG_MAJOR": "99"}, "PG_MAJOR=99, but the data are of PostgreSQL "),
        ({"POSTGRES_PORT": "99999"}, "POSTGRES_PORT must be a number from 1 to 65535, not '99999'"),
        ({"POSTGRES_PORT": "0"}, "POSTGRES_PORT must be a number from 1 to 65535, not '0'"),
        ({"RABBITMQ_PORT": "amqp"}, "RABBITMQ_PORT must be a number from 1 to 65535, not 'amqp'"),
        ({"RABBITMQ_PORT": "1\r"}, "RABBITMQ_PORT must be a number from 1 to 65535, not $'1\\r'"),
        ({"POSTGRES_PORT": "5432", "RABBITMQ_PORT": "5432"}, "RABBITMQ_PORT must differ"),
        ({"CONSUMERS": "x"}, "CONSUMERS must be a number from 1 to 50, not 'x'"),
        ({"CONSUMERS": "0"}, "CONSUMERS must be a number from 1 to 50, not '0'"),
        ({"CONSUMERS": "51"}, "CONSUMERS must be a number from 1 to 50, not '51'"),
        ({"CATCH_UP_SECONDS": "-1"}, "CATCH_UP_SECONDS must be a number from 1 to 86400, or 0"),
        ({"CATCH_UP_SECONDS": "86401"}, "CATCH_UP_SECONDS must be a number from 1 to 86400, or 0"),
        ({"CATCH_UP_SECONDS": "1m"}, "CATCH_UP_SECONDS must be a number from 1 to 86400, or 0"),
        ({"USER_EVENTS_QUEUE": "amq.events"}, "USER_EVENTS_QUEUE must be 1 to 255 bytes"),
        ({"USER_EVENTS_QUEUE": "ü" * 128}, "USER_EVENTS_QUEUE must be 1 to 255 bytes"),
        ({"USER_EVENTS_QUEUE": "a\nb"}, "not $'a\\nb'"),
        ({"USER_EVENTS_QUEUE": "a\x85b"}, "USER_EVENTS_QUEUE must be 1 to 255 bytes"),
        ({"USER_EVENTS_QUEUE": "a\udcffb"}, "USER_EVENTS_QUEUE must be 1 to 255 bytes of UTF-8"),
        ({"POSTGRES_PASSWORD": "a b"}, "may hold letters, digits and . _ ~ - only"),
        ({"RABBITMQ_PASSWORD": "é"}, "may hold letters, digits and . _ ~ - only"),
    ],
)
def test_a_bad_setting_is_refused_before_anything_is_touched(
    running: None, settings: dict[str, str], message: str
) -> None:
    """By one line and status 2: all processes stay, nothing is remembered."""
    assert running is None
    before = pids(), (STATE / "settings").read_text()
    result = services("up", **settings)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert (pids(), (STATE / "settings").read_text()) == before
    assert succeed("run", "python", "-m", "driver", "ready", "--consumers", "1") == ""


def test_the_server_has_the_settings_of_this_machine(running: None) -> None:
    """Those that services/tuned prints, and none that trades durability away."""
    assert running is None
    printed = subprocess.run([ROOT / "services/tuned"], capture_output=True, text=True, check=True)
    settings = dict(
        line.split("=") for line in printed.stdout.splitlines() if line and line[0] != "#"
    )
    assert {"shared_buffers", "max_wal_size", "wal_compression", "jit"} <= settings.keys()
    assert not {"fsync", "full_page_writes", "synchronous_commit"} & settings.keys()
    for name in settings.keys() - {"max_wal_size"}:  # which follows the free disk
        with_unit = settings[name] if name.endswith(("_mem", "_buffers", "_size")) else None
        shown = succeed("psql", "-XAtc", f"SHOW {name}").strip()
        if with_unit:
            sizes = f"SELECT pg_size_bytes('{shown}') = pg_size_bytes('{with_unit}')"
            assert succeed("psql", "-XAtc", sizes).strip() == "t", name
        else:
            assert shown == settings[name]


def test_a_port_that_cannot_be_had_is_refused(running: None) -> None:
    """One of another program, or of the system; here the other server's own."""
    assert running is None
    before = pids(), (STATE / "settings").read_text()
    taken = succeed("env").partition("PGPORT=")[2].split()[0]
    result = services("up", RABBITMQ_PORT=taken)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"RABBITMQ_PORT={taken} is taken by another program" in result.stderr
    assert (pids(), (STATE / "settings").read_text()) == before


def test_a_first_setup_that_is_refused_leaves_nothing() -> None:
    """Not even an empty folder."""
    state = ".services/refused"
    try:
        assert services("up", SERVICES_STATE=state, POSTGRES_PORT="99999").returncode == 2
        assert not (ROOT / state).exists()
    finally:
        services("down", SERVICES_STATE=state)


def test_a_stream_is_not_remembered(running: None) -> None:
    """It is refused; the next setup has the queue of before."""
    assert running is None
    on_channel("queue_declare('stream', durable=True, arguments={'x-queue-type': 'stream'})")
    before = pids()
    result = services("up", USER_EVENTS_QUEUE="stream")
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "queue stream is a stream, which keeps what is consumed: name another" in result.stderr
    assert "broker: " in succeed("up")
    assert succeed("start_consumers") == "consumer: 1 listening on queue user_events\n"
    assert pids() == before


def test_a_queue_of_before_learns_to_put_aside(running: None) -> None:
    """By a policy, and once; what else the queue may lose is said each time."""
    assert running is None
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
    on_channel(f"queue_declare('before', durable=True, arguments={arguments})")
    on_channel("queue_declare('brief', durable=True, arguments={'x-message-ttl': 60000})")
    for queue, risks in (
        ("before", ""),
        (
            "brief",
            "queue brief drops messages by their age (x-message-ttl)\n"
            "queue brief is no quorum queue: a message that the broker cannot deliver holds it up"
            " for ever\n",
        ),
        ("user_events", ""),
    ):
        assert services("up", USER_EVENTS_QUEUE=queue).returncode == 0
        assert succeed("start_consumers") == f"consumer: 1 listening on queue {queue}\n{risks}"
    policies = succeed("rabbitmqctl", "list_policies", "--silent", "--formatter=json")
    (policy,) = json.loads(policies)
    assert (policy["name"], policy["pattern"]) == ("before", "^before$")
    definition = json.loads(policy["definition"])
    assert (definition["delivery-limit"], definition["dead-letter-routing-key"]) == (
        20,
        "before.dead_letters",
    )
    queues = succeed("rabbitmqctl", "list_queues", "--silent", "name").split()
    assert "before.dead_letters" in queues and "brief.dead_letters" not in queues


def test_frozen_processes_go_on(running: None) -> None:
    """None has to be started again for that."""
    assert running is None
    before = pids()
    for pid in before.values():
        os.kill(pid, SIGSTOP)
    assert "started again" not in succeed("up")
    assert succeed("start_consumers") == "consumer: 1 listening on queue user_events\n"
    assert pids() == before
    for pid in before.values():
        assert ") T " not in Path(f"/proc/{pid}/stat").read_text("ascii")


def test_a_broker_with_dead_queues_is_started_again(running: None) -> None:
    """As a full disk leaves it: the node lives, and answers 541 to all who want to consume."""
    assert running is None
    rabbitmqctl(STATE, "eval", "supervisor:terminate_child(ra_systems_sup, quorum_queues).")
    ready = services("run", "python", "-m", "driver", "ready")
    assert (ready.returncode, "INTERNAL_ERROR" in ready.stderr) == (1, True)
    os.utime(STATE / "broker.pid", (0, 0))  # long ago: it need not be waited for
    before = pids()
    assert "the broker does not work, it is started again: RabbitMQ at " in succeed("up")
    assert {name for name, pid in pids().items() if pid != before[name]} == {"broker"}
    assert succeed("run", "python", "-m", "driver", "ready") == ""


def test_a_consumer_that_cannot_work_is_not_said_to_listen(running: None) -> None:
    """Whatever its log says of the time before; setup gives the reason, and repairs it later."""
    assert running is None
    succeed("start_consumers")
    psql("ALTER ROLE warehouse_ingest VALID UNTIL '2020-12-08'")
    on_channel("queue_delete('user_events')")
    log = STATE / "consumer-1.log"
    until(lambda: "authentication failed" in log.read_text())
    assert "listening" in log.read_text()
    result = services("start_consumers")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "the consumer does not work: it stopped: error: PostgreSQL: " in result.stderr
    assert "authentication failed" in result.stderr
    psql("ALTER ROLE warehouse_ingest VALID UNTIL 'infinity'")
    assert succeed("start_consumers") == "consumer: 1 listening on queue user_events\n"


def test_what_ends_is_started_again(running: None) -> None:
    """By itself; by `make setup` when what keeps it was killed as well, or all was stopped."""
    assert running is None
    killed = {"database", "consumer-1", "consumer-2", "catch-up"}
    try:
        assert succeed("start_catch_up") == "catch-up: every 60 s\n"
        assert services("start_consumers", CONSUMERS="2").returncode == 0
        settings = succeed("env")
        succeed("run", "createdb", "--template=template0", "stays")
        before = pids()
        for name in killed:
            os.kill(before[name], SIGKILL)
        until(lambda: {name for name, pid in pids().items() if pid != before.get(name)} == killed)
        assert succeed(*"run python -m driver ready --consumers 2 --seconds 30".split()) == ""

        os.kill(pids()["consumer-1"], SIGSTOP)
        os.kill(pids()["supervisord"], SIGKILL)
        assert succeed("stop") == ""
        assert pids() == {}
        stopped = services("env")
        assert (stopped.returncode, "run 'make setup' first" in stopped.stderr) == (2, True)

        assert "broker: " in succeed("up")
        assert succeed("start_consumers") == "consumer: 2 listening on queue user_events\n"
        assert succeed("env") == settings
        succeed("run", "dropdb", "stays")
        before = pids()
        assert "database: " in succeed("up")
        assert succeed("start_catch_up") == "catch-up: every 60 s\n"
        assert services("start_consumers", CONSUMERS="1").returncode == 0
        del before["consumer-2"]
        assert pids() == before, "nothing else was disturbed"
    finally:
        (STATE / "settings").write_text(
            (STATE / "settings").read_text().replace("catch_up_seconds=60", "catch_up_seconds=0")
        )
        assert succeed("start_catch_up") == "catch-up: not on schedule\n"
    assert "catch-up" not in pids()
    schedule = ("psql", "--no-psqlrc", "--tuples-only", "--command=TABLE etl.catch_up_schedule")
    assert succeed("run", *schedule).strip() == ""


@pytest.fixture(name="programs")
def fixture_programs(running: None) -> Iterator[Path]:
    """The folder of the database's programs and libraries, a copy that may be changed."""
    assert running is None
    real = Path(succeed("run", "pg_config", "--bindir").strip()).parent
    root = Path(tempfile.mkdtemp(dir="/var/tmp"))
    root.chmod(0o755)
    (root / "share").symlink_to("/usr/share")
    programs = root / real.relative_to("/usr")
    for name in ("bin", "lib"):
        (programs / name).mkdir(parents=True)
        for file in (real / name).iterdir():
            (programs / name / file.name).symlink_to(file)
    (programs / "lib" / "plpgsql_check.so").unlink(missing_ok=True)  # else all is loaded at once
    for program in ("postgres", "pg_config"):
        (programs / "bin" / program).unlink()
        shutil.copy(real / "bin" / program, programs / "bin")
    settings = STATE / "settings"
    kept = settings.read_text()
    settings.write_text(kept.replace(f"postgres_bin={real}/bin", f"postgres_bin={programs}/bin"))
    yield programs
    settings.write_text(kept)
    succeed("up")
    shutil.rmtree(root)


def test_a_server_whose_programs_were_replaced_is_started_again(programs: Path) -> None:
    """As an upgrade of its package does; status says that it cannot go on so."""
    library = programs / "lib" / "plpgsql.so"
    original = library.read_bytes()
    succeed("up")
    before = pids()
    library.unlink()
    library.write_text("of another version")
    shown = services("run", "python", "-m", "reporting", "status")
    assert (shown.returncode, "could not load library" in shown.stdout) == (1, True)
    library.write_bytes(original + b"of another version")
    succeed("up")
    assert {name for name, pid in pids().items() if pid != before[name]} == {"database"}
    assert succeed("psql", "--no-psqlrc", "--command", "DO 'BEGIN END'") == "DO\n"


def test_data_of_a_version_whose_programs_are_gone_stay(tmp_path: Path) -> None:
    """Setup says what to do, and touches nothing."""
    state = Path(".services/older")
    version = ROOT / state / "data" / "database" / "PG_VERSION"
    version.parent.mkdir(parents=True)
    version.write_text("14\n")
    (ROOT / state / "settings").write_text(f"postgres_bin={tmp_path}\n")
    try:
        result = services("up", SERVICES_STATE=str(state))
        assert (result.returncode, result.stdout) == (1, "")
        assert "the data are of PostgreSQL 14, whose programs are gone" in result.stderr
        assert [path.name for path in (ROOT / state).iterdir()] == ["settings", "data"]
    finally:
        shutil.rmtree(ROOT / state)


def test_a_dump_becomes_the_warehouse_of_another_server(running: None, tmp_path: Path) -> None:
    """One that has no events yet; what the dump holds is there, also which days are yet to load."""
    assert running is None
    dump = str(tmp_path / "warehouse.dump")
    succeed("run", "python", "-m", "driver", "import", "both", "--direct", *FILES)
    succeed("run", "python", "-m", "driver", "load-days", "2020-12-05", "2020-12-08")
    table = ("psql", "-XAtc", "TABLE crm.users_dim ORDER BY user_id, valid_from")
    before = succeed(*table)
    succeed("run", "pg_dump", "--format=custom", f"--file={dump}")

    refused = services("run", "db/tools/restore", dump)
    assert refused.returncode == 1
    assert (
        "the database warehouse has events or organizations: restore into a new one"
        in refused.stderr
    )
    assert succeed(*table) == before

    succeed("run", "dropdb", "--force", "warehouse")
    succeed("run", "createdb", "--template=template0", "warehouse")
    succeed("run", "db/migrate")
    assert "restored; to load: 3 days" in succeed("run", "db/tools/restore", dump)
    assert succeed(*table) == before != ""
    succeed("run", "python", "-m", "driver", "catch-up")
    assert succeed("psql", "-XAtc", "SELECT count(*) FROM etl.stale_dates") == "0\n"


def test_the_owner_is_no_superuser(running: None) -> None:
    """The superuser is there for administration and logs in apart."""
    assert running is None
    who = ("python", "-c", "import psycopg; print(*psycopg.connect().execute(%r).fetchone())")
    query = "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
    command = [*who[:2], who[2] % query]
    assert succeed("run", *command) == "warehouse False\n"
    assert succeed("run_as_admin", *command) == "postgres True\n"
    assert exported("env")["PGUSER"] == "warehouse"
    assert exported("env_admin")["PGUSER"] == "postgres"


def test_passwords_may_be_anything_and_are_in_no_log(running: None) -> None:
    """A server that writes down each statement gets none that has a password."""
    assert running is None
    log_all = "ALTER SYSTEM SET log_statement = 'all'"
    succeed("run_as_admin", "psql", "-Xqc", log_all, "-c", "SELECT pg_reload_conf()")
    passwords = "a'b \"ö\\n\n$1'$$\n"
    let_in = 'printf %s "$1" | python services/let_in.py'
    succeed("run", "bash", "-c", let_in, "bash", passwords)
    for role, password in zip(("ingest", "load"), passwords.splitlines(), strict=True):
        who = f"PGUSER=warehouse_{role}", f"PGPASSWORD={password}"
        assert succeed("run", "env", *who, "psql", "-XAtc", "SELECT 1") == "1\n"
    assert services("run", "bash", "-c", let_in, "bash", "one\n").returncode == 1
    succeed("start_consumers")
    log = (STATE / "database.log").read_text("utf-8")
    assert log.count("ALTER ROLE") >= 4
    assert not any(password in log for password in passwords.splitlines())
    assert "SCRAM-SHA-256$4096:" in log
    succeed("run_as_admin", "psql", "-Xqc", "ALTER SYSTEM RESET log_statement")


def test_the_migrate_service_lets_the_roles_in(running: None) -> None:
    """`docker compose up` without make runs this command, with the passwords in its environment."""
    assert running is None
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    command = shlex.split(compose["services"]["migrate"]["command"].replace("$$", "$"))
    succeed("run", "env", "ingest_password=one", "load_password=two", *command)
    for role, password in (("ingest", "one"), ("load", "two")):
        who = f"PGUSER=warehouse_{role}", f"PGPASSWORD={password}"
        assert succeed("run", "env", *who, "psql", "-XAtc", "SELECT 1") == "1\n"
    succeed("start_consumers")


def test_servers_of_somebody_else(running: None) -> None:
    """An owner who is no superuser, a broker's user who may use one queue of one virtual host.

    All goes on without the variables that the first setup had; in the end both servers stay.
    """
    assert running is None
    for arguments in (
        ("add_vhost", "elsewhere"),
        ("add_user", "guest_of_one", "secret"),
        ("set_permissions", "-p", "elsewhere", "guest_of_one")
        + ("^user_events$", "^(user_events|amq.default)$", "^user_events$"),
    ):
        rabbitmqctl(STATE, *arguments)
    succeed("run", "createdb", "--template=template0", "elsewhere")
    kept = dict(line.split("=", 1) for line in (STATE / "settings").read_text().splitlines())
    port = kept["rabbitmq_port"]
    servers = {
        **{name: value for name, value in exported("env").items() if name[:2] == "PG"},
        "PGDATABASE": "elsewhere",
        "RABBITMQ_URL": f"amqp://guest_of_one:secret@127.0.0.1:{port}/elsewhere",
        "INGEST_PASSWORD": kept["ingest_password"],
        "LOAD_PASSWORD": kept["load_password"],
    }
    state = ".services/elsewhere"

    def external(*verb: str, **settings: str) -> Result:
        nothing = dict.fromkeys(servers, "")
        return services(*verb, kind="external", SERVICES_STATE=state, **{**nothing, **settings})

    def work(*verb: str, **settings: str) -> str:
        result = external(*verb, **settings)
        assert result.returncode == 0, result.stderr
        return result.stdout

    try:
        refused = external("up", **{**servers, "PGUSER": ""})
        assert (refused.returncode, "needs PGHOST, PGUSER" in refused.stderr) == (2, True)
        wrong = external("up", **{**servers, "PGPASSWORD": "wrong"})
        assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
        assert "authentication failed" in wrong.stderr
        assert not (ROOT / state).exists()

        shown = f"database: elsewhere at 127.0.0.1\nbroker: 127.0.0.1:{port}/elsewhere\n"
        assert work("up", **servers) == shown
        work("run", "db/migrate")
        assert work("start_consumers", CONSUMERS="2") == (
            "consumer: 2 listening on queue user_events\nqueue user_events has no dead-letter"
            " exchange: a message that the broker cannot deliver is dropped, or holds it up for"
            " ever\n"
        )
        assert work("start_catch_up") == "catch-up: every 60 s\n"
        role = ("env", "PGOPTIONS=-c role=warehouse_ingest")
        work("run", *role, *"python -m driver import both".split(), *FILES)
        role = ("env", "PGOPTIONS=-c role=warehouse_load")
        work("run", *role, *"python -m driver load-days 2020-12-05 2020-12-11".split())
        assert work("psql", "-XAtc", "SELECT count(*) FROM crm.users_dim") == "35\n"
    finally:
        log = ROOT / state / "consumer-1.log"
        work("down")
    assert not log.exists() and not (ROOT / state).exists()
    assert succeed("run", "python", "-m", "driver", "ready", "--consumers", "1") == ""
    count = "SELECT count(*) FROM raw.user_events"
    assert succeed("run", "psql", "-XAt", "elsewhere", "-c", count) == "36\n"
    assert int(succeed("run", "psql", "-XAtc", SESSIONS)) == 0
