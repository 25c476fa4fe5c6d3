"""Where in its lung a point lies, and where nothing can be said of it."""

import pytest

from inference.lungs import segment_lungs, surface_distance_mm, zone_at
from tests.support.chest_ct import chest
from tests.support.volumes import AXIAL
from wetread.domain.findings import LungZone
from wetread.domain.geometry import Point

PRONE = ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))
FEET_FIRST = ((0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0))
CORONAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0))
COARSE = (2.5, 2.5, 2.5)
LEFT_LUNG_MM = (75.0, 0.0, 0.0)  # its centre; it reaches from -105 to 105 mm


@pytest.mark.parametrize("axes", [AXIAL, PRONE, FEET_FIRST, CORONAL])
def test_each_zone_is_a_third_of_the_lungs_height_however_the_patient_lies(
    axes: tuple[Point, Point, Point],
) -> None:
    lungs = segment_lungs(chest(axes_lps=axes, spacing_zyx_mm=COARSE))

    zones = {z: zone_at(lungs, (75.0, 0.0, z)) for z in (-100.0, -42.0, -28.0, 28.0, 42.0, 100.0)}

    assert list(zones.values()) == [
        *(LungZone.LOWER, LungZone.LOWER),
        *(LungZone.MIDDLE, LungZone.MIDDLE),
        *(LungZone.UPPER, LungZone.UPPER),
    ]


def test_the_surface_is_as_far_as_it_is() -> None:
    lungs = segment_lungs(chest(spacing_zyx_mm=COARSE))

    deep = surface_distance_mm(lungs, LEFT_LUNG_MM, radius_mm=5.0)
    at_wall = surface_distance_mm(lungs, (123.0, 0.0, 0.0), radius_mm=5.0)

    assert deep == pytest.approx(50.0 - 5.0, abs=2.5)
    assert at_wall == 0.0


def test_a_lung_that_the_images_cut_off_has_no_zones() -> None:
    lungs = segment_lungs(chest(height_mm=120.0, spacing_zyx_mm=COARSE))

    assert zone_at(lungs, LEFT_LUNG_MM) is None
    assert surface_distance_mm(lungs, LEFT_LUNG_MM, radius_mm=5.0) is not None
    # Beyond the last image there may be a surface nearer than any that is seen.
    assert surface_distance_mm(lungs, (75.0, 0.0, 55.0), radius_mm=1.0) is None


def test_of_lungs_unlike_lungs_nothing_is_said() -> None:
    lungs = segment_lungs(chest(lungs=1, spacing_zyx_mm=COARSE))
    inside = (-75.0, 0.0, 0.0)

    assert not lungs.plausible
    assert zone_at(lungs, inside) is None
    assert surface_distance_mm(lungs, inside, radius_mm=5.0) is None


def test_a_point_beside_the_lungs_belongs_to_the_end_it_is_near() -> None:
    lungs = segment_lungs(chest(spacing_zyx_mm=COARSE))

    assert zone_at(lungs, (75.0, 0.0, 500.0)) is LungZone.UPPER
    assert zone_at(lungs, (75.0, 0.0, -500.0)) is LungZone.LOWER
    assert surface_distance_mm(lungs, (140.0, 0.0, 0.0), radius_mm=5.0) == 0.0
