"""Which priors are worth a comparison, and in which order."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.priors.relevance import load_relevance_rules, rank_priors
from wetread.domain.errors import ConfigurationError
from wetread.domain.priors import DescribedSeries, DescribedStudy
from wetread.domain.studies import PatientKey

RULES = load_relevance_rules()
TODAY = date(2026, 3, 1)
SERIES = DescribedSeries(
    series_instance_uid="1.1", modality="CT", body_part="CHEST", kernel="LUNG", instances=200
)


def study(
    name: str, *series: DescribedSeries, days: int | None = 365, text: str = ""
) -> DescribedStudy:
    return DescribedStudy(
        study_instance_uid=name,
        patient_key=PatientKey(issuer="Invented Hospital", patient_id="T-0001"),
        study_date=None if days is None else TODAY - timedelta(days=days),
        description=text,
        series=series or (SERIES,),
    )


CURRENT = study("current", days=0)


def order(*candidates: DescribedStudy) -> list[str]:
    ranking = rank_priors(CURRENT, candidates, RULES)
    return [one.study.study_instance_uid for one in ranking.relevant]


def test_the_newer_of_two_equal_studies_comes_first() -> None:
    assert order(study("old", days=900), study("new", days=100)) == ["new", "old"]


def test_a_chest_comes_before_what_nobody_named() -> None:
    unknown = study("unknown", replace(SERIES, body_part=""), days=10)
    assert order(unknown, study("chest", days=900)) == ["chest", "unknown"]


def test_thin_slices_and_the_same_kernel_count() -> None:
    thick = study("thick", replace(SERIES, slice_thickness_mm=5.0, kernel="SOFT"))
    thin = study("thin", replace(SERIES, slice_thickness_mm=1.0))
    assert order(thick, thin) == ["thin", "thick"]
    (first, _) = rank_priors(CURRENT, [thick, thin], RULES).relevant
    assert first.reasons == (
        "the same part of the body",
        "slices of 1 mm",
        "the same kernel",
        "365 days earlier",
    )


def test_the_best_series_is_wanted_first_and_localizers_are_not() -> None:
    scout = replace(SERIES, series_instance_uid="1.2", instances=2)
    head = replace(SERIES, series_instance_uid="1.3", body_part="HEAD")
    thick = replace(SERIES, series_instance_uid="1.4", instances=60)
    (prior,) = rank_priors(CURRENT, [study("one", scout, head, thick, SERIES)], RULES).relevant
    assert [one.series_instance_uid for one in prior.wanted] == ["1.1", "1.4"]


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (study("current", days=10), "itself"),
        (study("later", days=-1), "later"),
        (study("ancient", days=9999), "older"),
        (study("x-ray", replace(SERIES, modality="CR")), "no CT series"),
        (study("head", replace(SERIES, body_part="HEAD")), "another part"),
    ],
)
def test_what_must_not_be_compared_is_left_out(candidate: DescribedStudy, reason: str) -> None:
    ranking = rank_priors(CURRENT, [candidate], RULES)
    assert ranking.relevant == ()
    assert reason in ranking.unrelated[0].reason


@pytest.mark.parametrize("text", ["CT Chest low dose", "胸部CT"])
def test_a_description_overrules_a_body_part_from_the_protocol(text: str) -> None:
    assert order(study("mislabelled", replace(SERIES, body_part="ABDOMEN"), text=text))


def test_a_study_of_the_same_or_an_unknown_day_may_be_a_prior() -> None:
    assert order(study("same day", days=0), study("undated", days=None)) == ["same day", "undated"]


_STUDIES = st.lists(
    st.builds(
        study,
        st.integers(1, 99).map(lambda number: f"1.{number}"),
        st.builds(
            DescribedSeries,
            series_instance_uid=st.sampled_from(["1.1", "1.2"]),
            modality=st.sampled_from(["CT", "MR"]),
            body_part=st.sampled_from(["", "CHEST", "HEAD"]),
            slice_thickness_mm=st.none() | st.floats(0, 10),
            instances=st.none() | st.integers(0, 500),
        ),
        days=st.none() | st.integers(-100, 5000),
    ),
    max_size=6,
    unique_by=lambda one: one.study_instance_uid,
)


@given(studies=_STUDIES, data=st.data())
def test_the_order_never_depends_on_who_answered_first(
    studies: list[DescribedStudy], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(studies))
    assert order(*studies) == order(*shuffled)
    ranking = rank_priors(CURRENT, studies, RULES)
    assert len(ranking.relevant) + len(ranking.unrelated) == len(studies)
    points = [one.points for one in ranking.relevant]
    assert points == sorted(points, reverse=True)
    assert all(one.wanted and one.points >= 0 for one in ranking.relevant)


def test_a_misspelled_rule_is_named(tmp_path: Path) -> None:
    shipped = Path("routing/priors/relevance.toml").read_text(encoding="utf-8")
    path = tmp_path / "relevance.toml"
    path.write_text(shipped + "\nsame_colour = 3\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"points\.same_colour"):
        load_relevance_rules(path)
