"""A read is taken back once, seen to, and requested again whenever a human says so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.reading.desk import ReadingDesk
from routing.reading.prescreen_rules import load_prescreen_rules
from routing.reading.prescreening import Prescreening
from routing.records.prescreening import tally
from routing.records.tables import AuditRecord, StudyRecord
from tests.support.findings import findings
from tests.support.reading import opened_desk, prescreening, records_of_waiting
from tests.support.record_rows import PATIENT, RECEIVED_AT
from wetread.domain.findings import Findings, Prescreen
from wetread.domain.prescreening import PrescreenRules, ReadDecision

_UID, _SITE = "1.2.1", PATIENT.issuer
_RULES = {
    _SITE: PrescreenRules(
        effective_from=date(2026, 1, 1), sample_share=Decimal("0.1"), read_jpy=Decimal(2500)
    )
}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return records_of_waiting(tmp_path, _UID)


@pytest.fixture
def desk(engine: Engine) -> ReadingDesk:
    return opened_desk(engine, _UID)


def _screening(
    desk: ReadingDesk, engine: Engine, draw: Callable[[], float] = lambda: 0.5
) -> Prescreening:
    return prescreening(desk, engine, _RULES, draw=draw)


def _advised(advice: Prescreen, revision: int = 0) -> Findings:
    found = findings(study_instance_uid=_UID)
    return replace(found, triage=replace(found.triage, prescreen=advice), revision=revision)


def _listed(desk: ReadingDesk) -> bool:
    return bool(desk.queue.ordered())


def _decided(screening: Prescreening) -> ReadDecision:
    (one,) = screening.records.decisions(
        since=RECEIVED_AT, until=RECEIVED_AT + timedelta(days=1), site=_SITE
    )
    return one.holds


def test_a_read_advised_against_is_taken_back_and_can_be_requested_again(
    desk: ReadingDesk, engine: Engine
) -> None:
    screening = _screening(desk, engine)
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    assert not _listed(desk)
    task = desk.records.find(_UID)
    assert screening.override(_UID, request=True, actor="hospital")
    assert [item.study_instance_uid for item in desk.queue.ordered()] == [_UID]
    again = desk.records.find(_UID)
    assert task is not None
    assert again is not None
    assert again.request == task.request, "it stands where it would have stood"
    assert screening.override(_UID, request=False, actor="hospital")
    assert not _listed(desk)
    with Session(engine) as session:
        actions = list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.audit_id)))
    assert actions == [
        "prescreen.withdrawn",
        "reading.withdraw",
        "prescreen.override",
        "reading.request_again",
        "prescreen.override",
        "reading.withdraw",
    ]


@pytest.mark.parametrize("advice", [Prescreen.REQUEST, Prescreen.UNDETERMINED])
def test_anything_else_stays_to_be_read(
    desk: ReadingDesk, engine: Engine, advice: Prescreen
) -> None:
    screening = _screening(desk, engine)
    screening.conclude(_advised(advice))
    assert _listed(desk)
    assert _decided(screening) is ReadDecision.REQUESTED


def test_chance_is_asked_once_and_what_it_chose_is_read(desk: ReadingDesk, engine: Engine) -> None:
    draws = iter([0.05, 0.5])
    screening = _screening(desk, engine, draw=lambda: next(draws))
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    assert _listed(desk)
    assert _decided(screening) is ReadDecision.SAMPLED
    screening.records.note_read(_UID, found_something=True)
    counted = tally(
        screening.records.decisions(since=RECEIVED_AT, until=RECEIVED_AT + timedelta(days=1))
    )
    assert (counted.sampled_read, counted.sampled_missed) == (1, 1)


def test_late_images_that_show_something_have_it_read_after_all(
    desk: ReadingDesk, engine: Engine
) -> None:
    screening = _screening(desk, engine)
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    screening.conclude(_advised(Prescreen.REQUEST, revision=1))
    assert _listed(desk)


def test_what_a_human_has_said_holds_for_later_revisions(desk: ReadingDesk, engine: Engine) -> None:
    screening = _screening(desk, engine)
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    screening.override(_UID, request=True, actor="hospital")
    screening.conclude(_advised(Prescreen.NO_REQUEST, revision=1))
    assert _listed(desk)


def test_nothing_is_taken_from_a_reader_and_no_report_is_undone(
    desk: ReadingDesk, engine: Engine
) -> None:
    screening = _screening(desk, engine)
    assert desk.claim(_UID, "A")
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    assert _listed(desk)
    assert desk.report(_UID, "A")
    screening.override(_UID, request=True, actor="hospital")
    assert not _listed(desk)


def test_other_hospitals_have_every_study_read(desk: ReadingDesk, engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        session.get_one(StudyRecord, _UID).site = "Another Hospital"
    screening = _screening(desk, engine)
    screening.conclude(_advised(Prescreen.NO_REQUEST))
    assert _listed(desk)
    assert not screening.override(_UID, request=False, actor="hospital")


def test_rules_are_read_by_hospital(tmp_path: Path) -> None:
    table = tmp_path / "prescreening.toml"
    table.write_text(
        """
[sites."Hospital A"]
effective_from = 2026-04-01
sample_share = 0.05
read_jpy = 2500
"""
    )
    assert load_prescreen_rules(None) == {}
    rules = load_prescreen_rules(table)["Hospital A"]
    assert (rules.sample_share, rules.read_jpy) == (Decimal("0.05"), Decimal(2500))
