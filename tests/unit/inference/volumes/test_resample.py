from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import map_coordinates

from inference.volumes.resample import Box, resample_box, resample_encoded
from tests.support.volumes import geometries, grid, volume_of
from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.volumes import CtVolume

spacings = st.floats(0.5, 3.0)


def reference(volume: CtVolume, target: VolumeGeometry) -> np.ndarray:
    """Sample at the target's own points with SciPy, the border repeated."""
    voxels = np.stack(np.indices(target.shape_zyx), axis=-1).astype(float)
    at = volume.geometry.voxel_from_lps(target.lps_from_voxel(voxels))
    return map_coordinates(volume.hu.astype(float), np.moveaxis(at, -1, 0), order=1, mode="nearest")


@settings(deadline=None, max_examples=60)
@given(geometries(minimum=1, maximum=9), st.tuples(spacings, spacings, spacings), st.data())
def test_values_and_geometry_agree_with_scipy(
    geometry: VolumeGeometry, spacing: tuple[float, float, float], data: st.DataObject
) -> None:
    def span(size: int) -> slice:
        start = data.draw(st.integers(0, size - 1))
        return slice(start, data.draw(st.integers(start + 1, size)))

    volume = volume_of(geometry)
    nz, ny, nx = geometry.shape_zyx
    hu, target = resample_box(volume, (span(nz), span(ny), span(nx)), spacing)
    assert hu.dtype == np.float32
    assert hu.shape == target.shape_zyx
    np.testing.assert_allclose(hu, reference(volume, target), atol=0.02)


def test_the_same_spacing_gives_the_same_values() -> None:
    volume = volume_of(grid())
    hu, geometry = resample_box(volume, None, volume.geometry.spacing_zyx_mm)
    np.testing.assert_array_equal(hu, volume.hu)
    assert geometry == volume.geometry


def test_output_voxel_i_lies_at_box_start_plus_i_times_the_ratio() -> None:
    volume = volume_of(grid(spacing=(2.0, 0.5, 0.5)))
    box: Box = (slice(2, 6), slice(3, 9), slice(1, 8))
    hu, geometry = resample_box(volume, box, (1.0, 1.0, 1.0))
    assert hu.shape == (8, 3, 4)  # 4 × 2 mm, 6 × 0.5 mm, 7 × 0.5 mm rounded
    np.testing.assert_array_equal(hu[::2][:4], volume.hu[2:6, 3:9:2, 1:8:2])
    np.testing.assert_allclose(
        geometry.origin_lps_mm, volume.geometry.lps_from_voxel(np.array([2.0, 3.0, 1.0]))
    )


def test_a_box_sees_what_the_whole_sees() -> None:
    volume = volume_of(grid(shape=(8, 12, 12), spacing=(1.0, 1.0, 1.0)))
    whole, _ = resample_box(volume, None, (0.5, 0.5, 0.5))
    part, _ = resample_box(volume, (slice(2, 5), slice(3, 7), slice(4, 9)), (0.5, 0.5, 0.5))
    np.testing.assert_array_equal(part, whole[4:10, 6:14, 8:18])


@pytest.mark.parametrize(
    "box",
    [
        (slice(3, 3), slice(None), slice(None)),
        (slice(None), slice(20, 30), slice(None)),
        (slice(None), slice(None), slice(0, 8, 2)),
    ],
)
def test_a_box_without_voxels_is_refused(box: Box) -> None:
    with pytest.raises(VolumeError, match="holds no voxels"):
        resample_box(volume_of(grid()), box, (1.0, 1.0, 1.0))


@pytest.mark.parametrize("spacing", [0.0, -1.0, float("nan")])
def test_a_spacing_that_is_none_is_refused(spacing: float) -> None:
    with pytest.raises(VolumeError, match="spacing"):
        resample_box(volume_of(grid()), None, (1.0, spacing, 1.0))


def test_a_view_that_is_not_contiguous_is_read_right() -> None:
    volume = volume_of(grid())
    turned = replace(volume, hu=np.asfortranarray(volume.hu))
    one, _ = resample_box(volume, None, (1.0, 1.0, 1.0))
    other, _ = resample_box(turned, None, (1.0, 1.0, 1.0))
    np.testing.assert_array_equal(one, other)


@settings(deadline=None, max_examples=20)
@given(geometries(minimum=1, maximum=9))
def test_values_are_encoded_one_by_one(geometry: VolumeGeometry) -> None:
    volume = volume_of(geometry)
    hu, grid_of_hu = resample_box(volume, None, (1.0, 1.0, 1.0))

    values, grid_of_values = resample_encoded(volume, None, (1.0, 1.0, 1.0), encode=np.rint)

    np.testing.assert_array_equal(values, np.rint(hu))
    assert grid_of_values == grid_of_hu
