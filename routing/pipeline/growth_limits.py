"""The shipped error of measurement."""

from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.growth import GrowthLimits


def load_growth_limits(path: Path | None = None) -> GrowthLimits:
    """Read the limits, the shipped ones by default; raise `ConfigurationError` if unusable."""
    return read_table(path or Path(__file__).with_name("growth.toml"), GrowthLimits)
