"""When a guideline speaks, when it is silent, and what it says."""

from dataclasses import replace

import pytest

from routing.guidelines.tables import load_guideline
from tests.support.guidelines import ADULT, ball, guided, study_facts
from wetread.domain.findings import ChangeState, NoduleType, Outcome
from wetread.domain.guidelines.assess import assess_study, withdraw
from wetread.domain.guidelines.facts import NoduleFacts, PatientFacts, StudyFacts
from wetread.domain.guidelines.guidance import GuidanceStatus, Indication

_INCIDENTAL = study_facts(Indication.INCIDENTAL)


@pytest.mark.parametrize(
    ("patient", "study", "because"),
    [
        (replace(ADULT, age_years=34), _INCIDENTAL, "34 years old, under 35"),
        (replace(ADULT, age_years=None), _INCIDENTAL, "age of the patient is not known"),
        (replace(ADULT, known_cancer=True), _INCIDENTAL, "known cancer"),
        (replace(ADULT, immunosuppressed=True), _INCIDENTAL, "immunosuppressed"),
        (ADULT, study_facts(Indication.SCREENING), "not for screening studies"),
        (ADULT, study_facts(Indication.UNKNOWN), "no indication given"),
        (ADULT, replace(_INCIDENTAL, slice_thickness_mm=1.6), "slices are 1.6 mm thick"),
        (ADULT, replace(_INCIDENTAL, slice_thickness_mm=None), "slice thickness is not known"),
        (ADULT, replace(_INCIDENTAL, outcome=Outcome.PARTIAL, reason="x"), "incomplete"),
        (ADULT, replace(_INCIDENTAL, outcome=Outcome.FAILED, reason="x"), "failed"),
        (ADULT, replace(_INCIDENTAL, outcome=Outcome.NOT_ANALYSED, reason="x"), "not analysed"),
        (ADULT, replace(_INCIDENTAL, reason="limited: lossy"), "not whole (limited: lossy)"),
    ],
)
@pytest.mark.parametrize("nodules", [[], [ball(20.0)]])
def test_there_is_no_category_where_the_guideline_is_not_applicable(
    patient: PatientFacts, study: StudyFacts, because: str, nodules: list[NoduleFacts]
) -> None:
    table = load_guideline("fleischner-2017")
    guidance = assess_study(nodules, patient=patient, study=study, table=table)
    assert guidance.status is GuidanceStatus.NOT_APPLICABLE
    assert guidance.category is None
    assert because in guidance.english[0]
    assert len(guidance.japanese) == len(guidance.english) == 1


def test_the_limits_of_the_scope_belong_to_it() -> None:
    patient, study = replace(ADULT, age_years=35), replace(_INCIDENTAL, slice_thickness_mm=1.5)
    table = load_guideline("fleischner-2017")
    guidance = assess_study([ball(7.0)], patient=patient, study=study, table=table)
    assert guidance.category == "6-8 mm"


def test_a_site_without_a_guideline_for_the_indication_gets_no_category() -> None:
    guidance = assess_study([ball(9.0)], patient=ADULT, study=_INCIDENTAL, table=None)
    assert (guidance.guideline, guidance.category) == (None, None)
    assert "no guideline is configured for incidental" in guidance.english[0]


def test_what_nobody_knows_of_the_patient_is_said_as_a_condition() -> None:
    unknown = PatientFacts(age_years=60)
    guidance = guided("fleischner-2017", [ball(7.0)], patient=unknown)
    assert guidance.category == "6-8 mm"
    assert (
        "This holds only with no known cancer and no immunosuppression, which is not known here."
    ) in guidance.english
    assert not any("holds only" in one for one in guided("fleischner-2017", [ball(7.0)]).english)


def test_the_highest_nodule_decides_and_is_named() -> None:
    nodules = [ball(7.0), ball(16.0, number=2), ball(9.0, number=3)]
    guidance = guided("lung-rads-v2022", nodules)
    assert (guidance.category, guidance.tracking_id) == ("4B", "Nodule 2")
    assert guidance.rule == "solid, baseline or stable, mean diameter >= 15 mm"
    assert guidance.verified
    assert guidance.source is not None
    assert "RDES267" in guidance.source
    assert guidance.english[0] == (
        "Lung-RADS v2022: category 4B by Nodule 2, solid, 16.0 mm "
        "(rule 4B: solid, baseline or stable, mean diameter >= 15 mm)."
    )
    assert guidance.japanese[0] == (
        "Lung-RADS v2022: Nodule 2 (充実型 16.0 mm) によりカテゴリー 4B "
        "(規則 4B: 充実型、初回または増大なし、平均径 15 mm 以上)。"
    )


def test_a_certain_nodule_lifts_the_lower_end_of_a_range() -> None:
    nodules = [ball(9.0, NoduleType.PART_SOLID), ball(9.0, number=2)]
    assert guided("lung-rads-v2022", nodules).category == "4A–4B"


def test_a_pair_to_be_judged_by_eye_gives_a_range() -> None:
    guidance = guided("lung-rads-v2022", [ball(5.0, state=ChangeState.AMBIGUOUS)])
    assert guidance.category == "2–4A"
    assert any("judged by eye" in said for said in guidance.english)


def test_a_place_that_the_prior_does_not_show_is_seen_for_the_first_time() -> None:
    guidance = guided("lung-rads-v2022", [ball(5.0, state=ChangeState.NOT_COVERED)])
    assert guidance.category == "2"


@pytest.mark.parametrize(
    ("diameter_mm", "distance_mm", "told"),
    [(9.9, 3.0, True), (10.0, 3.0, False), (9.9, 3.1, False), (9.9, None, False)],
)
def test_a_nodule_at_the_pleura_keeps_its_category_as_nobody_measured_its_shape(
    diameter_mm: float, distance_mm: float | None, told: bool
) -> None:
    nodule = replace(ball(diameter_mm), surface_distance_mm=distance_mm)
    guidance = guided("lung-rads-v2022", [nodule])
    assert guidance.category == "4A"
    assert any("category 2 if smooth" in said for said in guidance.english) == told


def test_a_rule_that_was_not_checked_says_so() -> None:
    guidance = guided("japan-ct-screening-v5", [ball(10.0)])
    assert guidance.verified is False
    assert any("was not checked with its source" in said for said in guidance.english)


def test_no_nodule_has_the_category_of_a_negative() -> None:
    guidance = guided("lung-rads-v2022", [])
    assert (guidance.status, guidance.category) == (GuidanceStatus.APPLIED, "1")


def test_a_nodule_that_no_rule_fits_leaves_the_study_undetermined() -> None:
    table = load_guideline("lung-rads-v2022")
    solid_only = replace(
        table, rules=tuple(rule for rule in table.rules if NoduleType.SOLID in rule.types)
    )
    guidance = assess_study(
        [ball(20.0), ball(9.0, NoduleType.GROUND_GLASS, number=2)],
        patient=ADULT,
        study=study_facts(Indication.SCREENING),
        table=solid_only,
    )
    assert (guidance.status, guidance.category) == (GuidanceStatus.UNDETERMINED, None)
    assert "no rule fits Nodule 2" in guidance.english[0]


def test_results_that_were_lost_take_the_category_with_them() -> None:
    withdrawn = withdraw(guided("lung-rads-v2022", []))
    assert (withdrawn.status, withdrawn.category) == (GuidanceStatus.NOT_APPLICABLE, None)
    assert withdraw(withdrawn) == withdrawn
