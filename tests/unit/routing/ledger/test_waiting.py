"""Routine analyses wait while a budget is spent; nothing else ever does, and no read."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from routing.ledger.budget_watch import BudgetWatch
from routing.ledger.guard import BudgetGuard
from routing.ledger.payers import load_payer_tables
from routing.ledger.waiting import BudgetedAnalyses
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.ledger import LedgerRecords
from routing.records.reading import ReadingRecords
from routing.records.tables import ReadingItemRecord, StudyRecord
from tests.support.ball_service import wait_until
from tests.support.ledger import ledger_entry
from tests.support.record_rows import PATIENT, RECEIVED_AT, add_reading_item, add_study
from wetread.domain.costs.budgets import Budget
from wetread.domain.costs.payers import Share
from wetread.domain.reading import AiState
from wetread.domain.studies import PatientKey, StudyState

_SITE = PATIENT.issuer
_URGENT_SITE = PatientKey(issuer="Emergency Hospital", patient_id="T-0002")


class _Service:
    """Records, a queue that only notes, and a clock that can be put forward."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
        self.ledger = LedgerRecords(self.engine)
        self.queued: list[tuple[str, int]] = []
        self.now: datetime = RECEIVED_AT
        clock: Callable[[], datetime] = lambda: self.now  # noqa: E731
        self.guard = BudgetGuard(
            self.ledger,
            budgets=(Budget(payer=_SITE, month_jpy=Decimal(10)),),
            payers=load_payer_tables(),
            routine_sites=(_SITE,),
            device="cpu",
            clock=clock,
        )
        self.analyses = BudgetedAnalyses(
            lambda uid, revision: self.queued.append((uid, revision)),
            guard=self.guard,
            catalog=StudyCatalog(self.engine, clock, spool_dir=folder),
            reading=ReadingRecords(self.engine),
            most_under_way=1,
        )

    def complete(self, uid: str, patient: PatientKey = PATIENT) -> None:
        add_study(self.engine, uid, patient=patient)
        add_reading_item(self.engine, uid)
        self.analyses.submit(uid, 0)

    def conclude(self, uid: str, cost_jpy: str) -> None:
        shares = (Share(payer=_SITE, amount_jpy=Decimal(cost_jpy)),)
        self.ledger.book(ledger_entry(uid, cost_jpy=cost_jpy, shares=shares, at=self.now))
        with Session(self.engine) as session, session.begin():
            session.get_one(StudyRecord, uid).state = StudyState.CONCLUDED

    def item(self, uid: str) -> ReadingItemRecord:
        with Session(self.engine) as session:
            return session.get_one(ReadingItemRecord, uid)


@pytest.fixture
def service(tmp_path: Path) -> _Service:
    return _Service(tmp_path)


def test_routine_studies_go_one_by_one_until_the_budget_is_spent(service: _Service) -> None:
    for uid in ("1.1", "1.2", "1.3"):
        service.complete(uid)
    assert service.queued == []
    assert not service.analyses.advance()
    assert not service.analyses.advance()  # the first has not ended
    assert service.queued == [("1.1", 0)]
    service.conclude("1.1", "10")
    assert service.analyses.advance()
    assert service.queued == [("1.1", 0)]
    item = service.item("1.2")
    assert item.ai_state == AiState.WAITING
    assert item.reported_at is None
    assert item.reasons == [
        "The analysis waits: the budget of Invented Hospital for 2026-03 is spent."
    ]
    service.analyses.advance()
    assert service.item("1.2").reasons == item.reasons  # told once


def test_what_nobody_called_routine_never_waits(service: _Service) -> None:
    service.complete("1.1")
    service.analyses.advance()
    service.conclude("1.1", "99")
    service.complete("1.2", _URGENT_SITE)
    assert service.queued == [("1.1", 0), ("1.2", 0)]


def test_the_next_month_has_a_budget_of_its_own(service: _Service) -> None:
    service.complete("1.1")
    service.analyses.advance()
    service.conclude("1.1", "10")
    service.complete("1.2")
    assert service.analyses.advance()
    service.now = RECEIVED_AT.replace(month=4)
    assert not service.analyses.advance()
    assert service.queued[-1] == ("1.2", 0)


def test_whoever_knows_better_has_it_analysed_now(service: _Service) -> None:
    service.complete("1.1")
    service.analyses.advance()
    service.conclude("1.1", "10")
    service.complete("1.2")
    service.analyses.advance()
    assert service.analyses.submit_now("1.2")
    assert not service.analyses.submit_now("1.2")
    assert service.queued[-1] == ("1.2", 0)


def test_a_study_that_was_begun_is_not_held_back(service: _Service) -> None:
    add_study(service.engine, "1.1", state=StudyState.ANALYSING)
    service.analyses.submit("1.1", 0)
    assert service.queued == [("1.1", 0)]


def test_the_thread_passes_on_what_may_start(service: _Service) -> None:
    service.analyses.start()
    service.complete("1.1")
    wait_until(lambda: bool(service.queued))
    service.analyses.stop()
    assert service.queued == [("1.1", 0)]


def test_the_operator_is_told_once_of_each_cause(service: _Service) -> None:
    watch = BudgetWatch(service.guard)
    add_study(service.engine, "1.1")
    with capture_logs() as logs:
        watch.look()
        service.conclude("1.1", "9")
        watch.look()
        add_study(service.engine, "1.2")
        service.conclude("1.2", "1")
        watch.look()
        watch.look()
    assert [(one["log_level"], one["event"], one["spent_jpy"]) for one in logs] == [
        ("warning", "a budget is nearly spent", "9"),
        ("warning", "a budget is spent", "10"),
    ]
