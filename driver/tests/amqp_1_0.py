"""Sends messages by AMQP 1.0 that RabbitMQ takes and cannot deliver by AMQP 0-9-1.

usage: amqp_1_0.py URL QUEUE NAME, with a Python that has Debian's python3-qpid-proton
"""

import sys
from contextlib import suppress
from uuid import UUID

from proton import Message, ProtonException  # type: ignore[import-not-found]
from proton.utils import BlockingConnection  # type: ignore[import-not-found]

EVENT = b'{"id": "%s", "event_type": "User Created", "received_at": "2020-12-08 10:00:00"}'


def main(url: str, queue: str, name: str) -> None:
    """Send one that RabbitMQ 3 cannot deliver, and one that RabbitMQ 4 cannot, of these users."""
    for address in (f"/queues/{queue}", f"/amq/queue/{queue}"):  # in RabbitMQ 4, and before
        connection = BlockingConnection(
            url, timeout=10, allowed_mechs="PLAIN", allow_insecure_mechs=True
        )
        with suppress(ProtonException):
            sender = connection.create_sender(address)
            break
    sender.send(
        Message(body=EVENT % f"{name} long id".encode(), inferred=True, id=name + "x" * 256)
    )
    sender.send(
        Message(
            body=EVENT % f"{name} uuid".encode(), inferred=True, properties={"key": UUID(int=7)}
        )
    )
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
