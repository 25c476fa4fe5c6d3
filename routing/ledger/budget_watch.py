"""Tell the operator, in the log, when a budget runs out; once for each budget, month and cause."""

import threading
from typing import Final

import structlog

from routing.ledger.guard import BudgetGuard
from wetread.domain.costs.budgets import warning
from wetread.domain.months import Month

_LOOK_SECONDS: Final = 600.0

_log = structlog.get_logger(__name__)


class BudgetWatch:
    """One thread that looks at the budgets now and then."""

    def __init__(self, guard: BudgetGuard) -> None:
        self._guard = guard
        self._told: set[tuple[str, Month, str]] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="budget watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """End."""
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def look(self) -> None:
        """Tell what has not been told."""
        for standing in self._guard.standings():
            text = warning(standing)
            if text is None:
                continue
            told = (standing.budget.name, standing.month, text)
            if told not in self._told:
                self._told.add(told)
                _log.warning(
                    text,
                    budget=standing.budget.name,
                    month=str(standing.month),
                    spent_jpy=str(standing.spent_jpy),
                    budget_jpy=str(standing.budget.month_jpy),
                )

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except Exception as error:  # noqa: BLE001 - the database may be back at the next look
                _log.error("the budgets cannot be looked at now", error=type(error).__name__)
            self._stopping.wait(_LOOK_SECONDS)
