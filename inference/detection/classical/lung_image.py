"""The lungs at one millimetre, with everything that is not lung taken away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.detection.lung_grid import resample_lung_box
from inference.lungs import LungMask
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
    hu, geometry = resample_lung_box(
        volume, lungs, margin_mm=_MARGIN_MM, spacing_zyx_mm=(SPACING_MM,) * 3
    )
    np.clip(hu, _FLOOR_HU, _CEILING_HU, out=hu)
    hu = ndimage.gaussian_filter(hu, SMOOTHING_MM / SPACING_MM, truncate=3.0)
    inside = lungs.mask_on(geometry)
    return LungImage(
        hu=hu, filled=np.where(inside, hu, np.float32(_WALL_HU)), inside=inside, geometry=geometry
    )
