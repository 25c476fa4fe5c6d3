"""Who reads twice, and what counts as disagreement."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from routing.reading.double_reading_rules import load_double_reading_rules
from tests.support.findings import findings, nodule
from wetread.domain.double_reading import (
    AI_READER,
    Conclusion,
    ReadStage,
    ReportedFinding,
    StructuredReport,
    disagreements,
    reads_wanted,
    report_of_analysis,
    stage_of,
)
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import Change, ChangeState, Findings, Outcome, Prescreen
from wetread.domain.guidelines.guidance import Indication

_RULES = replace(
    load_double_reading_rules(),
    screening_reads=2,
    new_or_grown_reads=3,
    random_share=0.1,
    random_reads=2,
    ai_is_a_reader=True,
)
_NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
_SEEN = ReportedFinding(side="right", zone="upper", mean_diameter_mm=8.0)


def _report(
    reader: str, *seen: ReportedFinding, conclusion: Conclusion = Conclusion.NORMAL
) -> StructuredReport:
    return StructuredReport(
        reader=reader, site="", conclusion=conclusion, findings=seen, reported_at=_NOW
    )


def _of(indication: Indication, *, new: bool = False) -> Findings:
    one = nodule("1.2.3")
    if new:
        change = Change(
            state=ChangeState.NEW, prior_study_instance_uid="1.2", prior_tracking_uid=None
        )
        one = replace(one, change=change)
    found = findings(one)
    assert found.triage.guidance is not None
    guidance = replace(found.triage.guidance, indication=indication)
    return replace(found, triage=replace(found.triage, guidance=guidance))


@pytest.mark.parametrize(
    ("found", "drawn", "count"),
    [
        (None, 0.5, 1),
        (None, 0.05, 2),
        (_of(Indication.INCIDENTAL), 0.5, 1),
        (_of(Indication.SCREENING), 0.5, 2),
        (_of(Indication.SCREENING, new=True), 0.5, 3),
        (_of(Indication.INCIDENTAL, new=True), 0.05, 3),
    ],
)
def test_rules_say_how_often_and_why(found: Findings | None, drawn: float, count: int) -> None:
    wanted = reads_wanted(found, _RULES, drawn=drawn)
    assert wanted.count == count
    assert bool(wanted.reasons) == (count > 1)


@pytest.mark.parametrize(
    ("other", "differences"),
    [
        (_report("B", _SEEN), 0),
        (_report("B", replace(_SEEN, mean_diameter_mm=10.9)), 0),
        (_report("B", replace(_SEEN, mean_diameter_mm=11.1)), 2),
        (_report("B", replace(_SEEN, side="left")), 2),
        (_report("B", replace(_SEEN, zone="")), 0),
        (_report("B", _SEEN, conclusion=Conclusion.BENIGN), 0),
        (_report("B", _SEEN, conclusion=Conclusion.WORK_UP), 1),
        (_report("B"), 1),
        (_report("B", _SEEN, replace(_SEEN, side="left", mean_diameter_mm=5.9)), 0),
    ],
)
def test_only_what_matters_is_a_disagreement(other: StructuredReport, differences: int) -> None:
    for reports in ((_report("A", _SEEN), other), (other, _report("A", _SEEN))):
        assert len(disagreements(reports, _RULES)) == differences


def test_a_study_is_settled_only_when_all_agree_or_an_arbiter_has_spoken() -> None:
    one, other, third = _report("A", _SEEN), _report("B", _SEEN), _report("C")
    assert stage_of(2, (one,), _RULES, arbitrated=False) is ReadStage.OPEN
    assert stage_of(2, (one, other), _RULES, arbitrated=False) is ReadStage.SETTLED
    assert stage_of(3, (one, other, third), _RULES, arbitrated=False) is ReadStage.ARBITRATION
    assert stage_of(3, (one, other, third), _RULES, arbitrated=True) is ReadStage.SETTLED
    alone = _report(AI_READER, _SEEN)
    assert stage_of(1, (alone,), _RULES, arbitrated=False) is ReadStage.OPEN, "never AI alone"
    assert stage_of(2, (one, alone), _RULES, arbitrated=False) is ReadStage.SETTLED


def test_only_a_whole_analysis_speaks_as_a_reader() -> None:
    found = _of(Indication.SCREENING)
    asked = replace(found, triage=replace(found.triage, prescreen=Prescreen.REQUEST))
    said = report_of_analysis(asked, _NOW)
    assert said is not None
    assert (said.conclusion, len(said.findings)) == (Conclusion.FOLLOW_UP, 1)
    partial = replace(asked, outcome=Outcome.PARTIAL, reason="slices are missing")
    assert report_of_analysis(partial, _NOW) is None
    unclear = replace(found, triage=replace(found.triage, prescreen=Prescreen.UNDETERMINED))
    assert report_of_analysis(unclear, _NOW) is None


def test_impossible_rules_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="3 times"):
        replace(_RULES, screening_reads=4)
    with pytest.raises(ConfigurationError, match="random_share"):
        replace(_RULES, random_share=1.1)
