"""The shipped priority table, or an institution's own."""

from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.triage import PriorityTable


def load_priority_table(path: Path | None = None) -> PriorityTable:
    """Read the table, the shipped one by default; raise `ConfigurationError` if it is unusable."""
    return read_table(path or Path(__file__).with_name("priority.toml"), PriorityTable)
