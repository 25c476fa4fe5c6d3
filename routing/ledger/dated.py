"""Dated tables in a file, or several of them in a folder."""

from collections.abc import Callable
from pathlib import Path

from wetread.domain.costs.dated import D, DatedTables
from wetread.domain.errors import ConfigurationError


def read_dated(path: Path | None, shipped: Path, read_file: Callable[[Path], D]) -> DatedTables[D]:
    """Read a file, every ``*.toml`` of a folder, or what is shipped; raise `ConfigurationError`."""
    given = path or shipped
    files = sorted(given.glob("*.toml")) if given.is_dir() else [given]
    try:
        return DatedTables(tables=[read_file(file) for file in files])
    except ConfigurationError as error:
        raise ConfigurationError(f"{given}: {error}") from error
