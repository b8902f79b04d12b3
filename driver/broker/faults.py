"""Says what pika's errors mean."""

from collections.abc import Iterator, Sequence
from typing import Final

from pika.exceptions import (
    ChannelClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from driver.errors import BrokerError, BrokerRefusedError, UndeliverableError

INTERNAL_ERROR: Final = 541

# What helps against a reply code to the declaration of the queue or its consumer, besides another
# queue.
QUEUE_REMEDIES: Final = {
    403: "grant the user of RABBITMQ_URL `read` on it, and `configure` where it has to be declared",
    405: "end the connection that has the queue to itself",
    406: "a consumer needs a queue, not a stream or one of another kind",
}


def explain(where: str, reason: BaseException | str, ready: bool) -> BrokerError:
    """Say in one line what happened to a link, one that had been *ready* or not."""
    if isinstance(reason, BrokerError):
        return reason
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
    if isinstance(reason, BaseException) and reply_code(reason) == INTERNAL_ERROR:
        return UndeliverableError(
            f"RabbitMQ at {where} fails, as it does on a message that it cannot deliver: {reason}"
        )
    if isinstance(reason, str):
        return BrokerError(f"RabbitMQ at {where}: {reason}")
    causes = "; ".join(dict.fromkeys(_causes(reason)))
    return BrokerError(f"RabbitMQ at {where}: {causes} (run 'make setup', or check RABBITMQ_URL)")


def together(failures: Sequence[BrokerError]) -> BrokerError:
    """Say in one line why none of the brokers works. They refuse us only if all of them do."""
    kinds = {type(failure) for failure in failures}
    kind = kinds.pop() if len(kinds) == 1 else BrokerError
    return kind("; ".join(map(str, failures)))


def reply_code(reason: BaseException) -> int:
    """Return the code with which the broker closed a channel or connection; 0 if it did not."""
    return int(getattr(reason, "reply_code", 0))


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
