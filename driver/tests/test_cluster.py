"""A RabbitMQ of three nodes, each killed in turn under a stream of events.

It takes minutes, so only `make test_failover` runs it.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from driver.broker.inspector import queue_state
from driver.broker.publisher import Message, Publisher
from driver.errors import BrokerError
from driver.settings import Settings
from driver.tests.conftest import NEEDS_SERVERS, PATH, ROOT, until
from driver.tests.test_consume import StartConsumer, count, event

NODES: Final = 3
BATCH: Final = 100

pytestmark = [
    NEEDS_SERVERS,
    pytest.mark.skipif("FAILOVER" not in os.environ, reason="make test_failover"),
]


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Cluster:
    """Three nodes on this machine, with a name server of their own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._epmd_port = free_port()
        self.ports = [free_port() for _ in range(NODES)]
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        command = [str(ROOT / "services/with-socket"), str(self._epmd_port), "epmd", "-systemd"]
        environment = {"PATH": PATH, "HOME": str(home), "ERL_EPMD_PORT": str(self._epmd_port)}
        # pylint: disable-next=consider-using-with
        self._epmd = subprocess.Popen(command, env=environment)

    def set_up(self) -> None:
        """Start all, and bring them together."""
        for number in range(NODES):
            self.start(number)
        for number in range(1, NODES):
            for words in ("stop_app", f"join_cluster {self._name(0)}", "start_app"):
                self.control(number, *words.split())

    def tear_down(self) -> None:
        """Leave nothing."""
        for number in list(self._processes):
            self.kill(number)
        self._epmd.kill()
        self._epmd.wait()

    def _name(self, number: int) -> str:
        return f"node{number}@localhost"

    def _environment(self, number: int) -> dict[str, str]:
        home = self._home / str(number)
        home.mkdir(exist_ok=True)
        (home / ".erlang.cookie").unlink(missing_ok=True)
        (home / ".erlang.cookie").write_text("of these tests")
        (home / ".erlang.cookie").chmod(0o400)
        return {
            "PATH": PATH,
            "HOME": str(home),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_FLAGS": "-start_epmd false",
            "RABBITMQ_NODENAME": self._name(number),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.ports[number]),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
            "RABBITMQ_PLUGINS_EXPAND_DIR": str(home / "plugins"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(home / "config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(home / "none"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "none"),
            "RUNNING_UNDER_SYSTEMD": "1",
        }

    def start(self, number: int) -> None:
        """Start a node, and wait until it answers."""
        server = shutil.which("rabbitmq-server", path=PATH)
        assert server
        # pylint: disable-next=consider-using-with
        self._processes[number] = subprocess.Popen(
            [server], env=self._environment(number), cwd=self._home, stdout=subprocess.DEVNULL
        )
        until(lambda: self._answers(number), 60)

    def _answers(self, number: int) -> bool:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", self.ports[number])).close()
            return True
        return False

    def kill(self, number: int) -> None:
        """At once."""
        process = self._processes.pop(number)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def control(self, number: int, *arguments: str) -> None:
        """Control a node."""
        command = ["rabbitmqctl", "--quiet", *arguments]
        environment = self._environment(number)
        subprocess.run(command, env=environment, cwd=self._home, check=True, timeout=60)


@pytest.fixture(name="cluster", scope="module")
def fixture_cluster() -> Iterator[Cluster]:
    """Three nodes."""
    with tempfile.TemporaryDirectory() as home:
        cluster = Cluster(Path(home))
        try:
            cluster.set_up()
            yield cluster
        finally:
            cluster.tear_down()


def publish_all(settings: Settings, messages: list[Message]) -> None:
    """Publish until each is confirmed, by whichever node is there."""
    while True:
        with suppress(BrokerError):
            with Publisher(settings) as publisher:
                publisher.publish(messages)
                publisher.wait_until_unconfirmed(0)
            return
        time.sleep(0.5)


def test_each_node_is_killed_in_turn(
    conn: psycopg.Connection[Any],
    cluster: Cluster,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """Two consumers with all three addresses: each event is in raw once."""
    urls = [f"amqp://guest:guest@127.0.0.1:{port}/%2F" for port in cluster.ports]
    monkeypatch.setenv("RABBITMQ_URL", ",".join(urls))
    settings: Settings = request.getfixturevalue("settings")
    start_consumer: StartConsumer = request.getfixturevalue("start_consumer")
    start_consumer()
    start_consumer()
    published = 0
    for number in range(NODES):
        for batch in range(10):
            messages = [event(published + n) for n in range(BATCH)]
            if batch == 5:
                cluster.kill(number)
            publish_all(settings, messages)
            published += BATCH
        cluster.start(number)
    until(lambda: count(conn, "raw.user_events") == published, 60)
    until(lambda: queue_state(settings)[0] == 0, 60)
