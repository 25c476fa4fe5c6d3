from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.measurement.sampling import cube_around, sample
from tests.support.volumes import geometries, grid
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point


def linear(points_lps_mm: FloatArray) -> FloatArray:
    return np.asarray(points_lps_mm @ np.asarray([0.7, -1.1, 0.4]) + 3)


def values_of(geometry: VolumeGeometry) -> FloatArray:
    voxels = np.stack(np.indices(geometry.shape_zyx), axis=-1).astype(float)
    return linear(geometry.lps_from_voxel(voxels))


@given(geometry=geometries(minimum=3), share=st.floats(0.3, 0.7), data=st.data())
def test_what_is_linear_in_space_is_sampled_exactly(
    geometry: VolumeGeometry, share: float, data: st.DataObject
) -> None:
    size = data.draw(st.integers(2, 4))
    edges = zip(geometry.shape_zyx, geometry.spacing_zyx_mm, strict=True)
    extent = min((n - 1) * s for n, s in edges)
    middle = geometry.lps_from_voxel((np.asarray(geometry.shape_zyx) - 1) / 2)
    cube = cube_around(geometry, as_point(middle), size=size, spacing_mm=share * extent / size)

    assert sample(values_of(geometry), geometry, cube) == pytest.approx(values_of(cube), abs=1e-2)


def test_the_border_is_repeated() -> None:
    geometry = grid((2, 3, 4), (1.0, 1.0, 1.0))
    beyond = replace(geometry, origin_lps_mm=as_point(geometry.lps_from_voxel(np.full(3, 9.0))))
    values = np.arange(24, dtype=np.int16).reshape(2, 3, 4)

    assert np.all(sample(values, geometry, beyond) == 23)


def test_a_single_slice_is_sampled_too() -> None:
    geometry = grid((1, 3, 4), (1.0, 1.0, 1.0))
    values = np.arange(12, dtype=np.int16).reshape(1, 3, 4)

    assert np.array_equal(sample(values, geometry, geometry), values)
