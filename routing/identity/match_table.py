"""The shipped match table, or an institution's own."""

from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.identity.matching import MatchTable


def load_match_table(path: Path | None = None) -> MatchTable:
    """Read the table, the shipped one by default; raise `ConfigurationError` if it is unusable."""
    return read_table(path or Path(__file__).with_name("match_table.toml"), MatchTable)
