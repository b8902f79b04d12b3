"""Shows the messages that RabbitMQ could not deliver, gives them back to their queue, or up.

usage: /usr/bin/python3 services/dead_letters.py show|return|drop

It speaks AMQP 1.0, by which they can be read: with Debian's python3-qpid-proton, to the broker and
the queue that RABBITMQ_URL and USER_EVENTS_QUEUE name. RabbitMQ 3 needs its plugin
rabbitmq_amqp1_0. A message that is given back keeps its body and its id, unless that is too long.
"""

import hashlib
import os
import sys
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from proton import Message, Timeout  # type: ignore[import-not-found]
from proton.utils import BlockingConnection  # type: ignore[import-not-found]

LONGEST_ID = 255


def main(verb: str) -> int:
    """Go through all that is there now."""
    queue = os.environ.get("USER_EVENTS_QUEUE") or "user_events"
    url = urlsplit(os.environ["RABBITMQ_URL"].split(",")[0])
    vhost = unquote(url.path[1:]) or "/"
    connection = BlockingConnection(
        f"{url.scheme}://{url.netloc}",
        timeout=10,
        virtual_host=None if vhost == "/" else f"vhost:{vhost}",
        allowed_mechs="PLAIN",
        allow_insecure_mechs=True,
    )
    before_4 = connection.conn.remote_properties["version"].startswith("3.")
    prefix = "/amq/queue/" if before_4 else "/queues/"
    receiver = connection.create_receiver(f"{prefix}{queue}.dead_letters", credit=1)
    sender = connection.create_sender(prefix + queue) if verb == "return" else None
    count = 0
    with suppress(Timeout):
        while True:
            message = receiver.receive(timeout=2)
            count += 1
            print(f"id {message.id!r}, properties {message.properties}: {body_of(message)[:200]!r}")
            if sender:
                sender.send(Message(body=body_of(message), id=id_of(message), inferred=True))
            if verb != "show":
                receiver.accept()
    connection.close()  # what was only shown goes back
    print(f"{count} messages")
    return 0


def body_of(message: Any) -> bytes:
    """Return what a producer of AMQP 0-9-1 would have sent."""
    body = message.body
    return body if isinstance(body, bytes) else str(body).encode()


def id_of(message: Any) -> str | None:
    """Return the same id for the same message, short enough for AMQP 0-9-1."""
    if message.id is None or len(str(message.id).encode()) <= LONGEST_ID:
        return None if message.id is None else str(message.id)
    return hashlib.sha256(str(message.id).encode()).hexdigest()


if __name__ == "__main__":
    if sys.argv[1:] not in (["show"], ["return"], ["drop"]):
        sys.exit(f"usage: {sys.argv[0]} show|return|drop")
    sys.exit(main(sys.argv[1]))
