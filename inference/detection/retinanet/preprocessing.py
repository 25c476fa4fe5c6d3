"""A volume as the network was trained to see it: axes to right, anterior, superior; 0 to 1."""

from dataclasses import dataclass, replace
from itertools import permutations
from typing import Final

import numpy as np
import torch
from torch import Tensor

from inference.detection.retinanet.configuration import SPACING_ZYX_MM
from inference.volumes.resample import resample_box
from wetread.domain.geometry import VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

_FLOOR_HU, _CEILING_HU = -1024.0, 300.0
_SUPERIOR_ANTERIOR_RIGHT: Final = ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))  # LPS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkImage:
    """``values`` (x, y, z) from 0 to 1; ``geometry`` of the same voxels as (z, y, x)."""

    values: Tensor
    geometry: VolumeGeometry


def prepare_image(volume: CtVolume) -> NetworkImage:
    """Return a volume after the bundle's Orientationd, Spacingd and ScaleIntensityRanged."""
    oriented = orient_to_ras(volume)
    sizes, spacings = oriented.geometry.shape_zyx, oriented.geometry.spacing_zyx_mm
    depth, height, width = (
        round((size - 1) * old / new + 1)
        for size, old, new in zip(sizes, spacings, SPACING_ZYX_MM, strict=True)
    )
    hu, geometry = resample_box(oriented, None, SPACING_ZYX_MM, (depth, height, width))
    hu -= _FLOOR_HU
    hu /= _CEILING_HU - _FLOOR_HU
    np.clip(hu, 0.0, 1.0, out=hu)
    return NetworkImage(values=torch.from_numpy(hu).permute(2, 1, 0), geometry=geometry)


def orient_to_ras(volume: CtVolume) -> CtVolume:
    """Return a view of a volume whose z, y, x run to superior, anterior and right.

    Axes are swapped and flipped, never turned by less: each goes to what it is nearest to.
    """
    source = volume.geometry
    likeness = np.asarray(_SUPERIOR_ANTERIOR_RIGHT) @ np.asarray(source.direction_zyx).T
    order = max(permutations(range(3)), key=lambda axes: sum(abs(likeness[range(3), list(axes)])))
    turn = np.sign(likeness[range(3), list(order)])
    last = np.asarray(source.shape_zyx) - 1
    first = np.zeros(3)
    first[list(order)] = np.where(turn < 0, last[list(order)], 0)
    z, y, x = order
    geometry = VolumeGeometry(
        shape_zyx=(source.shape_zyx[z], source.shape_zyx[y], source.shape_zyx[x]),
        spacing_zyx_mm=(
            source.spacing_zyx_mm[z],
            source.spacing_zyx_mm[y],
            source.spacing_zyx_mm[x],
        ),
        origin_lps_mm=as_point(source.lps_from_voxel(first)),
        direction_zyx=(
            as_point(turn[0] * np.asarray(source.direction_zyx[z])),
            as_point(turn[1] * np.asarray(source.direction_zyx[y])),
            as_point(turn[2] * np.asarray(source.direction_zyx[x])),
        ),
    )
    steps = tuple(slice(None, None, int(one)) for one in turn)
    return replace(volume, hu=volume.hu.transpose(order)[steps], geometry=geometry)
