"""What a queue of ours is declared with, and the name of its dead-letter queue."""

from typing import Any, Final

# RabbitMQ puts a message aside that was delivered so often without an acknowledgment, into a queue
# for these, and keeps it until that one has it. Where that queue may not be, the message is
# delivered for ever: RabbitMQ 4 would drop it after 20 deliveries.
DELIVERY_LIMIT: Final = 20
UNLIMITED: Final[dict[str, Any]] = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}


def dead_letters_of(queue: str) -> str:
    """Return the name of the queue for what cannot be delivered from the queue."""
    return f"{queue}.dead_letters"


def queue_arguments(queue: str) -> dict[str, Any]:
    """Return what a queue is declared with that is not there yet."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letters_of(queue),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",  # which that strategy demands; the queue has no limit
    }
