"""Which nodules are one, and what a person says of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.identity.linking import same_patient
from routing.records.database import open_database
from routing.records.findings import FindingsRecords
from routing.records.tables import AuditRecord
from routing.records.tracks import NoduleReference, TrackRecords
from tests.support.findings import findings, nodule
from tests.support.record_rows import RECEIVED_AT, add_study
from wetread.domain.errors import CorrectionError
from wetread.domain.findings import Findings, Nodule
from wetread.domain.studies import PatientKey

_PATIENT = PatientKey(issuer="Hospital", patient_id="1")


class _Archive:
    def __init__(self, folder: Path) -> None:
        self.engine: Engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
        self.findings = FindingsRecords(self.engine)
        self.tracks = TrackRecords(self.engine, lambda: RECEIVED_AT, same_patient)

    def conclude(
        self, study: str, day: str, *nodules: Nodule, patient: PatientKey = _PATIENT
    ) -> Findings:
        add_study(self.engine, study, patient=patient, study_date=day)
        found = findings(*nodules, study_instance_uid=study)
        self.findings.conclude(found, at=RECEIVED_AT)
        return found

    def uids_now(self, study: str) -> list[str]:
        found = self.tracks.with_tracks(self.findings.newest(study))
        assert found is not None
        return [one.tracking_uid for one in found.nodules]


@pytest.fixture
def archive(tmp_path: Path) -> _Archive:
    return _Archive(tmp_path)


FIRST, SECOND = nodule("1.2.3", number=1), nodule("1.2.3", number=2)


def _at(study: str, known: Nodule) -> NoduleReference:
    return NoduleReference(study_instance_uid=study, tracking_uid=known.tracking_uid)


def test_a_track_lists_its_studies_from_the_oldest(archive: _Archive) -> None:
    archive.conclude("1.3", "20260101", FIRST)
    archive.conclude("1.2", "20250101", FIRST, SECOND)
    seen = archive.tracks.track_of(_at("1.3", FIRST))
    assert [one.study_instance_uid for one in seen] == ["1.2", "1.3"]
    assert archive.tracks.track_of(_at("1.9", FIRST)) == ()


def test_nodules_said_to_differ_are_parted_with_all_later_studies(archive: _Archive) -> None:
    for study, day in (("1.1", "20240101"), ("1.2", "20250101"), ("1.3", "20260101")):
        archive.conclude(study, day, FIRST)
    archive.tracks.say_different(_at("1.2", FIRST), _at("1.1", FIRST), actor="reader")
    assert archive.uids_now("1.1") == [FIRST.tracking_uid]
    (parted,) = archive.uids_now("1.2")
    assert parted != FIRST.tracking_uid
    assert archive.uids_now("1.3") == [parted]
    (pair,) = archive.tracks.told_apart([parted])
    assert set(pair) == {parted, FIRST.tracking_uid}
    assert archive.tracks.told_apart([SECOND.tracking_uid]) == ()
    ids = {one.tracking_id for one in archive.tracks.track_of(_at("1.3", FIRST))}
    assert ids == {"Nodule 2"}, "a number that the patient has not borne yet"


def test_nodules_said_to_be_the_same_are_joined_under_the_older_name(archive: _Archive) -> None:
    archive.conclude("1.1", "20240101", FIRST)
    archive.conclude("1.2", "20250101", SECOND)
    archive.conclude("1.3", "20260101", SECOND)
    archive.tracks.say_same(_at("1.2", SECOND), _at("1.1", FIRST), actor="reader")
    assert archive.uids_now("1.2") == archive.uids_now("1.3") == [FIRST.tracking_uid]


def test_the_last_word_counts(archive: _Archive) -> None:
    archive.conclude("1.1", "20240101", FIRST)
    archive.conclude("1.2", "20250101", FIRST)
    one, other = _at("1.1", FIRST), _at("1.2", FIRST)
    archive.tracks.say_different(one, other, actor="reader")
    archive.tracks.say_same(one, other, actor="reader")
    assert archive.uids_now("1.2") == [FIRST.tracking_uid]
    assert archive.tracks.told_apart([FIRST.tracking_uid]) == ()
    with Session(archive.engine) as session:
        said = list(session.scalars(select(AuditRecord.action).order_by(AuditRecord.audit_id)))
    assert said == ["nodules.different", "nodules.same"]


def test_findings_of_a_later_revision_have_identities_of_their_own(archive: _Archive) -> None:
    archive.conclude("1.1", "20240101", FIRST)
    first = archive.conclude("1.2", "20250101", FIRST)
    archive.tracks.say_different(_at("1.1", FIRST), _at("1.2", FIRST), actor="reader")
    (parted,) = archive.uids_now("1.2")
    again = replace(first, revision=1, nodules=(replace(FIRST, tracking_uid=parted), FIRST))
    archive.findings.conclude(again, at=RECEIVED_AT)
    assert archive.uids_now("1.2") == [parted, FIRST.tracking_uid]


def test_what_cannot_be_joined_is_refused(archive: _Archive) -> None:
    other_patient = PatientKey(issuer="Clinic", patient_id="1")
    third = nodule("1.2.3", number=3)
    archive.conclude("1.1", "20240101", FIRST, SECOND)
    archive.conclude("1.2", "20250101", FIRST, third)
    archive.conclude("1.3", "20260101", nodule("1.2.3", number=4), patient=other_patient)
    for one, other, words in (
        (_at("1.1", FIRST), _at("1.1", SECOND), "one study"),
        (_at("1.1", FIRST), _at("1.2", third), "side by side"),
        (_at("1.1", FIRST), _at("1.3", nodule("1.2.3", number=4)), "not surely of one patient"),
        (_at("1.1", FIRST), _at("1.2", SECOND), "no study with such a nodule"),
    ):
        with pytest.raises(CorrectionError, match=words):
            archive.tracks.say_same(one, other, actor="reader")
