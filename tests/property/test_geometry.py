import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.support.volumes import geometries
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.stack import describe_stack


@given(geometries(), st.tuples(*[st.floats(-50, 50)] * 3))
def test_voxels_and_points_map_onto_each_other(
    geometry: VolumeGeometry, voxel: tuple[float, float, float]
) -> None:
    point = geometry.lps_from_voxel(np.array(voxel))
    np.testing.assert_allclose(geometry.voxel_from_lps(point), voxel, atol=1e-6)


@given(geometries(), st.tuples(*[st.floats(-20, 20)] * 3), st.tuples(*[st.floats(-20, 20)] * 3))
def test_distances_are_those_of_the_spacing_whatever_the_orientation(
    geometry: VolumeGeometry, one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    ends = geometry.lps_from_voxel(np.array([one, other]))
    expected = (np.array(one) - np.array(other)) * geometry.spacing_zyx_mm
    np.testing.assert_allclose(
        np.linalg.norm(ends[0] - ends[1]), np.linalg.norm(expected), atol=1e-6
    )


@given(geometries(minimum=2, maximum=30), st.randoms(use_true_random=False))
def test_a_shuffled_stack_is_put_in_order(geometry: VolumeGeometry, random: object) -> None:
    count = geometry.shape_zyx[0]
    shuffled = list(range(count))
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis does not export its class
    positions = geometry.lps_from_voxel(np.array([[k, 0.0, 0.0] for k in shuffled]))
    _, column, row = geometry.direction_zyx
    stack = describe_stack([(*row, *column)] * count, positions)
    assert [shuffled[index] for index in stack.order] == list(range(count))
    np.testing.assert_allclose(stack.direction_zyx, geometry.direction_zyx, atol=1e-9)
    np.testing.assert_allclose(stack.first_position_lps_mm, geometry.origin_lps_mm, atol=1e-9)
    np.testing.assert_allclose(stack.spacing_mm, geometry.spacing_zyx_mm[0], rtol=1e-9)
    np.testing.assert_allclose(stack.coverage_mm, geometry.extent_zyx_mm[0], rtol=1e-9)
    assert stack.jitter_mm < 1e-6
    assert stack.deviation_mm < 1e-6
    assert stack.tilt_degrees < 1e-4
    assert (stack.gaps, stack.duplicates) == ((), ())
