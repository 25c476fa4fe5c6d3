"""Dilation and closing with a ball in mm, eight voxels at a time.

A ball of many voxels is the union of rods along x, each shifted in y and z: the mask is widened
once per rod length, packed to bits, and the shifted copies are joined. For the radii that lungs
are closed with, this takes a tenth of the time of a distance transform, and gives the same voxels.
"""

from math import sqrt
from typing import TypeAlias

import cc3d
import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import Point

_Mask: TypeAlias = NDArray[np.bool_]
_ROUNDING = 1e-9  # a voxel exactly on the ball's surface belongs to it


def dilate(mask: _Mask, radius_mm: float, spacing_zyx_mm: Point) -> _Mask:
    """Return every voxel (z, y, x) that lies within ``radius_mm`` of one of the mask.

    Nothing lies beyond the faces of the array.
    """
    squared = (radius_mm / np.asarray(spacing_zyx_mm)) ** 2 * (1 + _ROUNDING)
    reach_z, reach_y, reach_x = (int(sqrt(one)) for one in squared)
    rods = _widened_along_x(mask, reach_x)
    joined = np.zeros_like(rods[0])
    for dz in range(-reach_z, reach_z + 1):
        for dy in range(-reach_y, reach_y + 1):
            rest = 1 - dz**2 / squared[0] - dy**2 / squared[1]
            if rest >= 0:
                (to_z, from_z), (to_y, from_y) = _shift(dz), _shift(dy)
                joined[to_z, to_y] |= rods[int(sqrt(rest * squared[2]))][from_z, from_y]
    return np.unpackbits(joined, axis=2, count=mask.shape[2]).view(np.bool_)


def close(mask: _Mask, radius_mm: float, spacing_zyx_mm: Point) -> _Mask:
    """Return the mask closed with a ball, and its holes filled.

    So that it closes like in the open, the array must reach a ball's radius beyond the mask.
    """
    grown = dilate(mask, radius_mm, spacing_zyx_mm)
    return fill_holes(mask | ~dilate(~grown, radius_mm, spacing_zyx_mm))


def fill_holes(mask: _Mask) -> _Mask:
    """Return the mask with what its faces (6-neighbourhood) keep from the array's own filled."""
    ringed = np.pad(~mask, 1, constant_values=True)
    labels = cc3d.connected_components(ringed, connectivity=6)
    filled: _Mask = labels[1:-1, 1:-1, 1:-1] != labels[0, 0, 0]
    return filled


def _widened_along_x(mask: _Mask, reach: int) -> list[NDArray[np.uint8]]:
    """Return the mask, packed along x, widened by 0, 1, … ``reach`` voxels to both sides."""
    wide = mask.copy()
    packed = [np.packbits(wide, axis=2)]
    for dx in range(1, reach + 1):
        for to, taken in (_shift(dx), _shift(-dx)):
            wide[..., to] |= mask[..., taken]
        packed.append(np.packbits(wide, axis=2))
    return packed


def _shift(step: int) -> tuple[slice, slice]:
    """Return where to put, and what to take, to move an axis by ``step`` voxels."""
    if step >= 0:
        return slice(step, None), slice(None, -step or None)
    return slice(None, step), slice(-step, None)
