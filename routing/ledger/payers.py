"""The shipped payer table, or an institution's own."""

from pathlib import Path
from typing import Final

from routing.dated_tables import read_table
from routing.ledger.dated import read_dated
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.payers import PayerTable

_SHIPPED: Final = Path(__file__).with_name("payers.toml")


def load_payer_tables(path: Path | None = None) -> DatedTables[PayerTable]:
    """Read a file, or every table of a folder; raise `ConfigurationError` if one is unusable."""
    return read_dated(path, _SHIPPED, lambda file: read_table(file, PayerTable))
