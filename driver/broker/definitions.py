"""Prints what an existing queue lacks, as `rabbitmqctl import_definitions` reads it.

usage: python -m driver.broker.definitions | rabbitmqctl import_definitions

It declares the queue for dead letters, and gives the queue that USER_EVENTS_QUEUE names a policy
with what other queues are declared with.
"""

import json
import re

from driver.broker.address import addresses
from driver.broker.queues import UNLIMITED, dead_letters_of, queue_arguments
from driver.settings import Settings


def definitions(settings: Settings) -> str:
    """Return them as JSON."""
    vhost = addresses(settings.rabbitmq_url)[0].virtual_host
    arguments = queue_arguments(settings.queue)
    del arguments["x-queue-type"]
    policy = {
        "name": settings.queue,
        "vhost": vhost,
        "pattern": f"^{re.escape(settings.queue)}$",
        "apply-to": "queues",
        "definition": {name.removeprefix("x-"): value for name, value in arguments.items()},
    }
    dead_letters = {
        "name": dead_letters_of(settings.queue),
        "vhost": vhost,
        "durable": True,
        "auto_delete": False,
        "arguments": UNLIMITED,
    }
    return json.dumps({"queues": [dead_letters], "policies": [policy]})


if __name__ == "__main__":
    print(definitions(Settings.from_environment()))
