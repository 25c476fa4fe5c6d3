"""Nodules with the readers' mask, ready to be shown in other surroundings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.development.sources import NoduleCrop
from wetread.domain.geometry import FloatArray

_FLOOR_HU, _CEILING_HU = -1024, 1500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MaskedNodule:
    """HU around a nodule and the readers' mask on the same grid, axes z, y, x.

    ``beyond_mm`` is the distance to the mask; ``center_zyx`` the mask's centre in voxels.
    """

    name: str
    patient: str
    texture: int  # 1 ground-glass to 5 solid
    hu: NDArray[np.float32]
    mask: NDArray[np.float32]
    beyond_mm: NDArray[np.float32]
    center_zyx: FloatArray
    spacing_mm: FloatArray
    diameter_mm: float


def prepare_nodule(crop: NoduleCrop) -> MaskedNodule:
    """Return a crop with what its insertion needs."""
    spacing = np.asarray(crop.spacing_zyx_mm)
    beyond = ndimage.distance_transform_edt(~crop.mask, sampling=spacing)
    return MaskedNodule(
        name=crop.name,
        patient=crop.patient,
        texture=crop.texture,
        hu=np.clip(crop.hu, _FLOOR_HU, _CEILING_HU).astype(np.float32),
        mask=crop.mask.astype(np.float32),
        beyond_mm=beyond.astype(np.float32),
        center_zyx=np.asarray(ndimage.center_of_mass(crop.mask)),
        spacing_mm=spacing,
        diameter_mm=crop.diameter_mm,
    )
