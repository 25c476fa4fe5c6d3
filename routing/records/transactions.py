"""Transactions that read and then write what they read."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Yield a session in a transaction that is committed at the end, or undone by an exception.

    SQLite gives it the write lock at once: a transaction that only asks for it after reading could
    be refused, or overwrite what another has changed in between. Elsewhere, read the rows to be
    changed with ``with_for_update``.
    """
    with Session(engine) as session, session.begin():
        if engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("BEGIN IMMEDIATE")
        yield session
