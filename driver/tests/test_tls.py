"""TLS to both servers, through a terminator in front of each."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import psycopg
import pytest
import trustme

from driver.broker.inspector import queue_state
from driver.database import connect, explain
from driver.errors import BrokerError
from driver.settings import Settings

Terminate = Callable[[str, int], int]


def pump(source: socket.socket, target: socket.socket) -> None:
    """Pass bytes on until the source ends."""
    with suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture(name="authority")
def fixture_authority(tmp_path: Path) -> tuple[trustme.CA, str]:
    """A certificate authority, and the file of its certificate."""
    authority = trustme.CA()
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    return authority, str(file)


@pytest.fixture(name="terminate")
def fixture_terminate(authority: tuple[trustme.CA, str]) -> Iterator[Terminate]:
    """Listens with TLS as `localhost` in front of a server; returns the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert("localhost").configure_cert(context)
    context.set_alpn_protocols(["postgresql"])
    listeners: list[socket.socket] = []

    def accept(listener: socket.socket, host: str, port: int) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                client = context.wrap_socket(plain, server_side=True)
            except OSError:  # a client that does not trust us
                continue
            with (
                client,
                socket.create_connection((host, port)) as server,
                ThreadPoolExecutor(2) as pool,
            ):
                pool.submit(pump, client, server)
                pool.submit(pump, server, client)

    def terminate(host: str, port: int) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        Thread(target=accept, args=(listener, host, port), daemon=True).start()
        return int(listener.getsockname()[1])

    yield terminate
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def test_amqps(
    settings: Settings,
    terminate: Terminate,
    authority: tuple[trustme.CA, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the authority that SSL_CERT_FILE names, and only with the name in the certificate."""
    url = urlsplit(settings.rabbitmq_url)
    port = terminate(str(url.hostname), url.port or 5672)

    def state(host: str) -> tuple[int, int]:
        netloc = f"{url.username}:{url.password}@{host}:{port}"
        return queue_state(Settings(url._replace(scheme="amqps", netloc=netloc).geturl(), "none"))

    with pytest.raises(BrokerError, match="CERTIFICATE_VERIFY_FAILED"):
        state("localhost")
    monkeypatch.setenv("SSL_CERT_FILE", authority[1])
    with pytest.raises(BrokerError, match="no queue 'none'"):  # so RabbitMQ has answered
        state("localhost")
    with pytest.raises(BrokerError, match="CERTIFICATE_VERIFY_FAILED"):
        state("127.0.0.1")


def test_every_address_says_why(
    settings: Settings, terminate: Terminate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`localhost` is ::1 as well, where nobody listens: that does not hide the certificate."""
    url = urlsplit(settings.rabbitmq_url)
    port = terminate(str(url.hostname), url.port or 5672)
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)),
        (socket.AF_INET6, socket.SOCK_STREAM, 0, "", ("::1", port, 0, 0)),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        with pytest.raises(BrokerError, match=r"CERTIFICATE_VERIFY_FAILED.*; \[Errno"):
            queue_state(Settings(f"amqps://localhost:{port}/%2F", "none"))


def test_sslmode(
    terminate: Terminate, authority: tuple[trustme.CA, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq's variables are all it takes."""
    port = terminate(os.environ["PGHOST"], int(os.environ["PGPORT"]))
    monkeypatch.setenv("PGHOST", "localhost")
    monkeypatch.setenv("PGPORT", str(port))
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGSSLNEGOTIATION", "direct")  # the terminator knows no other
    monkeypatch.setenv("PGSSLROOTCERT", authority[1])
    with connect("test") as connection:
        assert connection.pgconn.ssl_in_use
    monkeypatch.setenv("PGSSLROOTCERT", "system")
    with pytest.raises(psycopg.OperationalError) as caught:
        connect("test")
    assert "certificate verify failed" in str(explain(caught.value))
