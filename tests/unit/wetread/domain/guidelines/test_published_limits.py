"""Each guideline gives the categories that were published, on both sides of every limit.

The expectations are literal: a table that was changed by mistake fails here.
"""

import pytest

from tests.support.guidelines import ball, guided
from wetread.domain.findings import ChangeState, NoduleType
from wetread.domain.guidelines.facts import NoduleFacts
from wetread.domain.guidelines.guidance import GuidanceStatus

_PART, _GLASS, _NEW = NoduleType.PART_SOLID, NoduleType.GROUND_GLASS, ChangeState.NEW


@pytest.mark.parametrize(
    ("nodule", "category"),
    [
        (ball(5.9), "2"),
        (ball(6.0), "3"),
        (ball(7.9), "3"),
        (ball(8.0), "4A"),
        (ball(14.9), "4A"),
        (ball(15.0), "4B"),
        (ball(3.9, state=_NEW), "2"),
        (ball(4.0, state=_NEW), "3"),
        (ball(5.9, state=_NEW), "3"),
        (ball(6.0, state=_NEW), "4A"),
        (ball(7.9, state=_NEW), "4A"),
        (ball(8.0, state=_NEW), "4B"),
        (ball(7.9, prior_mm=6.3), "4A"),  # + 1.6 mm: growing
        (ball(7.9, prior_mm=6.4), "3"),  # + 1.5 mm is none
        (ball(8.0, prior_mm=6.4), "4B"),
        (ball(5.0, prior_mm=3.0), "4A"),
        (ball(5.9, _PART), "2"),
        (ball(6.0, _PART, solid_part_mm=5.9), "3"),
        (ball(9.0, _PART, solid_part_mm=6.0), "4A"),
        (ball(9.0, _PART, solid_part_mm=7.9), "4A"),
        (ball(9.0, _PART, solid_part_mm=8.0), "4B"),
        (ball(5.9, _PART, state=_NEW, solid_part_mm=3.9), "3"),
        (ball(6.0, _PART, state=_NEW, solid_part_mm=3.9), "4A"),
        (ball(6.0, _PART, state=_NEW, solid_part_mm=4.0), "4B"),
        (ball(9.0, _PART, prior_mm=7.0, solid_part_mm=3.9), "4A"),
        (ball(9.0, _PART, prior_mm=7.0, solid_part_mm=4.0), "4B"),
        (ball(29.9, _GLASS), "2"),
        (ball(30.0, _GLASS), "3"),
        (ball(29.9, _GLASS, state=_NEW), "2"),
        (ball(30.0, _GLASS, state=_NEW), "3"),
        (ball(29.9, _GLASS, prior_mm=20.0), "2"),
        (ball(30.0, _GLASS, prior_mm=30.0), "2"),
    ],
)
def test_lung_rads(nodule: NoduleFacts, category: str) -> None:
    assert guided("lung-rads-v2022", [nodule]).category == category


@pytest.mark.parametrize(
    ("now_mm", "prior_mm", "days", "category"),
    [
        (9.0, 9.0, 89, "4A"),
        (9.0, 9.0, 90, "3"),
        (8.5, 9.0, 90, "3"),  # smaller
        (7.0, 7.0, 179, "3"),
        (7.0, 7.0, 180, "2"),
        (8.0, 7.9, 400, "4A"),  # crossed a limit: it starts anew
        (16.0, 16.0, 400, "4B"),
    ],
)
def test_lung_rads_steps_down_without_growth(
    now_mm: float, prior_mm: float, days: int, category: str
) -> None:
    nodule = ball(now_mm, prior_mm=prior_mm, days=days)
    assert guided("lung-rads-v2022", [nodule]).category == category


def test_lung_rads_growth_counts_within_a_year() -> None:
    within, later = (ball(32.0, _GLASS, prior_mm=30.0, days=days) for days in (365, 366))
    assert guided("lung-rads-v2022", [within]).category == "3"
    assert guided("lung-rads-v2022", [later]).category == "2–3"


@pytest.mark.parametrize(
    ("nodule", "category"),
    [
        (ball(5.9), "<6 mm"),
        (ball(6.0), "6-8 mm"),
        (ball(8.0), "6-8 mm"),
        (ball(8.1), ">8 mm"),
        (ball(5.9, _PART), "<6 mm"),
        (ball(6.0, _PART), "part-solid >=6 mm"),
        (ball(6.0, _GLASS), "ground-glass >=6 mm"),
        (ball(7.0, prior_mm=5.1), "6-8 mm"),
        (ball(7.0, prior_mm=5.0), "growing"),
    ],
)
def test_fleischner(nodule: NoduleFacts, category: str) -> None:
    assert guided("fleischner-2017", [nodule]).category == category


@pytest.mark.parametrize(
    ("nodule", "category"),
    [
        (ball(4.9, volume_mm3=79), "<5 mm"),
        (ball(5.0, volume_mm3=79), "5-6 mm"),
        (ball(5.9, volume_mm3=79), "5-6 mm"),
        (ball(4.9, volume_mm3=80), ">=6 mm"),
        (ball(6.0, volume_mm3=79), ">=6 mm"),
        (ball(7.9, volume_mm3=299), ">=6 mm"),
        (ball(7.9, volume_mm3=300), ">=8 mm"),
        (ball(8.0, volume_mm3=299), ">=8 mm"),
        (ball(5.0, volume_mm3=65, prior_mm=4.7), "5-6 mm"),  # + 20 % of volume
        (ball(5.0, volume_mm3=65, prior_mm=4.6), "growing"),  # + 28 %
    ],
)
def test_bts(nodule: NoduleFacts, category: str) -> None:
    assert guided("bts-2015", [nodule]).category == category


@pytest.mark.parametrize("edition", ["japan-ct-screening-v5", "japan-ct-screening-v6"])
@pytest.mark.parametrize(
    ("nodule", "category"),
    [
        (ball(5.9), "no work-up"),
        (ball(6.0), "follow-up CT"),
        (ball(9.9), "follow-up CT"),
        (ball(10.0), "work-up"),
        (ball(5.9, _GLASS), "no work-up"),
        (ball(7.0, prior_mm=5.1), "follow-up CT"),
        (ball(7.0, prior_mm=5.0), "work-up"),
    ],
)
def test_japan_both_editions(edition: str, nodule: NoduleFacts, category: str) -> None:
    assert guided(edition, [nodule]).category == category


@pytest.mark.parametrize(
    ("diameter_mm", "solid_part_mm", "category"),
    [
        (15.0, 7.9, "follow-up CT"),
        (15.0, 8.0, "work-up"),
        (15.1, 7.9, "work-up"),
    ],
)
def test_japan_v6_part_solid(diameter_mm: float, solid_part_mm: float, category: str) -> None:
    nodule = ball(diameter_mm, _PART, solid_part_mm=solid_part_mm)
    assert guided("japan-ct-screening-v6", [nodule]).category == category


@pytest.mark.parametrize(
    ("nodule", "category"),
    [
        (ball(5.9, _PART), "2"),
        (ball(5.9, _PART, state=_NEW), "3–4B"),
        (ball(6.0, _PART), "3–4A"),  # the solid part is no larger than the nodule
        (ball(9.0, _PART), "3–4B"),
        (ball(9.0, _PART, prior_mm=9.0), "3–4B"),
        (ball(5.0, _PART, prior_mm=5.0), "2–4B"),  # its solid part alone may have grown
    ],
)
def test_an_unmeasured_solid_part_gives_a_range(nodule: NoduleFacts, category: str) -> None:
    guidance = guided("lung-rads-v2022", [nodule])
    assert guidance.category == category
    ranged = "–" in category
    assert (guidance.status is GuidanceStatus.UNDETERMINED) == ranged
    assert any("solid part was not measured" in said for said in guidance.english) == ranged
    assert any("充実成分の径" in said for said in guidance.japanese) == ranged
