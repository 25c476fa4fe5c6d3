"""A study is to be read from the moment it is complete, whatever the analysis does."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.reading.desk import ReadingDesk
from routing.records.tables import AuditRecord
from tests.support.findings import findings, nodule
from tests.support.reading import opened_desk, records_of_waiting
from tests.support.record_rows import RECEIVED_AT
from wetread.domain.findings import Findings
from wetread.domain.reading_order import Urgency
from wetread.ports import QueueEventKind

_FIRST, _SECOND = "1.2.1", "1.2.2"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return records_of_waiting(tmp_path, _FIRST, _SECOND)


@pytest.fixture
def desk(engine: Engine) -> ReadingDesk:
    return opened_desk(engine, _FIRST, _SECOND)


def _found(uid: str, points: int, revision: int = 0) -> Findings:
    found = findings(nodule(uid), study_instance_uid=uid)
    triage = replace(found.triage, priority=points, reasons=(f"{points} points",))
    return replace(found, triage=triage, revision=revision)


def _order(desk: ReadingDesk) -> list[str]:
    return [item.study_instance_uid for item in desk.queue.ordered()]


def _audited(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.audit_id)))


def test_a_study_is_due_on_the_next_clinical_day_of_its_hospital(desk: ReadingDesk) -> None:
    task = desk.records.find(_FIRST)
    assert task is not None
    assert task.request.due_at is not None
    assert task.request.due_at.isoformat() == "2026-03-02T08:00:00+00:00"  # Monday, 17:00 in Tokyo
    desk.change_request(_FIRST, urgency=None, due_at=RECEIVED_AT, actor="hospital")
    desk.open(_FIRST)
    again = desk.records.find(_FIRST)
    assert again is not None
    assert again.request.due_at == RECEIVED_AT, "what somebody asked for stays"


def test_findings_raise_and_never_lower(desk: ReadingDesk) -> None:
    desk.note_analysis(_found(_SECOND, 40))
    assert _order(desk) == [_SECOND, _FIRST]
    desk.note_analysis(_found(_SECOND, 0))
    assert _order(desk) == [_SECOND, _FIRST]


def test_a_human_may_take_an_urgency_back(desk: ReadingDesk, engine: Engine) -> None:
    for urgency, order in (
        (Urgency.EMERGENCY, [_SECOND, _FIRST]),
        (Urgency.ROUTINE, [_FIRST, _SECOND]),
    ):
        assert desk.change_request(_SECOND, urgency=urgency, due_at=None, actor="hospital")
        assert _order(desk) == order
    assert _audited(engine) == ["reading.request", "reading.request"]
    assert not desk.change_request("1.9", urgency=None, due_at=None, actor="hospital")


def test_only_who_has_a_study_can_report_it(desk: ReadingDesk, engine: Engine) -> None:
    item = desk.claim_next("A")
    assert item is not None
    assert not desk.report(item.study_instance_uid, "B")
    assert desk.report(item.study_instance_uid, "A")
    assert _order(desk) == [_SECOND]
    assert not desk.report(item.study_instance_uid, "A")
    assert _audited(engine) == ["reading.report"]
    assert [one.study_instance_uid for one in desk.records.waiting()] == [_SECOND]


def test_a_result_that_comes_while_somebody_reads_is_told_to_them(desk: ReadingDesk) -> None:
    item = desk.claim_next("A")
    assert item is not None
    desk.announce_result(item.study_instance_uid)
    event = desk.queue.events_after(None)[-1]
    assert (event.kind, event.reader) == (QueueEventKind.RESULT, "A")


def test_what_is_found_after_the_report_is_raised_once_and_only_if_it_matters(
    desk: ReadingDesk, engine: Engine
) -> None:
    for uid in (_FIRST, _SECOND):
        desk.report(uid, "A")
    desk.note_analysis(_found(_FIRST, 34))
    desk.note_analysis(_found(_SECOND, 35))
    desk.note_analysis(_found(_SECOND, 35))
    assert _order(desk) == []
    (one,) = desk.discrepancies.open()
    assert (one.study_instance_uid, one.reasons) == (_SECOND, ("35 points",))

    assert desk.discrepancies.settle(_SECOND, actor="A", at=RECEIVED_AT)
    assert not desk.discrepancies.settle(_SECOND, actor="A", at=RECEIVED_AT)
    assert desk.discrepancies.open() == ()
    desk.note_analysis(_found(_SECOND, 60, revision=1))
    assert [one.revision for one in desk.discrepancies.open()] == [1]
    assert _audited(engine)[2:] == [
        "reading.discrepancy",
        "reading.settle",
        "reading.discrepancy",
    ]


def test_new_rules_order_the_list_again_and_are_noted_once(
    desk: ReadingDesk, engine: Engine
) -> None:
    desk.note_analysis(_found(_SECOND, 40))
    assert desk.apply_rules()
    assert not desk.apply_rules()
    flat = replace(desk, rules=replace(desk.rules, name="flat", minutes_per_ai_point=0.0))
    assert flat.apply_rules()
    assert _order(flat) == [_FIRST, _SECOND]
    assert _audited(engine) == ["reading.rules", "reading.rules"]
    assert desk.apply_rules()
    assert _order(desk) == [_SECOND, _FIRST]


def test_the_queue_can_be_rebuilt_from_the_records(desk: ReadingDesk) -> None:
    desk.note_analysis(_found(_SECOND, 40))
    desk.report(_FIRST, "A")
    assert desk.records.waiting_items() == desk.queue.ordered()
