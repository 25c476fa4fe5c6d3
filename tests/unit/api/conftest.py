"""One hospital's records on a real SQLite database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.records.database import open_database
from tests.support.api import Hospital


@pytest.fixture
def hospital(tmp_path: Path) -> Iterator[Hospital]:
    """Return empty records."""
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    yield Hospital(engine=engine, results_dir=tmp_path / "results")
    engine.dispose()
