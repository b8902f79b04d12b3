"""Says what pika's errors mean."""

from collections.abc import Iterator
from typing import Final

from pika.exceptions import (
    ChannelClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from driver.errors import BrokerError, BrokerRefusedError

# What helps against a reply code to the declaration of the queue, besides another queue.
QUEUE_REMEDIES: Final = {
    403: "grant the user of RABBITMQ_URL the rights to it",
    405: "end the connection that has the queue to itself",
    406: "the queue exists as another kind: let its messages be consumed and delete it",
}


def explain(where: str, reason: BaseException | str, ready: bool) -> BrokerError:
    """Say in one line what happened to a link, one that had been *ready* or not."""
    if isinstance(reason, (ProbableAuthenticationError, ProbableAccessDeniedError)):
        return BrokerRefusedError(
            f"RabbitMQ at {where} refuses the user, password or virtual host: check RABBITMQ_URL"
        )
    if (
        isinstance(reason, ChannelClosedByBroker)
        and reason.reply_code in QUEUE_REMEDIES
        and not ready
    ):
        return BrokerRefusedError(
            f"RabbitMQ at {where}: {reason.reply_text} ({QUEUE_REMEDIES[reason.reply_code]},"
            " or set USER_EVENTS_QUEUE to another name)"
        )
    if isinstance(reason, str):
        return BrokerError(f"RabbitMQ at {where}: {reason}")
    causes = "; ".join(dict.fromkeys(_causes(reason)))
    return BrokerError(f"RabbitMQ at {where}: {causes} (run 'make setup', or check RABBITMQ_URL)")


def _causes(reason: BaseException) -> Iterator[str]:
    """Yield the innermost of pika's nested errors, one for each address of the host at least."""
    nested = [
        *getattr(reason, "exceptions", ()),
        getattr(reason, "exception", None),
        *reason.args,
    ]
    inner = [error for error in nested if isinstance(error, BaseException)]
    for error in inner:
        yield from _causes(error)
    if not inner:
        yield str(reason) or type(reason).__name__
