"""PostgreSQL connections.

Nothing is set for a session that results depend on: behind a pooler the next transaction may have
another session, and ours another client.
"""

import os
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from psycopg import pq

from driver.errors import BrokerRefusedError, Fault

Connection = psycopg.Connection[Any]


class _BinaryCursor(psycopg.Cursor[Any]):
    """Takes values as they are: as text they follow a dozen settings, the date style first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.format = pq.Format.BINARY


def connect(application_name: str, writes: bool = True, **others: Any) -> Connection:
    """Connect to the database that the PG* variables name, in autocommit mode.

    Of several hosts it is the first that accepts connections, and writes if *writes*, unless
    PGTARGETSESSIONATTRS says otherwise. A peer that vanishes without a word is noticed within a
    minute. Raises psycopg.OperationalError.
    """
    connection = psycopg.connect(
        autocommit=True,
        application_name=f"warehouse {application_name}",
        prepare_threshold=None,  # some poolers give each transaction another session
        connect_timeout=int(os.environ.get("PGCONNECT_TIMEOUT") or 10),
        keepalives_idle=20,
        keepalives_interval=10,
        keepalives_count=3,
        tcp_user_timeout=50_000,
        client_encoding="UTF8",  # whatever is set for the role, the database or our environment
        target_session_attrs=os.environ.get("PGTARGETSESSIONATTRS")
        or ("read-write" if writes else "any"),
        cursor_factory=_BinaryCursor,
        **others,
    )
    # Of each transaction block, whatever is set elsewhere: the SQL functions refuse any other.
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    return connection


def transact(
    connection: Connection, statement: LiteralString, values: Any = (), is_trial: bool = False
) -> Any:
    """Run a statement in a transaction of its own; return its first row once it is committed.

    A trial is rolled back instead. It takes one round trip. After psycopg.Error, which it raises,
    the connection is not to be used any more.
    """
    with connection.pipeline(), connection.transaction(force_rollback=is_trial):
        cursor = connection.execute(statement, values)
    return cursor.fetchone()


def is_refused(error: Fault | psycopg.Error) -> bool:
    """Return whether a server refuses the user or the password, in whatever language it says so.

    PostgreSQL does before it looks for the database: in the same words for one that is missing.
    """
    if isinstance(error, Fault):
        return isinstance(error, BrokerRefusedError)
    refusal = None
    if error.pgconn and error.pgconn.used_password:
        try:
            connect("refused", dbname=str(uuid4()))
        except psycopg.OperationalError as other:
            refusal = str(other)
    return refusal == str(error)


def explain(error: Fault | psycopg.Error) -> Fault:
    """Turn a database error into one line, with the hint that the database gives.

    A fault is one already.
    """
    if isinstance(error, Fault):
        return error
    if error.diag.message_primary:
        hint = error.diag.message_hint
        return Fault(f"PostgreSQL: {error.diag.message_primary}" + (f" ({hint})" if hint else ""))
    message = " ".join(str(error).split())
    return Fault(f"PostgreSQL: {message} (run 'make setup', or check the PG* variables)")
