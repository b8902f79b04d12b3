"""Generates user events: python -m bench.events COUNT > FILE, one JSON object a line."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import md5
from random import Random

TYPES = ("User Created", "User Updated", "User Deleted")
FIRST_DAY = datetime(2020, 12, 5, tzinfo=UTC)


def events(count: int, users: int = 500_000, days: int = 7, seed: int = 1) -> Iterator[bytes]:
    """Yield that many events of some of the users within the days, in random order."""
    random = Random(seed)
    for _ in range(count):
        user = random.randrange(users)
        at = FIRST_DAY + timedelta(seconds=random.random() * days * 86_400)
        yield json.dumps(
            {
                "id": md5(b"%d" % user).hexdigest(),
                "event_type": random.choices(TYPES, (2, 7, 1))[0],
                "username": f"user {user}",
                "user_email": f"user{user}@company.example",
                "user_type": random.choice(("Admin", "Creator", "User")),
                "organization_name": f"Company {user % 1000}",
                "plan_name": random.choice(("Medium", "Enterprise", None)),
                "received_at": f"{at:%Y-%m-%d %H:%M:%S.%f}",
            }
        ).encode()


if __name__ == "__main__":
    for event in events(int(sys.argv[1])):
        sys.stdout.buffer.write(event + b"\n")
