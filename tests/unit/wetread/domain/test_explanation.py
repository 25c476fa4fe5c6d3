"""What is said of a mark, in both languages."""

from dataclasses import replace

import pytest

from tests.support.nodules import ball_measurement
from wetread.domain.explanation import (
    Words,
    describe_depth,
    describe_mark,
    describe_region,
    describe_size_and_type,
    explain_score,
)
from wetread.domain.findings import LungZone, NoduleType, OperatingPoint

EXPECTED = OperatingPoint(score=0.42, expected_sensitivity=0.9, false_marks_per_scan=1.5)


def test_a_mark_is_described_by_size_type_and_place() -> None:
    measured = replace(
        ball_measurement(8.04, nodule_type=NoduleType.PART_SOLID),
        side="left",
        zone=LungZone.LOWER,
        surface_distance_mm=7.6,
    )

    assert describe_mark(measured) == Words(
        "8.0 mm part-solid, left lower zone, 8 mm from the lung surface",
        "部分充実型 8.0 mm、左下肺野、肺表面から 8 mm",
    )


def test_a_score_is_explained_by_the_operating_point_that_it_reached() -> None:
    assert explain_score(0.871, EXPECTED) == Words(
        "score 0.87, marked from 0.42 (expected sensitivity 90 % at 1.5 false marks per scan)",
        "スコア 0.87、0.42 以上をマーク(期待感度 90 %、偽陽性 1.5 個/検査)",
    )


@pytest.mark.parametrize(
    "point",
    [
        OperatingPoint(score=0.42),
        replace(EXPECTED, false_marks_per_scan=None),
        replace(EXPECTED, expected_sensitivity=None),
    ],
)
def test_nothing_is_expected_of_a_point_that_was_not_measured_whole(point: OperatingPoint) -> None:
    assert explain_score(0.5, point).english == "score 0.50, marked from 0.42"


def test_without_an_operating_point_there_is_the_score_alone() -> None:
    assert explain_score(0.5, None) == Words("score 0.50", "スコア 0.50")


def test_what_is_not_known_of_the_place_is_not_said() -> None:
    measured = replace(ball_measurement(6.0), side="right", zone=None, surface_distance_mm=None)

    assert describe_mark(measured).english == "6.0 mm solid, right lung"


@pytest.mark.parametrize(
    ("side", "zone", "words"),
    [
        ("right", LungZone.UPPER, Words("right upper zone", "右上肺野")),
        ("left", LungZone.MIDDLE, Words("left middle zone", "左中肺野")),
        ("right", None, Words("right lung", "右肺")),
        ("of a later program", None, Words("of a later program lung", "of a later program肺")),
    ],
)
def test_a_region_is_named(side: str, zone: LungZone | None, words: Words) -> None:
    assert describe_region(side, zone) == words


def test_no_distance_is_told_more_exactly_than_the_lungs_are_known() -> None:
    assert describe_depth(0.0) == describe_depth(3.0)
    assert describe_depth(0.0).english == "within 3 mm of the lung surface"
    assert describe_depth(3.6).english == "4 mm from the lung surface"


@pytest.mark.parametrize("nodule_type", list(NoduleType))
def test_every_type_has_its_words(nodule_type: NoduleType) -> None:
    words = describe_size_and_type(ball_measurement(6.0, nodule_type=nodule_type))

    assert words.english == f"6.0 mm {nodule_type.replace('_', '-')}"
    assert words.japanese.endswith("型 6.0 mm")
