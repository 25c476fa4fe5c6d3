"""Words of readers in the records, and the scans that figures are made of."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.feedback.desk import FeedbackDesk
from routing.records.database import open_database
from routing.records.feedback import FeedbackRecords
from routing.records.findings import FindingsRecords
from routing.records.quality import QualityRecords
from routing.records.tables import AuditRecord
from tests.support.feedback import MISSED
from tests.support.findings import MODEL, findings, nodule
from tests.support.migrations import write_earlier
from tests.support.record_rows import PATIENT, RECEIVED_AT, add_study
from wetread.domain.drift import ModelAtSite
from wetread.domain.errors import FeedbackError
from wetread.domain.feedback import Act, CorrectedMark, FeedbackSource, Standing
from wetread.domain.findings import Outcome

STUDY = "1.2.3"
FIRST, SECOND = nodule("1.2.3", number=1), nodule("1.2.3", number=2)
MODEL_HERE = ModelAtSite(site=PATIENT.issuer, model_name=MODEL.name, model_version=MODEL.version)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """Return records of one study with two marks."""
    opened = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    add_study(opened, STUDY)
    found = findings(FIRST, SECOND, study_instance_uid=STUDY)
    FindingsRecords(opened).conclude(found, at=RECEIVED_AT)
    return opened


def _say(
    engine: Engine,
    act: Act,
    tracking_uid: str | None = FIRST.tracking_uid,
    *,
    corrected: CorrectedMark | None = None,
    revision: int = 0,
) -> str:
    desk = FeedbackDesk(FindingsRecords(engine), FeedbackRecords(engine), lambda: RECEIVED_AT)
    said = desk.say(
        STUDY,
        revision,
        act,
        tracking_uid=tracking_uid,
        corrected=corrected,
        actor="Reader A",
        source=FeedbackSource.PAGE,
    )
    return said.tracking_uid


def test_every_word_is_kept_and_audited(engine: Engine) -> None:
    _say(engine, Act.ACCEPT)
    corrected = CorrectedMark(long_axis_mm=9.5, center_lps_mm=(1.0, 2.0, 3.0))
    _say(engine, Act.CHANGE, corrected=corrected)
    said = FeedbackRecords(engine).words_of(STUDY)
    assert [word.act for word in said] == [Act.ACCEPT, Act.CHANGE]
    assert [word.corrected for word in said] == [None, corrected]
    assert {word.said_at for word in said} == {RECEIVED_AT}
    with Session(engine) as session:
        audit = session.scalars(select(AuditRecord)).all()
    assert [(one.actor, one.action) for one in audit] == [
        ("Reader A", "feedback.accept"),
        ("Reader A", "feedback.change"),
    ]


def test_findings_are_never_changed_by_it(engine: Engine) -> None:
    before = FindingsRecords(engine).find(STUDY, 0)
    _say(engine, Act.REJECT)
    _say(engine, Act.ADD, None, corrected=MISSED)
    assert FindingsRecords(engine).find(STUDY, 0) == before


def test_what_no_findings_have_cannot_be_judged(engine: Engine) -> None:
    for tracking_uid, revision in (("1.7", 0), (FIRST.tracking_uid, 1), (None, 0)):
        with pytest.raises(FeedbackError):
            _say(engine, Act.ACCEPT, tracking_uid, revision=revision)
    assert FeedbackRecords(engine).words_of(STUDY) == ()


def test_a_missed_nodule_can_be_judged_as_any_other(engine: Engine) -> None:
    uid = _say(engine, Act.ADD, None, corrected=MISSED)
    assert _say(engine, Act.ADD, None, corrected=MISSED) == uid
    (scan,) = QualityRecords(engine).judged_scans()[MODEL_HERE]
    assert scan.missed == 1
    _say(engine, Act.REJECT, uid)
    (scan,) = QualityRecords(engine).judged_scans()[MODEL_HERE]
    assert scan.missed == 0, "taken back"


def test_scans_are_counted_by_their_newest_findings_with_what_was_said_before(
    engine: Engine,
) -> None:
    _say(engine, Act.REJECT)
    again = replace(findings(FIRST, study_instance_uid=STUDY), revision=1)
    FindingsRecords(engine).conclude(again, at=RECEIVED_AT + timedelta(hours=1))
    (scan,) = QualityRecords(engine).judged_scans()[MODEL_HERE]
    (mark,) = scan.marks
    assert (mark.standing, mark.score) == (Standing.REJECTED, FIRST.score)


def test_only_what_was_analysed_is_a_scan(engine: Engine) -> None:
    for number, outcome in enumerate(Outcome):
        uid = f"1.2.9.{number}"
        add_study(engine, uid)
        found = findings(study_instance_uid=uid, outcome=outcome)
        FindingsRecords(engine).conclude(found, at=RECEIVED_AT)
    scans = QualityRecords(engine).judged_scans()
    assert len(scans[MODEL_HERE]) == 2


def test_findings_of_an_earlier_program_are_summed_up_when_it_is_renewed(
    engine: Engine, tmp_path: Path
) -> None:
    expected = QualityRecords(engine).judged_scans()
    engine.dispose()
    earlier = write_earlier(
        tmp_path / "earlier.sqlite",
        "0004",
        copied=("studies", "findings"),
        of=tmp_path / "records.sqlite",
    )
    assert QualityRecords(open_database(earlier)).judged_scans() == expected
