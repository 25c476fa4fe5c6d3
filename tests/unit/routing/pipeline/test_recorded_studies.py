"""Which prior a study is compared with."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from routing.identity.linking import exact_keys
from routing.pipeline.recorded_studies import RecordedStudies
from routing.pipeline.study import Background, StudyInput
from routing.records.catalog import StudyCatalog
from routing.records.findings import FindingsRecords
from routing.records.reading import ReadingRecords
from routing.selection.rule_files import load_rules
from tests.support.ball_analysis import NOW
from tests.support.ball_ct import BIG, write_ball_study
from tests.support.ball_service import BallService
from tests.support.findings import findings
from tests.support.reading import reading_desk
from tests.support.record_rows import RECEIVED_AT
from wetread.domain.errors import StudyError
from wetread.domain.reading import AiState
from wetread.domain.reading_order import Urgency
from wetread.domain.studies import PatientKey, StudyState


class _Archive:
    def __init__(self, data_dir: Path) -> None:
        self.service = BallService(data_dir=data_dir)
        self.findings = FindingsRecords(self.service.engine)
        catalog = StudyCatalog(self.service.engine, lambda: NOW, spool_dir=data_dir / "spool")
        self.studies = RecordedStudies(catalog, self.findings, self.service.tracks, load_rules())
        self._spool = data_dir / "spool"

    def add(
        self,
        name: str,
        taken: date,
        *,
        slices: int | None = None,
        patient: PatientKey | None = None,
        state: StudyState = StudyState.COMPLETE,
    ) -> StudyInput:
        study = write_ball_study(self._spool / name, [BIG], study=name, taken=taken)
        study = replace(
            study,
            instances=study.instances[:slices],
            patient_key=study.patient_key if patient is None else patient,
        )
        self.service.receive(study, state)
        return study

    def background(self, study: StudyInput) -> Background:
        return self.studies.find_background(study, exact_keys(study).patients)


@pytest.fixture
def archive(tmp_path: Path) -> _Archive:
    return _Archive(tmp_path)


def test_the_newest_usable_study_of_the_patient_is_the_prior(archive: _Archive) -> None:
    oldest = archive.add("oldest", date(2024, 1, 1))
    usable = archive.add("usable", date(2025, 1, 1))
    archive.add("too few slices", date(2025, 6, 1), slices=5)
    archive.add("still arriving", date(2025, 7, 1), state=StudyState.RECEIVING)
    archive.add(
        "another patient",
        date(2025, 8, 1),
        patient=PatientKey(issuer="Clinic", patient_id="T-0001"),
    )
    archive.add("later", date(2026, 9, 1))
    current = archive.add("current", date(2026, 3, 1))

    prior, older = archive.background(current).priors
    assert older.study_instance_uid == oldest.study_instance_uid
    assert prior.study_instance_uid == usable.study_instance_uid
    assert prior.study_date == date(2025, 1, 1)
    assert len(prior.selection.instances) == 45
    assert prior.findings is None


def test_studies_of_all_keys_of_the_patient_are_candidates(archive: _Archive) -> None:
    there = PatientKey(issuer="Clinic", patient_id="77")
    archive.add("here", date(2024, 1, 1))
    elsewhere = archive.add("elsewhere", date(2025, 1, 1), patient=there)
    archive.add("nobody's", date(2025, 6, 1), patient=PatientKey(issuer="Clinic", patient_id=""))
    current = archive.add("current", date(2026, 3, 1))

    linked = archive.studies.find_background(current, (current.patient_key, there)).priors[0]

    assert linked.study_instance_uid == elsewhere.study_instance_uid
    assert linked.patient_key == there


def test_what_was_found_before_is_known(archive: _Archive) -> None:
    before = archive.add("before", date(2025, 1, 1))
    current = archive.add("current", date(2026, 3, 1))
    for study in (before, current):
        known = findings(study_instance_uid=study.study_instance_uid)
        archive.findings.conclude(known, at=RECEIVED_AT)

    background = archive.background(replace(current, revision=1))
    assert background.priors[0].findings is not None
    assert background.earlier is not None
    assert background.earlier.study_instance_uid == current.study_instance_uid
    assert archive.background(current).earlier is None, "not the revision itself"


def test_only_the_newest_priors_are_looked_at(archive: _Archive) -> None:
    added = [archive.add(f"study {year}", date(year, 1, 1)) for year in range(2020, 2025)]
    current = archive.add("current", date(2026, 3, 1))
    found = [one.study_instance_uid for one in archive.background(current).priors]
    assert found == [study.study_instance_uid for study in reversed(added[2:])]


def test_the_nearest_later_study_that_was_analysed_is_known_to_an_older_one(
    archive: _Archive,
) -> None:
    current = archive.add("current", date(2024, 3, 1))
    archive.add("waiting", date(2024, 9, 1))
    nearest = archive.add("nearest", date(2025, 1, 1))
    farther = archive.add("farther", date(2026, 1, 1))
    for study in (nearest, farther):
        known = findings(study_instance_uid=study.study_instance_uid)
        archive.findings.conclude(known, at=RECEIVED_AT)
    background = archive.background(current)
    assert background.priors == ()
    assert background.later is not None
    assert background.later.study_instance_uid == nearest.study_instance_uid


def test_nobody_has_no_prior(archive: _Archive) -> None:
    nobody = PatientKey(issuer="Invented Hospital", patient_id="")
    archive.add("before", date(2025, 1, 1), patient=nobody)
    current = archive.add("current", date(2026, 3, 1), patient=nobody)
    assert archive.background(current) == Background()


def test_a_study_is_opened_with_all_its_images(archive: _Archive) -> None:
    current = archive.add("current", date(2026, 3, 1))
    opened = archive.studies.begin(current.study_instance_uid, 0).study
    assert opened is not None
    assert set(opened.instances) == set(current.instances)
    assert replace(opened, instances=()) == replace(current, instances=())
    assert archive.findings.missing() == ((current.study_instance_uid, 0),)


def test_a_concluded_study_is_not_begun_again(archive: _Archive) -> None:
    current = archive.add("current", date(2026, 3, 1))
    known = findings(study_instance_uid=current.study_instance_uid)
    archive.findings.conclude(known, at=RECEIVED_AT)
    assert archive.studies.begin(current.study_instance_uid, 0).study is None


def test_an_unknown_study_is_refused(archive: _Archive) -> None:
    with pytest.raises(StudyError):
        archive.studies.open("1.2.3", 0)


def test_a_study_is_as_urgent_as_its_read_already_is(archive: _Archive) -> None:
    uid = archive.add("raised", date(2026, 3, 1)).study_instance_uid
    assert archive.studies.open(uid, 0).urgency == 0

    ReadingRecords(archive.service.engine).note_analysis(
        uid, 0, ai_state=AiState.DONE, priority=60, reasons=[]
    )

    assert archive.studies.open(uid, 1).urgency == 60

    reading_desk(archive.service.engine, archive.service.clock).change_request(
        uid, urgency=Urgency.EMERGENCY, due_at=None, actor="Ward 3"
    )

    assert archive.studies.urgency_of(uid) == 100
