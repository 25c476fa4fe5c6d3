import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.patients import PatientRecords
from routing.records.studies import InstanceEntry, InstanceStatus, StudyAttributes
from routing.records.tables import AuditRecord, ReadingItemRecord, ResultObjectRecord, StudyRecord
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey, StudyState

NOW = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)
KEY = PatientKey(issuer="Invented Hospital", patient_id="T-0001")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")


@pytest.fixture
def catalog(engine: Engine, tmp_path: Path) -> StudyCatalog:
    return StudyCatalog(engine, lambda: NOW, spool_dir=tmp_path / "spool")


def entry(
    number: int = 0,
    *,
    study: str = "1.1",
    key: PatientKey = KEY,
    study_date: str = "20250102",
    patient_name: str = "TEST^INVENTED",
    details: PatientDetails = PatientDetails(),  # noqa: B008 - an immutable value
    received_at: datetime = NOW,
    status: InstanceStatus = InstanceStatus.STORED,
    **changes: Any,
) -> InstanceEntry:
    attributes = StudyAttributes(
        study_instance_uid=study,
        patient_key=key,
        patient_name=patient_name,
        patient_details=details,
        study_date=study_date,
        study_description="",
        accession_number="A1",
    )
    values: dict[str, Any] = {
        "content_sha256": f"{study}-{number}",
        "relative_path": f"objects/{number}",
        "received_at": received_at,
        "sending_ae": "SCANNER",
        "site": "Invented Hospital",
        "status": status,
        "detail": "",
        "sop_instance_uid": f"{study}.1.{number}",
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.2",
        "series_instance_uid": f"{study}.1",
        "transfer_syntax_uid": "1.2.840.10008.1.2.1",
        "study": None if status is InstanceStatus.QUARANTINED else attributes,
    }
    return InstanceEntry(**{**values, **changes})


def _reading_item(engine: Engine, study: str) -> ReadingItemRecord | None:
    with Session(engine, expire_on_commit=False) as session:
        return session.get(ReadingItemRecord, study)


def _audited(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return [one.action for one in session.query(AuditRecord).order_by(AuditRecord.audit_id)]


def test_only_stored_instances_are_the_studys(catalog: StudyCatalog, tmp_path: Path) -> None:
    catalog.index(
        [
            entry(1),
            entry(0),
            entry(2, status=InstanceStatus.CONFLICTING, sop_instance_uid="1.1.1.0"),
            entry(3, status=InstanceStatus.QUARANTINED),
        ]
    )

    instances = catalog.instances_of("1.1")

    assert [one.sop_instance_uid for one in instances] == ["1.1.1.0", "1.1.1.1"]
    assert instances[0].path == tmp_path / "spool" / "objects" / "0"
    assert catalog.instances_of("9.9") == ()


def test_knows_contents_and_their_instances(catalog: StudyCatalog) -> None:
    catalog.index(
        [
            entry(0),
            entry(1, status=InstanceStatus.QUARANTINED),
            entry(2, status=InstanceStatus.CONFLICTING, sop_instance_uid="1.1.1.0"),
        ]
    )

    assert catalog.recorded_contents(["1.1-0", "1.1-1", "other"]) == {"1.1-0", "1.1-1"}
    assert catalog.stored_contents(["1.1.1.0", "1.1.1.1", "9.9"]) == {"1.1.1.0": "1.1-0"}


def test_a_batch_is_recorded_wholly_or_not_at_all(catalog: StudyCatalog, engine: Engine) -> None:
    catalog.index([entry(0)])

    with pytest.raises(IntegrityError):
        catalog.index([entry(1), entry(2, sop_instance_uid="1.1.1.0"), entry(3, study="2.2")])

    assert len(catalog.instances_of("1.1")) == 1
    assert catalog.study("2.2") is None
    assert _audited(engine) == []


def test_a_study_takes_from_each_instance_what_it_did_not_know(catalog: StudyCatalog) -> None:
    nobody = PatientKey(issuer="Invented Hospital", patient_id="")
    early, late = NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)
    catalog.index([entry(0, key=nobody, patient_name="", study_date="")])
    catalog.index([entry(1, received_at=late), entry(2, received_at=early, patient_name="X")])

    study = catalog.study("1.1")

    assert study is not None
    assert study.patient_key == KEY
    assert study.patient_name in {"TEST^INVENTED", "X"}
    assert study.study_date == "20250102"
    assert (study.first_received_at, study.last_received_at) == (early, late)


def test_images_of_somebody_else_are_flagged(catalog: StudyCatalog, engine: Engine) -> None:
    other = PatientKey(issuer="Invented Hospital", patient_id="T-0002")
    catalog.index([entry(0), entry(1, key=other)])

    study = catalog.study("1.1")

    assert study is not None
    assert study.patient_key == KEY
    assert _audited(engine) == ["study.other_patient"]


def test_what_headers_say_of_the_patient_is_kept_but_not_of_somebody_else(
    catalog: StudyCatalog, engine: Engine
) -> None:
    other = PatientKey(issuer="Invented Hospital", patient_id="T-0002")
    catalog.index([entry(0)])
    catalog.index([entry(1, key=other, details=PatientDetails(sex="M", telephone="119"))])
    catalog.index([entry(2, details=PatientDetails(sex="F"))])
    catalog.index([entry(3, details=PatientDetails(sex="M", birth_date="19500203"))])

    patient = PatientRecords(engine).of_study("1.1")

    assert patient is not None
    assert patient.key == KEY
    assert patient.details == PatientDetails(sex="F", birth_date="19500203")


def test_completion_puts_the_study_on_the_reading_list(
    catalog: StudyCatalog, engine: Engine
) -> None:
    catalog.index([entry(0)])
    assert _reading_item(engine, "1.1") is None

    completed = catalog.complete_study("1.1")

    assert completed is not None
    assert (completed.study_instance_uid, completed.revision) == ("1.1", 0)
    assert catalog.complete_studies() == (completed,)
    item = _reading_item(engine, "1.1")
    assert item is not None
    assert (item.ai_state, item.priority, item.requested_at) == ("waiting", 0, NOW)
    assert item.reader is None
    assert _audited(engine) == ["study.complete"]
    assert catalog.complete_study("1.1") is None
    assert catalog.complete_study("9.9") is None


def test_late_instances_make_a_revision_of_the_same_reading_item(
    catalog: StudyCatalog, engine: Engine, tmp_path: Path
) -> None:
    catalog.index([entry(0)])
    catalog.complete_study("1.1")
    with Session(engine) as session, session.begin():
        session.execute(
            update(ReadingItemRecord).values(ai_state="done", priority=60, reader="Dr. Nobody")
        )
    assert catalog.advance("1.1", revision=0, state=StudyState.CONCLUDED)

    catalog.index([entry(1)])
    reopened = catalog.study("1.1")
    assert reopened is not None
    assert reopened.state is StudyState.RECEIVING
    later = StudyCatalog(engine, lambda: NOW + timedelta(hours=1), spool_dir=tmp_path)
    completed = later.complete_study("1.1")

    assert completed is not None
    assert completed.revision == 1
    item = _reading_item(engine, "1.1")
    assert item is not None
    assert (item.ai_state, item.priority, item.reader) == ("waiting", 60, "Dr. Nobody")
    assert item.requested_at == NOW, "the read was asked for at the first completion"
    assert _audited(engine) == ["study.complete", "study.reopen", "study.complete"]


def test_a_conflicting_instance_does_not_open_a_study_again(catalog: StudyCatalog) -> None:
    catalog.index([entry(0)])
    catalog.complete_study("1.1")

    catalog.index([entry(1, status=InstanceStatus.CONFLICTING, sop_instance_uid="1.1.1.0")])

    study = catalog.study("1.1")
    assert study is not None
    assert study.state is StudyState.COMPLETE


def test_our_own_results_do_not_open_a_study_again(catalog: StudyCatalog, engine: Engine) -> None:
    catalog.index([entry(0)])
    catalog.complete_study("1.1")
    with Session(engine) as session, session.begin():
        session.add(
            ResultObjectRecord(
                sop_instance_uid="2.25.7",
                study_instance_uid="1.1",
                revision=0,
                kind="measurement_report",
                relative_path="report.dcm",
            )
        )

    catalog.index([entry(1, sop_instance_uid="2.25.7")])

    study = catalog.study("1.1")
    assert study is not None
    assert study.state is StudyState.COMPLETE
    assert study.stored_instances == 2


def test_a_study_of_conflicting_instances_only_is_read_by_humans(catalog: StudyCatalog) -> None:
    catalog.index([entry(0)])
    catalog.index(
        [entry(1, study="2.2", status=InstanceStatus.CONFLICTING, sop_instance_uid="1.1.1.0")]
    )

    assert catalog.complete_study("2.2") is not None
    assert catalog.instances_of("2.2") == ()


def test_an_obsolete_revision_does_not_move_the_study(catalog: StudyCatalog) -> None:
    catalog.index([entry(0)])
    assert not catalog.advance("1.1", revision=0, state=StudyState.ANALYSING), "still receiving"
    catalog.complete_study("1.1")
    assert not catalog.advance("1.1", revision=1, state=StudyState.ANALYSING)
    assert not catalog.advance("9.9", revision=0, state=StudyState.ANALYSING)
    assert catalog.advance("1.1", revision=0, state=StudyState.ANALYSING)
    catalog.index([entry(1)])

    assert not catalog.advance("1.1", revision=0, state=StudyState.CONCLUDED)

    study = catalog.study("1.1")
    assert study is not None
    assert study.state is StudyState.RECEIVING


def test_earlier_studies_are_the_patients_own_newest_first(catalog: StudyCatalog) -> None:
    hour = timedelta(hours=1)
    catalog.index(
        [
            entry(study="1.1", study_date="20250102"),
            entry(study="1.2", study_date="20240101", received_at=NOW + hour),  # fetched later
            entry(study="1.3", study_date="20230101"),
            entry(study="1.4", study_date="20250102", received_at=NOW - hour),  # same morning
            entry(study="1.5", study_date="20250102", received_at=NOW + hour),
            entry(study="1.6", study_date="20250103", received_at=NOW - hour),  # future
            entry(study="1.7", study_date="", received_at=NOW - 2 * hour),
            entry(study="2.1", key=PatientKey(issuer="Elsewhere", patient_id="T-0001")),
            entry(study="2.2", key=PatientKey(issuer=KEY.issuer, patient_id="T-0002")),
        ]
    )

    earlier = catalog.earlier_studies([KEY], "1.1")

    assert [one.study_instance_uid for one in earlier] == ["1.4", "1.7", "1.2", "1.3"]
    assert catalog.earlier_studies([KEY], "9.9") == ()


@pytest.mark.parametrize(
    "key", [PatientKey(issuer="H", patient_id=""), PatientKey(issuer="", patient_id="1")]
)
def test_nobody_has_no_earlier_studies(catalog: StudyCatalog, key: PatientKey) -> None:
    catalog.index([entry(study="1.1", key=key), entry(study="1.2", key=key, study_date="20200101")])

    assert catalog.earlier_studies([key], "1.1") == ()


def test_expectations(catalog: StudyCatalog) -> None:
    assert not catalog.set_expected("1.1", 10)
    catalog.index([entry(0)])
    assert catalog.set_expected("1.1", 10)
    study = catalog.study("1.1")
    assert study is not None
    assert study.expected_instances == 10
    assert study.stored_instances == 1


def test_receiving_studies_come_in_the_order_of_their_first_image(catalog: StudyCatalog) -> None:
    catalog.index([entry(study="1.2"), entry(study="1.1", received_at=NOW - timedelta(1))])
    catalog.index([entry(study="1.3")])
    catalog.complete_study("1.3")

    assert [one.study_instance_uid for one in catalog.receiving_studies()] == ["1.1", "1.2"]


def test_completion_and_late_images_at_once_never_lose_one_another(
    catalog: StudyCatalog, engine: Engine
) -> None:
    catalog.index([entry(0)])
    numbers = range(1, 16)
    completing = threading.Event()

    def complete_again_and_again() -> None:
        while not completing.is_set():
            catalog.complete_study("1.1")

    thread = threading.Thread(target=complete_again_and_again)
    thread.start()
    for number in numbers:
        catalog.index([entry(number)])
    completing.set()
    thread.join()
    catalog.complete_study("1.1")

    study = catalog.study("1.1")
    assert study is not None
    assert study.state is StudyState.COMPLETE
    assert study.stored_instances == 16
    audited = _audited(engine)
    assert audited.count("study.complete") == audited.count("study.reopen") + 1
    assert study.revision == audited.count("study.complete") - 1
    with Session(engine) as session:
        assert session.query(StudyRecord).count() == 1
