"""Records as an earlier program left them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import routing.records


def write_earlier(path: Path, revision: str, *, copied: Sequence[str], of: Path) -> str:
    """Write records of an earlier revision with some tables of others; return their URL."""
    config = Config()
    folder = Path(routing.records.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    earlier = sqlite3.connect(path)
    with earlier:
        earlier.execute("ATTACH ? AS later", (str(of),))
        for table in copied:
            columns = ", ".join(
                row[1] for row in earlier.execute(f"PRAGMA main.table_info({table})")
            )
            earlier.execute(
                f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM later.{table}"
            )
    earlier.close()
    return f"sqlite:///{path}"
