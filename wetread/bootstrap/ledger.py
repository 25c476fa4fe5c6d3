"""Wires the ledger for commands that only look at it or correct it."""

from sqlalchemy.engine import make_url

from inference.devices import choose_device
from routing.ledger.guard import BudgetGuard
from routing.records.database import open_database
from routing.records.ledger import LedgerRecords
from wetread.bootstrap.clock import clock_of
from wetread.domain.costs.budgets import Budget
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.payers import PayerTable
from wetread.domain.errors import ConfigurationError
from wetread.settings import Settings


def open_ledger(settings: Settings) -> LedgerRecords:
    """Return the ledger of the service; raise `ConfigurationError` where there is none yet."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not (settings.data_dir / "records.sqlite").is_file():
        raise ConfigurationError(f"there are no records in data_dir {settings.data_dir}")
    return LedgerRecords(open_database(settings.database_url))


def build_guard(
    settings: Settings, ledger: LedgerRecords, payers: DatedTables[PayerTable]
) -> BudgetGuard:
    """Return what knows which studies may wait for money."""
    return BudgetGuard(
        ledger,
        budgets=budgets_of(settings),
        payers=payers,
        routine_sites=settings.costs.routine_sites,
        device=str(choose_device(settings.device)),
        clock=clock_of(settings),
    )


def budgets_of(settings: Settings) -> tuple[Budget, ...]:
    """Return the budgets of the settings."""
    return tuple(
        Budget(
            payer=one.payer,
            device=one.device,
            month_jpy=one.month_jpy,
            warn_share=one.warn_share,
        )
        for one in settings.costs.budgets
    )
