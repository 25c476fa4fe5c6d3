"""A corrected report comes in by the intake and becomes feedback, once and without harm."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid
from structlog.testing import capture_logs

from routing.feedback.assessment_codes import load_assessment_codes
from routing.feedback.report_marks import MarkReader
from routing.feedback.report_reading import ReportReading
from routing.records.feedback import FeedbackRecords
from routing.records.findings import FindingsRecords
from routing.records.results import ResultRecords
from routing.results.encode import encode_results
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import about
from tests.support.findings import findings, nodule
from tests.support.intake import Intake
from tests.support.reader_reports import (
    READER,
    add_group,
    corrected,
    evaluate,
    groups,
    measured,
    name_observer,
    outline,
    remove_group,
)
from wetread.domain.feedback import (
    Act,
    CorrectedMark,
    Feedback,
    FeedbackSource,
    Standing,
    standing_of,
)
from wetread.domain.findings import NoduleType
from wetread.domain.studies import StudyState

FIRST_UID, SECOND_UID = (nodule("1.2", number=number).tracking_uid for number in (1, 2))


class _Service:
    """An intake that has analysed one study with two marks, and reads reports."""

    def __init__(self, folder: Path) -> None:
        self.intake = Intake(folder)
        self.feedback = FeedbackRecords(self.intake.engine)
        series = write_conformant_series(folder / "ct")
        images = [dcmread(one.path) for one in series]
        self.study_uid = str(images[0].StudyInstanceUID)
        for image in images:
            self.intake.receive(image)
        self.intake.index()
        self.intake.catalog.complete_study(self.study_uid)
        found = about(
            findings(
                nodule(series[1].sop_instance_uid, number=1),
                nodule(series[3].sop_instance_uid, number=2, center_px=(40.5, 20.5)),
            ),
            series,
        )
        results = ResultRecords(self.intake.engine, folder / "results")
        objects = encode_results(
            found, series, folder=results.folder(self.study_uid, 0), encoded_at=self.intake.clock()
        )
        results.address(self.study_uid, 0, objects=objects, destinations=[])
        FindingsRecords(self.intake.engine).conclude(found, at=self.intake.clock())
        self.report = dcmread(objects[0].path)
        self.reading = ReportReading(
            feedback=self.feedback,
            findings=FindingsRecords(self.intake.engine),
            results=results,
            catalog=self.intake.catalog,
            marks=MarkReader(load_assessment_codes(), UTC),
            spool_dir=self.intake.spool.root,
            clock=self.intake.clock,
        )
        self.intake.on_documents = self.reading.read_new
        self.intake.indexer = self.intake.new_indexer()
        self.intake.clock.now = datetime(2026, 1, 6, 9, 0, tzinfo=UTC)

    def receive(self, report: Dataset) -> None:
        self.intake.receive(report)
        self.intake.index()

    def words(self) -> dict[tuple[str, Act], Feedback]:
        return {
            (word.tracking_uid, word.act): word for word in self.feedback.words_of(self.study_uid)
        }

    def doubts(self) -> list[str]:
        reports = self.feedback.reports_of(self.study_uid)
        return [doubt for report in reports for doubt in report.doubts]


@pytest.fixture
def service(tmp_path: Path) -> _Service:
    return _Service(tmp_path)


def test_a_verified_report_accepts_changes_rejects_and_adds(service: _Service) -> None:
    report = corrected(service.report)
    first, second = groups(report)
    measured(first, codes.SCT.LongAxis).NumericValue = "12.5"
    measured(first, codes.SCT.Volume).NumericValue = "310.0"
    remove_group(report, second)
    third = groups(corrected(service.report))[1]
    next(item for item in third.ContentSequence if "UID" in item).UID = generate_uid()
    outline(third).GraphicData = [8.0, 50.0, 12.0, 50.0, 12.0, 54.0, 8.0, 50.0]
    add_group(report, third)

    service.receive(report)

    assert service.doubts() == []
    changed, rejected, added = service.words().values()
    assert (changed.tracking_uid, changed.act) == (FIRST_UID, Act.CHANGE)
    assert changed.corrected == CorrectedMark(long_axis_mm=12.5, volume_mm3=310.0)
    assert (rejected.tracking_uid, rejected.act) == (SECOND_UID, Act.REJECT)
    assert added.act is Act.ADD
    assert added.corrected is not None
    assert added.corrected.long_axis_mm == 8.75
    for word in (changed, rejected, added):
        assert (word.actor, word.source) == (READER, FeedbackSource.REPORT)
        assert word.document_uid == report.SOPInstanceUID
        assert word.said_at == datetime(2026, 1, 5, 8, 15, tzinfo=UTC)
        assert word.revision == 0


def test_places_are_told_in_the_patient(service: _Service) -> None:
    report = corrected(service.report)
    data = outline(groups(report)[0]).GraphicData
    outline(groups(report)[0]).GraphicData = [value + 3.0 for value in data]
    service.receive(report)
    moved = service.words()[FIRST_UID, Act.CHANGE].corrected
    assert moved is not None
    assert moved.center_lps_mm is not None
    # It was at column 20.5, row 30.5 of the second slice: the centre of a pixel.
    assert moved.center_lps_mm == pytest.approx((-22.4 + 23 * 0.7, -22.4 + 33 * 0.7, 1.0), abs=1e-3)


def test_an_unchanged_verified_report_accepts_all(service: _Service) -> None:
    service.receive(corrected(service.report))
    assert {act for _, act in service.words()} == {Act.ACCEPT}
    assert len(service.words()) == 2


def test_a_type_and_a_code_of_a_named_person_count_without_verification(
    service: _Service,
) -> None:
    report = corrected(service.report, verified=False)
    name_observer(report)
    first, second = groups(report)
    for item in first.ContentSequence:
        if item.ConceptNameCodeSequence[0].CodeValue == codes.DCM.LesionDensity.value:
            item.ConceptCodeSequence[0].CodeValue = "RID50153"
    evaluate(second, codes.DCM.Finding, codes.SCT.Absent)
    service.receive(report)
    words = service.words()
    assert words[FIRST_UID, Act.CHANGE].corrected == CorrectedMark(type=NoduleType.GROUND_GLASS)
    assert (SECOND_UID, Act.REJECT) in words
    assert words[SECOND_UID, Act.REJECT].said_at == service.intake.clock()


def test_a_report_on_marks_of_ours_is_no_image_to_analyse(service: _Service) -> None:
    service.receive(corrected(service.report))
    study = service.intake.catalog.study(service.study_uid)
    assert study is not None
    assert study.state is StudyState.CONCLUDED
    assert "study.reopen" not in service.intake.audited()


def test_results_of_ours_that_come_back_are_no_feedback(service: _Service) -> None:
    service.receive(service.report)
    assert service.words() == {}
    assert service.doubts() == []


def test_a_report_is_read_once(service: _Service) -> None:
    report = corrected(service.report)
    service.receive(report)
    service.receive(report)
    service.reading.read_new()
    assert len(service.feedback.words_of(service.study_uid)) == 2


def test_what_was_not_read_before_a_crash_is_read_at_the_next_start(service: _Service) -> None:
    service.intake.on_documents = None
    service.intake.indexer = service.intake.new_indexer()
    service.receive(corrected(service.report))
    assert service.words() == {}

    service.intake.on_documents = service.reading.read_new
    service.intake.indexer = service.intake.new_indexer()
    service.intake.index()

    assert len(service.words()) == 2


def test_the_last_report_of_a_reader_counts(service: _Service) -> None:
    service.receive(corrected(service.report))
    later = corrected(service.report)
    later.VerifyingObserverSequence[0].VerificationDateTime = "20260105180000+0900"
    remove_group(later, groups(later)[0])
    service.receive(later)
    words = service.feedback.words_of(service.study_uid)
    first = [word for word in words if word.tracking_uid == FIRST_UID]
    assert standing_of(first) is Standing.REJECTED


def _without_study_marks(report: Dataset) -> None:
    for group in groups(report):
        for item in group.ContentSequence:
            if "UID" in item:
                item.UID = generate_uid()


def _without_values(report: Dataset) -> None:
    for group in groups(report):
        for item in group.ContentSequence:
            if "MeasuredValueSequence" in item:
                item.MeasuredValueSequence = []


def _in_furlongs(report: Dataset) -> None:
    for group in groups(report):
        value = measured(group, codes.SCT.LongAxis)
        value.MeasurementUnitsCodeSequence[0].CodeValue = "[fur_us]"


def _on_a_strange_image(report: Dataset) -> None:
    for group in groups(report):
        image = outline(group).ContentSequence[0]
        image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID = generate_uid()


@pytest.mark.parametrize("spoil", [_without_values, _in_furlongs, _on_a_strange_image])
def test_what_cannot_be_understood_is_kept_for_people(
    service: _Service, spoil: Callable[[Dataset], None]
) -> None:
    report = corrected(service.report)
    spoil(report)
    service.receive(report)
    assert service.words() == {}
    assert len(service.doubts()) == 2
    assert all(doubt.startswith("Nodule ") for doubt in service.doubts())
    assert READER not in str(service.doubts())


def test_a_report_of_another_program_says_nothing(service: _Service) -> None:
    report = corrected(service.report, replaces=False)
    _without_study_marks(report)
    service.receive(report)
    assert service.words() == {}
    assert service.doubts() == []


def test_a_broken_report_does_not_stop_the_intake(service: _Service) -> None:
    broken = corrected(service.report)
    broken.ContentSequence[-1].ContentSequence[0].ValueType = "NUM"
    del broken.VerifyingObserverSequence
    broken.PredecessorDocumentsSequence[0].ReferencedSeriesSequence = None
    for group in groups(broken):
        outline(group).GraphicData = []
    with capture_logs() as logs:
        service.receive(broken)
        service.receive(corrected(service.report))
    assert "AIKO" not in str(logs)
    assert len(service.words()) == 2, "those of the second"
    assert len(service.doubts()) == 1
    assert set(service.intake.statuses().values()) == {"stored"}
    assert service.intake.waiting() == ()


def test_an_unexpected_failure_leaves_the_report_for_the_next_start(
    service: _Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(service.feedback, "note_read", fail)
        service.receive(corrected(service.report))
    assert logs[-1]["error"] == "OSError"
    assert service.intake.waiting() == ()
    service.reading.read_new()
    assert len(service.words()) == 2
