"""Lets the consumers and catch-up log in, each as a role that may do its work and nothing else.

usage: python services/let_in.py <FILE    the password of warehouse_ingest, then warehouse_load

The server gets what it can check a password by, not the password: its log may show each statement.
"""

import sys

import psycopg
from psycopg import sql

with psycopg.connect() as connection:
    for role, password in zip(("warehouse_ingest", "warehouse_load"), sys.stdin, strict=True):
        verifier = connection.pgconn.encrypt_password(
            password.removesuffix("\n").encode(), role.encode()
        )
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(verifier.decode())
            )
        )
