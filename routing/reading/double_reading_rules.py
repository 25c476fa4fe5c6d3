"""The shipped rules of double reading, or an institution's own."""

from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.double_reading import DoubleReadingRules


def load_double_reading_rules(path: Path | None = None) -> DoubleReadingRules:
    """Read the rules, the shipped ones by default; raise `ConfigurationError` if unusable."""
    return read_table(path or Path(__file__).with_name("double_reading.toml"), DoubleReadingRules)
