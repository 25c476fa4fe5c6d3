"""The box of a volume that holds the lungs, on an even grid."""

import numpy as np
from numpy.typing import NDArray

from inference.lungs import LungMask
from inference.volumes.resample import Box, resample_box
from wetread.domain.geometry import Point, VolumeGeometry
from wetread.domain.volumes import CtVolume


def resample_lung_box(
    volume: CtVolume, lungs: LungMask, *, margin_mm: float, spacing_zyx_mm: Point
) -> tuple[NDArray[np.float32], VolumeGeometry]:
    """Return HU (z, y, x) of the lungs' box with a margin on each face, and its grid."""
    box = lung_box(volume.geometry, lungs, margin_mm)
    return resample_box(volume, box, spacing_zyx_mm)


def lung_box(geometry: VolumeGeometry, lungs: LungMask, margin_mm: float) -> Box:
    """Return the voxels of a volume that hold the lungs and a margin, clipped to the volume."""
    corners = geometry.voxel_from_lps(np.stack(lungs.bounding_box_lps_mm(margin_mm)))
    lower = np.floor(corners.min(axis=0)).astype(int)
    upper = np.ceil(corners.max(axis=0)).astype(int) + 1
    z, y, x = (
        slice(max(0, int(start)), min(size, int(stop)))
        for start, stop, size in zip(lower, upper, geometry.shape_zyx, strict=True)
    )
    return z, y, x
