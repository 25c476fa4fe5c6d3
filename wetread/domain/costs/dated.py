"""Several tables of one kind, each in force from its date until that of the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from wetread.domain.errors import ConfigurationError


class Dated(Protocol):
    """Something in force from a date on."""

    @property
    def effective_from(self) -> date:
        """The first day."""
        ...


D = TypeVar("D", bound=Dated)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTables(Generic[D]):
    """At least one table, no two from the same day."""

    tables: Sequence[D]

    def __post_init__(self) -> None:
        days = {table.effective_from for table in self.tables}
        if not days or len(days) < len(self.tables):
            raise ConfigurationError("dated tables: one at least, and no two from the same day")

    def on(self, day: date) -> D:
        """Return the table in force on a day; before the first one's date, the first."""
        in_order = sorted(self.tables, key=lambda table: table.effective_from)
        begun = [table for table in in_order if table.effective_from <= day]
        return begun[-1] if begun else in_order[0]
