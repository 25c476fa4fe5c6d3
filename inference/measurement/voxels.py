"""The voxels of the original images that a nodule takes up."""

import numpy as np

from inference.measurement.sampling import sample
from inference.measurement.segmenter import Segmentation
from wetread.domain.geometry import VolumeGeometry, as_point
from wetread.domain.masks import NoduleMask
from wetread.domain.volumes import CtVolume


def mask_nodule(found: Segmentation, volume: CtVolume) -> NoduleMask | None:
    """Return the voxels whose centres lie inside the outline; None where there are none.

    They are more than half nodule in the sense of `Segmentation.level`, as the outline is drawn.
    """
    box, first = _box(found.geometry, volume.geometry)
    voxels = sample(found.share, found.geometry, box) > found.level
    if not voxels.any():
        return None
    inside = np.argwhere(voxels)
    low, high = inside.min(axis=0), inside.max(axis=0) + 1
    (z, row, column), end = first + low, int(first[0] + high[0])
    return NoduleMask(
        center_lps_mm=found.center_lps_mm,
        spacing_zyx_mm=volume.geometry.spacing_zyx_mm,
        sop_instance_uids=volume.sop_instance_uids[int(z) : end],
        first_row=int(row),
        first_column=int(column),
        voxels=voxels[low[0] : high[0], low[1] : high[1], low[2] : high[2]],
    )


def _box(
    cube: VolumeGeometry, geometry: VolumeGeometry
) -> tuple[VolumeGeometry, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return the voxels of a volume whose centres lie in a cube, and the first of them."""
    start = geometry.voxel_from_lps(np.asarray(cube.origin_lps_mm))
    steps = np.asarray(cube.spacing_zyx_mm) / np.asarray(geometry.spacing_zyx_mm)
    end = start + (np.asarray(cube.shape_zyx) - 1) * steps
    first = np.maximum(np.ceil(start), 0).astype(np.intp)
    last = np.minimum(np.floor(end), np.asarray(geometry.shape_zyx) - 1).astype(np.intp)
    z, y, x = (int(size) for size in np.maximum(last - first + 1, 1))
    box = VolumeGeometry(
        shape_zyx=(z, y, x),
        spacing_zyx_mm=geometry.spacing_zyx_mm,
        origin_lps_mm=as_point(geometry.lps_from_voxel(first.astype(float))),
        direction_zyx=geometry.direction_zyx,
    )
    return box, first
