"""Side and zone of any point of any lungs: always told, mirrored with them, ordered upwards."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings
from numpy.typing import NDArray

from inference.lungs import LungMask, Side, surface_distance_mm, zone_at
from tests.support.volumes import AXIAL
from wetread.domain.findings import LungZone
from wetread.domain.geometry import Point, VolumeGeometry, as_point

UPWARDS = [LungZone.LOWER, LungZone.MIDDLE, LungZone.UPPER]
SHAPE = (40, 24, 48)
MIDDLE = SHAPE[2] // 2


@st.composite
def lungs(draw: st.DrawFn) -> LungMask:
    """Draw two ellipsoids apart from each other, wholly inside the grid."""
    z, y, x = np.indices(SHAPE)
    sides = np.where(x < MIDDLE, Side.RIGHT, Side.LEFT).astype(np.uint8)
    mask = np.zeros(SHAPE, dtype=bool)
    for first in (0, MIDDLE):
        half = [draw(st.floats(4.0, limit)) for limit in (15.0, 9.0, 9.0)]
        center = [
            draw(st.floats(start + reach + 1, stop - reach - 2))
            for start, stop, reach in zip(
                (0, 0, first), (SHAPE[0], SHAPE[1], first + MIDDLE), half, strict=True
            )
        ]
        away = [
            (index - middle) / reach
            for index, middle, reach in zip((z, y, x), center, half, strict=True)
        ]
        mask |= sum(one**2 for one in away) <= 1
    spacing = draw(st.tuples(*[st.floats(1.0, 5.0)] * 3))
    geometry = VolumeGeometry(
        shape_zyx=SHAPE,
        spacing_zyx_mm=spacing,
        origin_lps_mm=(-MIDDLE * spacing[2], -50.0, -300.0),
        direction_zyx=draw(st.sampled_from([AXIAL, ((0.0, 0.0, -1.0), *AXIAL[1:])])),
    )
    return LungMask(mask=mask, sides=sides, geometry=geometry, plausible=True)


def points_inside(found: LungMask) -> NDArray[np.float64]:
    return found.geometry.lps_from_voxel(np.argwhere(found.mask)[::97].astype(float))


def mirrored(found: LungMask) -> LungMask:
    """Return the lungs with left and right exchanged about x = 0."""
    spacing, origin = found.geometry.spacing_zyx_mm[2], found.geometry.origin_lps_mm
    last = origin[0] + (SHAPE[2] - 1) * spacing
    return replace(
        found,
        mask=found.mask[:, :, ::-1],
        sides=np.where(found.sides == Side.LEFT, Side.RIGHT, Side.LEFT)[:, :, ::-1],
        geometry=replace(found.geometry, origin_lps_mm=(-last, origin[1], origin[2])),
    )


@settings(deadline=None, max_examples=40)
@given(lungs())
def test_every_point_inside_has_a_side_and_a_zone_and_zones_ascend(found: LungMask) -> None:
    for side in Side:
        points = [
            as_point(point)
            for point in points_inside(found)
            if found.side_at(as_point(point)) is side
        ]
        zones = [zone_at(found, point) for point in sorted(points, key=_height)]

        assert None not in zones
        ranks = [UPWARDS.index(zone) for zone in zones if zone is not None]
        assert ranks == sorted(ranks)


@settings(deadline=None, max_examples=40)
@given(lungs())
def test_mirrored_lungs_have_the_other_side_and_the_same_zone(found: LungMask) -> None:
    other = mirrored(found)
    for x, y, z in points_inside(found):
        here, there = (float(x), float(y), float(z)), (float(-x), float(y), float(z))
        assert {found.side_at(here), other.side_at(there)} == set(Side)
        assert zone_at(found, here) is zone_at(other, there)


@settings(deadline=None, max_examples=40)
@given(lungs(), st.floats(0, 20), st.floats(0, 20))
def test_a_larger_ball_leaves_less_lung(found: LungMask, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    for point in points_inside(found)[:5]:
        left = surface_distance_mm(found, as_point(point), radius_mm=smaller)
        less = surface_distance_mm(found, as_point(point), radius_mm=larger)
        assert (left is None) == (less is None)
        if left is not None and less is not None:
            assert 0 <= less <= left


def _height(point: Point) -> float:
    return point[2]
