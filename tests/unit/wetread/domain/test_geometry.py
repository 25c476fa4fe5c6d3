from dataclasses import replace

import numpy as np
import pytest

from tests.support.volumes import grid
from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry, as_point, ball_diameter_mm

CORONAL = VolumeGeometry(
    shape_zyx=(4, 5, 6),
    spacing_zyx_mm=(3.0, 2.0, 1.0),
    origin_lps_mm=(10.0, 20.0, 30.0),
    direction_zyx=((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
)


def test_a_step_along_each_voxel_axis_goes_where_the_direction_says() -> None:
    steps = CORONAL.lps_from_voxel(np.vstack([np.zeros(3), np.eye(3)]))
    np.testing.assert_allclose(
        steps, [[10, 20, 30], [10, 23, 30], [10, 20, 28], [11, 20, 30]], atol=1e-12
    )


def test_points_map_back_for_any_array_shape() -> None:
    voxels = np.random.default_rng(0).uniform(-3, 9, (2, 5, 3))
    np.testing.assert_allclose(CORONAL.voxel_from_lps(CORONAL.lps_from_voxel(voxels)), voxels)


def test_sizes_are_those_of_the_grid() -> None:
    assert CORONAL.voxel_volume_mm3 == pytest.approx(6.0)
    assert CORONAL.extent_zyx_mm == (12.0, 10.0, 6.0)


@pytest.mark.parametrize(
    ("voxel", "margin_mm", "inside"),
    [
        ((-0.49, 0.0, 0.0), 0.0, True),
        ((-0.51, 0.0, 0.0), 0.0, False),
        ((3.49, 4.49, 5.49), 0.0, True),
        ((3.0, 4.0, 5.51), 0.0, False),
        ((1.5, 2.0, 1.4), 2.0, False),  # 1.9 mm from the first column's outer edge
        ((1.5, 2.0, 1.6), 2.0, True),
    ],
)
def test_contains_counts_to_the_outer_edges_of_voxels(
    voxel: tuple[float, float, float], margin_mm: float, *, inside: bool
) -> None:
    point = as_point(CORONAL.lps_from_voxel(np.array(voxel)))
    assert CORONAL.contains(point, margin_mm=margin_mm) is inside


@pytest.mark.parametrize(
    "flaw",
    [
        {"shape_zyx": (0, 4, 4)},
        {"spacing_zyx_mm": (1.0, 0.0, 1.0)},
        {"spacing_zyx_mm": (1.0, -1.0, 1.0)},
        {"spacing_zyx_mm": (float("nan"), 1.0, 1.0)},
        {"direction_zyx": ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (0.0, 1.0, 0.0))},
        {"direction_zyx": ((0.0, 0.0, 2.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))},
    ],
)
def test_a_grid_that_is_none_is_refused(flaw: dict[str, tuple[object, ...]]) -> None:
    with pytest.raises(VolumeError):
        replace(grid(), **flaw)


def test_a_ball_has_the_diameter_of_its_volume() -> None:
    assert ball_diameter_mm(4 / 3 * np.pi * 5**3) == pytest.approx(10.0)
    assert ball_diameter_mm(0.0) == 0.0
