"""The command line: what good calls print, and the one line that bad ones get."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from driver import __version__
from driver.cli import main
from driver.settings import Settings

ROOT: Final = Path(__file__).parents[2]

Connection = psycopg.Connection[Any]

# What a terminal would obey or hide, and how it is written out.
ODD: Final = "é\x1b[31m\x7f\x9b\u200b\u202e"
SHOWN: Final = r"é\x1b[31m\x7f\x9b\u200b\u202e"


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "message"),
    [
        ("", {}, 2, "the following arguments are required: COMMAND"),
        ("nothing", {}, 2, "invalid choice: 'nothing'"),
        ("load users_dim", {}, 2, "no day to load: pass --date"),
        ("load users_dim", {"IMPORT_DATE": "2020-13-40"}, 2, "'2020-13-40' is no day"),
        ("load users_dim --date 8.12.2020", {}, 2, "'8.12.2020' is no day"),
        (
            "load nothing --date 2020-12-08",
            {},
            1,
            r"no load named nothing \(The loads are organizations_dim, users_dim, user_events_",
        ),
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
        ("consume --batch-size x", {}, 2, "'x': must be at least 1"),
        ("consume --batch-seconds -1", {}, 2, "'-1' is no number of seconds"),
        ("consume --batch-seconds x", {}, 2, "'x' is no number of seconds"),
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
    "command", ["", "consume", "import", "import user-events", "import both", "load", "ready"]
)
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By --help."""
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    assert ended.value.code == 0
    assert "usage: python -m driver" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """By --version; the package has the same."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"warehouse {__version__}\n"


@pytest.mark.parametrize("package", ["driver", "reporting"])
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As outside of .venv: in one line."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith(("driver", "reporting"))]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(SystemExit, match="error: the Python package psycopg is missing"):
        runpy.run_module(package, run_name="__main__")


def test_the_wheel(tmp_path: Path) -> None:
    """It brings a command, the page's template and the types."""
    source = tmp_path / "source"
    for name in ("driver", "reporting"):
        shutil.copytree(ROOT / name, source / name)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-deps"]
    subprocess.run([*pip, "--target", tmp_path / "target", source], check=True)
    for name in ("driver/py.typed", "reporting/py.typed", "reporting/report.html.j2"):
        assert (tmp_path / "target" / name).exists()
    told = subprocess.check_output(
        [tmp_path / "target" / "bin" / "warehouse", "load", "--help"],
        env=os.environ | {"PYTHONPATH": str(tmp_path / "target")},
        encoding="utf-8",
    )
    assert told.startswith("usage: warehouse load")


def test_a_load_says_what_it_wrote(conn: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    """A day without events is a row of zeros in the report; a load may take no day."""
    assert main("load user_events_daily --date 2020-12-08".split()) == 0
    assert main("load users_dim --date 2020-12-08".split()) == 0
    assert main("load organizations_dim".split()) == 0
    assert re.fullmatch(
        r"user_events_daily 2020-12-08: 1 row written in \d+\.\d\d s\n"
        r"users_dim 2020-12-08: 0 rows written in \d+\.\d\d s\n"
        r"organizations_dim: 0 rows written in \d+\.\d\d s\n",
        capsys.readouterr().out,
    )
    assert conn.execute("SELECT n_total FROM reports.user_events_daily").fetchall() == [(0,)]


def test_what_came_from_outside_cannot_act_on_the_terminal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Control characters and invisible ones are written out, in lines and logs."""
    assert main(["load", "users_dim", "--date", ODD]) == 2
    assert f"'{SHOWN}' is no day" in capsys.readouterr().err

    monkeypatch.setenv("PGDATABASE", ODD)
    command = [sys.executable, "-m", "driver", "consume"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8") as consumer:
        assert consumer.stderr and settings
        line = consumer.stderr.readline()
        consumer.terminate()
    assert f'database "{SHOWN}" does not exist' in line


@pytest.mark.parametrize(
    ("command", "buffered", "status"),
    [
        ("--help", True, 141),
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
    assert settings and run_unread(f"driver {command}", buffered) == (status, b"")
    loads = conn.execute("SELECT FROM etl.load_runs").rowcount
    assert loads == (2 if "load" in command else 0)


def run_unread(command: str, buffered: bool = True) -> tuple[int, bytes]:
    """Run a package while nobody reads its output; return its status and what it says on stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, "-m", *command.split()],
        env={**os.environ, "PYTHONUNBUFFERED": "" if buffered else "1"},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    return run.returncode, run.stderr


def test_a_consumer_needs_psycopg_and_pika_only() -> None:
    """So its image holds nothing else."""
    others = "{'rich', 'jinja2', 'prometheus_client'}"
    command = "import sys; from driver.cli import main; main(['consume', '--batch-size', '0'])"
    output = subprocess.check_output(
        [sys.executable, "-c", f"{command}; print({others} & sys.modules.keys())"],
        stderr=subprocess.DEVNULL,
    )
    assert output == b"set()\n"


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
    assert re.fullmatch("error: PostgreSQL: .* session is read-only .*\n", capsys.readouterr().err)


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
