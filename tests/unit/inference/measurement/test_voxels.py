"""Voxels of the original images from what was outlined in a cube, against a naive count."""

import numpy as np
import pytest

from inference.measurement.sampling import cube_around
from inference.measurement.segmenter import Segmentation
from inference.measurement.voxels import mask_nodule
from wetread.domain.geometry import Point, VolumeGeometry
from wetread.domain.volumes import CtVolume

GEOMETRY = VolumeGeometry(
    shape_zyx=(12, 30, 30),
    spacing_zyx_mm=(2.0, 0.7, 0.7),
    origin_lps_mm=(-10.0, -10.0, -12.0),
    direction_zyx=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
)
VOLUME = CtVolume(
    series_instance_uid="1.2.3",
    frame_of_reference_uid="1.2.4",
    hu=np.zeros(GEOMETRY.shape_zyx, np.int16),
    geometry=GEOMETRY,
    sop_instance_uids=tuple(f"1.2.3.{number}" for number in range(12)),
)


def outlined(center: Point, radius_mm: float, size: int = 40) -> Segmentation:
    """Return a sharp ball as a cube of half-millimetre voxels."""
    cube = cube_around(GEOMETRY, center, size=size, spacing_mm=0.5)
    places = cube.lps_from_voxel(np.stack(np.indices(cube.shape_zyx), axis=-1).astype(float))
    share = (np.linalg.norm(places - np.asarray(center), axis=-1) <= radius_mm).astype(np.float32)
    return Segmentation(share=share, hu=share, geometry=cube)


@pytest.mark.parametrize(
    "center", [(0.0, 0.0, 0.0), (-9.0, 8.0, -11.0), (9.5, 9.5, 10.0), (-10.0, 0.0, 3.3)]
)
def test_the_voxels_are_those_inside_even_at_the_edge_of_the_images(center: Point) -> None:
    mask = mask_nodule(outlined(center, 4.0), VOLUME)
    assert mask is not None
    everywhere = np.zeros(GEOMETRY.shape_zyx, bool)
    first = VOLUME.sop_instance_uids.index(mask.sop_instance_uids[0])
    z, rows, columns = mask.voxels.shape
    everywhere[
        first : first + z,
        mask.first_row : mask.first_row + rows,
        mask.first_column : mask.first_column + columns,
    ] = mask.voxels
    places = GEOMETRY.lps_from_voxel(np.stack(np.indices(GEOMETRY.shape_zyx), -1).astype(float))
    apart_mm = np.linalg.norm(places - np.asarray(center), axis=-1)
    assert everywhere[apart_mm <= 3.5].all()
    assert not everywhere[apart_mm >= 4.5].any()


def test_what_lies_between_the_voxels_has_no_mask() -> None:
    between = (-10.0 + 0.35, -10.0 + 0.35, 1.0)
    assert mask_nodule(outlined(between, 0.4), VOLUME) is None


def test_what_lies_outside_the_images_has_no_mask() -> None:
    assert mask_nodule(outlined((-60.0, 0.0, 0.0), 4.0), VOLUME) is None
