"""The shipped tables of guidelines, or a site's own."""

from pathlib import Path
from typing import Final

from routing.dated_tables import read_table
from wetread.domain.errors import ConfigurationError
from wetread.domain.guidelines.table import GuidelineTable

SHIPPED_DIR: Final = Path(__file__).parent / "tables"


def shipped_names() -> tuple[str, ...]:
    """Return the names of the tables that come with the software."""
    return tuple(sorted(path.stem for path in SHIPPED_DIR.glob("*.toml")))


def load_guideline(name: str) -> GuidelineTable:
    """Read a shipped table by its name, or any by its path; raise `ConfigurationError`."""
    if name in shipped_names():
        return read_table(SHIPPED_DIR / f"{name}.toml", GuidelineTable)
    if not name.endswith(".toml"):
        known = ", ".join(shipped_names())
        raise ConfigurationError(f"guideline {name!r} is none of {known}, nor a .toml file")
    return read_table(Path(name), GuidelineTable)
