"""What exists, where it has to go, and what has arrived."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.database import open_database
from routing.records.overview import RecordsOverview
from routing.records.results import Parcel, ResultRecords
from routing.records.tables import AuditRecord, DeliveryRecord, StudyRecord
from routing.results.objects import EncodedObject, ObjectKind
from routing.results.outputs import OutputGroup, OutputPlan
from tests.support.record_rows import RECEIVED_AT, add_study
from wetread.domain.marks import ALL_MARKS, MarkPreference
from wetread.domain.studies import StudyState
from wetread.ports import DeliveryReceipt

_UID = "1.2.3"
_NEAR = Parcel(study_instance_uid=_UID, revision=0, destination="near")
_FAR = Parcel(study_instance_uid=_UID, revision=0, destination="far")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


@pytest.fixture
def records(engine: Engine, tmp_path: Path) -> ResultRecords:
    add_study(engine, _UID, state=StudyState.CONCLUDED)
    records = ResultRecords(engine, tmp_path / "results")
    for _ in range(2):  # as after a restart
        records.address(_UID, 0, objects=_objects(records), destinations=("near", "far"))
    return records


def _objects(records: ResultRecords) -> list[EncodedObject]:
    return [
        EncodedObject(
            kind=ObjectKind.MEASUREMENT_REPORT,
            sop_class_uid="1.2",
            sop_instance_uid=f"1.2.{number}",
            path=records.folder(_UID, 0) / f"{number}.dcm",
        )
        for number in (1, 2)
    ]


def _receipt(number: int, *, confirmed: bool = True) -> DeliveryReceipt:
    return DeliveryReceipt(sop_instance_uid=f"1.2.{number}", confirmed=confirmed, detail="said")


def _delivery(engine: Engine, number: int, destination: str) -> DeliveryRecord:
    with Session(engine) as session:
        return session.get_one(DeliveryRecord, (f"1.2.{number}", destination))


def _state(engine: Engine) -> str:
    with Session(engine) as session:
        return session.get_one(StudyRecord, _UID).state


def test_everything_addressed_waits(records: ResultRecords) -> None:
    assert records.waiting() == (_FAR, _NEAR)
    assert records.unconfirmed(_NEAR) == tuple(one.path for one in _objects(records))


def test_only_what_is_not_confirmed_is_sent_again(records: ResultRecords, engine: Engine) -> None:
    receipts = (_receipt(1), _receipt(2, confirmed=False))
    records.note_receipts(_NEAR, receipts, at=RECEIVED_AT)
    assert [path.name for path in records.unconfirmed(_NEAR)] == ["2.dcm"]
    assert len(records.unconfirmed(_FAR)) == 2
    refused = _delivery(engine, 2, "near")
    assert (refused.attempts, refused.detail, refused.confirmed_at) == (1, "said", None)


def test_a_confirmation_is_never_taken_back(records: ResultRecords, engine: Engine) -> None:
    records.note_receipts(_NEAR, (_receipt(1),), at=RECEIVED_AT)
    records.note_receipts(_NEAR, (_receipt(1, confirmed=False),), at=RECEIVED_AT)
    records.note_no_answer(_NEAR, "gone")
    delivery = _delivery(engine, 1, "near")
    assert (delivery.confirmed_at, delivery.attempts, delivery.detail) == (RECEIVED_AT, 1, "said")
    assert _delivery(engine, 2, "near").detail == "gone"


def test_the_study_is_delivered_when_all_have_confirmed(
    records: ResultRecords, engine: Engine
) -> None:
    both = (_receipt(1), _receipt(2))
    records.note_receipts(_NEAR, both, at=RECEIVED_AT)
    records.conclude_delivery(_NEAR)
    assert _state(engine) == StudyState.CONCLUDED
    records.note_receipts(_FAR, both, at=RECEIVED_AT)
    records.conclude_delivery(_FAR)
    assert _state(engine) == StudyState.DELIVERED
    assert records.waiting() == ()


@pytest.mark.parametrize(
    ("state", "revision"), [(StudyState.RECEIVING, 0), (StudyState.COMPLETE, 1)]
)
def test_results_that_late_images_have_overtaken_do_not_deliver_the_study(
    records: ResultRecords, engine: Engine, state: StudyState, revision: int
) -> None:
    with Session(engine) as session, session.begin():
        study = session.get_one(StudyRecord, _UID)
        study.state, study.revision = state.value, revision
    for parcel in (_NEAR, _FAR):
        records.note_receipts(parcel, (_receipt(1), _receipt(2)), at=RECEIVED_AT)
        records.conclude_delivery(parcel)
    assert _state(engine) == state


def _plan(**recipients: tuple[str, ...]) -> OutputPlan:
    """Return who gets reports with all marks, and with those of the variant that is set up."""
    return OutputPlan(
        groups=tuple(
            OutputGroup(marks=marks, recipients={ObjectKind.MEASUREMENT_REPORT: recipients[name]})
            for name, marks in (("all", ALL_MARKS), ("sure", SURE))
            if name in recipients
        )
    )


SURE = MarkPreference(minimum_score=0.9)


def test_each_object_goes_to_its_recipients_only(records: ResultRecords, engine: Engine) -> None:
    for_near = EncodedObject(
        kind=ObjectKind.SECONDARY_CAPTURE,
        sop_class_uid="1.2",
        sop_instance_uid="1.2.3",
        path=records.folder(_UID, 0) / "3.dcm",
        recipients=("near",),
    )
    records.address(_UID, 0, objects=[for_near], destinations=("near", "far"))
    assert len(records.unconfirmed(_NEAR)) == 3
    assert len(records.unconfirmed(_FAR)) == 2
    near, far = sorted(
        RecordsOverview(engine).deliveries(_UID, 0), key=lambda one: one.destination != "near"
    )
    assert (near.images, far.images) == (1, 0)


def test_what_is_not_wanted_any_more_is_not_sent(records: ResultRecords, engine: Engine) -> None:
    records.note_receipts(_NEAR, (_receipt(1),), at=RECEIVED_AT)
    new = EncodedObject(
        kind=ObjectKind.MEASUREMENT_REPORT,
        sop_class_uid="1.2",
        sop_instance_uid="1.2.4",
        path=records.folder(_UID, 0) / "4.dcm",
        marks=SURE.variant,
    )
    records.readdress(
        _UID,
        0,
        plan=_plan(all=("far",), sure=("near",)),
        objects=[new],
        actor="A",
        at=RECEIVED_AT,
    )
    assert [path.name for path in records.unconfirmed(_NEAR)] == ["4.dcm"]
    assert [path.name for path in records.unconfirmed(_FAR)] == ["1.dcm", "2.dcm"]
    assert _delivery(engine, 1, "near").confirmed_at == RECEIVED_AT, "what has arrived stays"
    assert records.encoded(_UID, 0) == {
        (ObjectKind.MEASUREMENT_REPORT, ""),
        (ObjectKind.MEASUREMENT_REPORT, SURE.variant),
    }
    with Session(engine) as session:
        (audited,) = session.scalars(select(AuditRecord))
    assert (audited.actor, audited.action) == ("A", "redeliver")
    assert audited.detail == {"revision": 0, "new_objects": ["1.2.4"]}
