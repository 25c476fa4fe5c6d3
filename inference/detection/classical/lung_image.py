"""The lungs at one millimetre, with everything that is not lung taken away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.lungs import LungMask
from inference.volumes.resample import Box, resample_box
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.volumes import CtVolume

SPACING_MM = 1.0
_MARGIN_MM = 6.0
SMOOTHING_MM = 0.7  # makes soft and sharp kernels more alike
_FLOOR_HU, _CEILING_HU = -1000.0, 100.0  # contrast in vessels must not outshine a nodule
_WALL_HU = -850.0  # stands in for the chest wall and the mediastinum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LungImage:
    """HU on a 1 mm grid around the lungs.

    ``hu`` is clipped HU; ``inside`` the closed lungs; in ``filled`` all else has the HU of lung,
    so that a nodule at the wall stands out like any other.
    """

    hu: NDArray[np.float32]
    filled: NDArray[np.float32]
    inside: NDArray[np.bool_]
    geometry: VolumeGeometry


def resample_lungs(volume: CtVolume, lungs: LungMask) -> LungImage:
    """Return the lungs' box of a volume at 1 mm."""
    hu, geometry = resample_box(
        volume, _box(volume.geometry, lungs), (SPACING_MM, SPACING_MM, SPACING_MM)
    )
    np.clip(hu, _FLOOR_HU, _CEILING_HU, out=hu)
    hu = ndimage.gaussian_filter(hu, SMOOTHING_MM / SPACING_MM, truncate=3.0)
    inside = lungs.mask_on(geometry)
    return LungImage(
        hu=hu, filled=np.where(inside, hu, np.float32(_WALL_HU)), inside=inside, geometry=geometry
    )


def _box(geometry: VolumeGeometry, lungs: LungMask) -> Box:
    corners = geometry.voxel_from_lps(np.stack(lungs.bounding_box_lps_mm(_MARGIN_MM)))
    lower = np.floor(corners.min(axis=0)).astype(int)
    upper = np.ceil(corners.max(axis=0)).astype(int) + 1
    z, y, x = (
        slice(max(0, int(start)), min(size, int(stop)))
        for start, stop, size in zip(lower, upper, geometry.shape_zyx, strict=True)
    )
    return z, y, x
