"""PostgreSQL connections."""

import os
from typing import Any

import psycopg

from driver.errors import Fault

Connection = psycopg.Connection[Any]


def connect(application_name: str) -> Connection:
    """Connect to the database that the PG* variables name, in autocommit mode.

    A peer that vanishes without a word is noticed within a minute. Raises psycopg.OperationalError.
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
    )
    # Whatever a DBA set for the role or the database: the SQL functions refuse any other.
    connection.execute("SET default_transaction_isolation = 'read committed'")
    return connection


def explain(error: psycopg.Error) -> Fault:
    """Turn a database error into one line, with the hint that the database gives."""
    if error.diag.message_primary:
        hint = error.diag.message_hint
        return Fault(f"PostgreSQL: {error.diag.message_primary}" + (f" ({hint})" if hint else ""))
    message = " ".join(str(error).split())
    return Fault(f"PostgreSQL: {message} (run 'make setup', or check the PG* variables)")
