"""The shipped rules of the reading order, or an institution's own."""

from pathlib import Path

from routing.dated_tables import read_table
from wetread.domain.reading_order import OrderRules


def load_order_rules(path: Path | None = None) -> OrderRules:
    """Read the rules, the shipped ones by default; raise `ConfigurationError` if unusable."""
    return read_table(path or Path(__file__).with_name("order.toml"), OrderRules)
