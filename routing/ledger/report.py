"""The report of a month: what was used, who pays, how the budgets stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.records.ledger import LedgerRecords
from wetread.domain.costs.budgets import Budget, BudgetStanding, stand
from wetread.domain.costs.entries import BookedEntry
from wetread.domain.costs.statement import Statement, state_costs
from wetread.domain.months import Month


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReport:
    """A month of the ledger; ``start`` and ``end`` (not included) in the service's time zone."""

    month: Month
    start: datetime
    end: datetime
    statement: Statement
    budgets: tuple[BudgetStanding, ...]
    entries: tuple[BookedEntry, ...]


def report_month(
    ledger: LedgerRecords, budgets: Sequence[Budget], *, month: Month, now: datetime
) -> MonthReport:
    """Return the report of a month as it stands now; ``now`` tells the time zone as well."""
    start, end = month.bounds(now.tzinfo)
    entries = ledger.entries_between(start, end)
    return MonthReport(
        month=month,
        start=start,
        end=end,
        statement=state_costs(entries),
        budgets=stand_budgets(ledger, budgets, month=month, now=now),
        entries=entries,
    )


def stand_budgets(
    ledger: LedgerRecords, budgets: Sequence[Budget], *, month: Month, now: datetime
) -> tuple[BudgetStanding, ...]:
    """Return how the budgets of a month stand now."""
    if not budgets:
        return ()
    charges = ledger.charges_between(*month.bounds(now.tzinfo))
    return tuple(
        stand(budget, charges, month=month, today=now.date(), zone=now.tzinfo) for budget in budgets
    )
