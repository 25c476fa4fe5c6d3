"""What is said of a place in a scan where the other scan has a nodule."""

from collections.abc import Sequence
from math import dist

import pytest

from inference.comparison.place import Look, Place, look_at_place
from inference.lungs import segment_lungs
from tests.support.breathing_chest import Ball, BreathingChest, measured
from wetread.domain.findings import Measurement
from wetread.domain.geometry import Point

CHEST = BreathingChest()
FREE = (-100.0, 20.0, 20.0)  # no vessel wider than 3 mm within 15 mm
AT_WALL = (-75.0, 80.0, 0.0)


def look(
    place: Point,
    *balls: Ball,
    diameter_mm: float = 10.0,
    known: Sequence[Measurement] = (),
    error_mm: float = 9.6,
    low_lps_mm: Point = (-171.0, -120.0, -141.0),
) -> Place:
    return look_closely(
        place,
        *balls,
        diameter_mm=diameter_mm,
        known=known,
        error_mm=error_mm,
        low_lps_mm=low_lps_mm,
    ).place


def look_closely(
    place: Point,
    *balls: Ball,
    diameter_mm: float = 10.0,
    known: Sequence[Measurement] = (),
    error_mm: float = 9.6,
    low_lps_mm: Point = (-171.0, -120.0, -141.0),
) -> Look:
    volume = CHEST.scan(balls, spacing_mm=2.5, low_lps_mm=low_lps_mm)
    return look_at_place(
        volume,
        segment_lungs(volume),
        place,
        nodule=measured(place, diameter_mm),
        known=known,
        error_mm=error_mm,
    )


def test_lung_without_anything_like_the_nodule_is_empty() -> None:
    assert look(FREE) is Place.EMPTY


@pytest.mark.parametrize("diameter_mm", [8.0, 10.0, 13.0])
def test_a_similar_nodule_that_was_not_detected_makes_it_unclear(diameter_mm: float) -> None:
    missed = Ball(center_lps_mm=(-103.0, 25.0, 24.0), diameter_mm=diameter_mm)
    assert look(FREE, missed) is Place.UNCLEAR


def test_it_is_told_where_the_similar_nodule_lies() -> None:
    missed = Ball(center_lps_mm=(-103.0, 25.0, 24.0), diameter_mm=10.0)
    (center,) = look_closely(FREE, missed).alike_lps_mm
    assert dist(center, missed.center_lps_mm) < 1.5


def test_a_missed_nodule_at_the_wall_makes_it_unclear() -> None:
    assert look(AT_WALL) is Place.EMPTY
    assert look(AT_WALL, Ball(center_lps_mm=(-75.0, 76.0, 2.0), diameter_mm=10.0)) is Place.UNCLEAR


def test_a_nodule_that_was_detected_is_accounted_for() -> None:
    near = Ball(center_lps_mm=(-103.0, 25.0, 24.0), diameter_mm=10.0)
    assert look(FREE, near, known=[measured(near.center_lps_mm, 11.0)]) is Place.EMPTY


def test_a_nodule_of_another_size_is_not_alike() -> None:
    assert look(FREE, Ball(center_lps_mm=FREE, diameter_mm=22.0)) is Place.EMPTY


def test_a_nodule_out_of_reach_is_not_seen() -> None:
    away = Ball(center_lps_mm=(-100.0, -10.0, 45.0), diameter_mm=10.0)
    assert look(FREE, away) is Place.EMPTY


def test_beyond_the_images_nothing_is_covered() -> None:
    assert look(FREE, low_lps_mm=(-171.0, -120.0, 30.0)) is Place.NOT_COVERED


def test_within_the_error_of_the_edge_it_is_unclear() -> None:
    assert look(FREE, low_lps_mm=(-171.0, -120.0, 15.0)) is Place.UNCLEAR
    assert look(FREE, low_lps_mm=(-171.0, -120.0, 15.0), error_mm=2.0) is Place.EMPTY


def test_far_from_any_lung_it_is_unclear() -> None:
    assert look((0.0, 70.0, 0.0), error_mm=5.0) is Place.UNCLEAR
