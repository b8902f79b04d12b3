"""Errors that end a command with one line instead of a traceback."""


class UsageError(Exception):
    """The call is wrong: its caller can correct it. Exit status 2."""


class Fault(Exception):
    """Something the command needs does not work. Exit status 1."""


class BrokerError(Fault):
    """RabbitMQ cannot be reached, refused something or was lost."""

    remedy = "make setup"


class BrokerRefusedError(BrokerError):
    """RabbitMQ does not accept the user, the password, the virtual host or the queue."""


class UndeliverableError(BrokerError):
    """RabbitMQ itself fails when it delivers the next message."""

    remedy = (
        "docs/operations.md, 'Messages that cannot be delivered': look at them, give them back"
        " or up"
    )
