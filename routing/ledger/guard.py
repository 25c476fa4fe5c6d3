"""Which studies may wait for money, and whether there is any left."""

from collections.abc import Collection, Sequence

from routing.ledger.report import stand_budgets
from routing.records.ledger import LedgerRecords
from routing.records.studies import StudySummary
from wetread.domain.costs.budgets import Budget, BudgetStanding, Urgency, defer_routine
from wetread.domain.costs.dated import DatedTables
from wetread.domain.costs.payers import PayerTable
from wetread.domain.months import Month
from wetread.domain.studies import StudyState
from wetread.ports import Clock


class BudgetGuard:
    """Knows the budgets of everyone who may have to pay for a study, and of this device.

    How urgent a study is, nobody tells this service: every study is urgent, except those of sites
    whose studies the settings call routine.
    """

    def __init__(
        self,
        ledger: LedgerRecords,
        *,
        budgets: Sequence[Budget],
        payers: DatedTables[PayerTable],
        routine_sites: Collection[str],
        device: str,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._budgets = budgets
        self._payers = payers
        self._routine_sites = routine_sites
        self._device = device
        self._clock = clock

    def may_wait(self, study: StudySummary) -> bool:
        """Tell whether a study is routine, not begun, and somebody has a budget for it."""
        return (
            study.state is StudyState.COMPLETE
            and study.site in self._routine_sites
            and any(self._concerns(budget, study.site) for budget in self._budgets)
        )

    def standings(self) -> tuple[BudgetStanding, ...]:
        """Return how all budgets stand now."""
        now = self._clock()
        return stand_budgets(self._ledger, self._budgets, month=Month.of(now), now=now)

    def reason_to_wait(self, site: str, standings: Sequence[BudgetStanding]) -> str | None:
        """Return why a study of a site waits, told to its reader; None: it does not."""
        urgency = Urgency.ROUTINE if site in self._routine_sites else Urgency.URGENT
        return defer_routine(
            urgency, [one for one in standings if self._concerns(one.budget, site)]
        )

    def _concerns(self, budget: Budget, site: str) -> bool:
        if budget.device is not None:
            return budget.is_of_device(self._device)
        rule = self._payers.on(self._clock().date()).rule_for(site)
        return budget.payer in rule.payers(site)
