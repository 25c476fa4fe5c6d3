"""The trachea and the main bronchi: air that is not lung."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wetread.domain.geometry import VolumeGeometry

_AIRWAY_HU = -850.0  # blurred on the coarse grid, the lumen stays below this and most lung above
_TRACHEA_MM2 = (50.0, 700.0)
_BRANCH_MM2 = 350.0  # a larger cut is lung into which the tracking has leaked
_LONGEST_OVER_SHORTEST = 2.5
_CARINA_BELOW_MM = 160.0
_SHORTEST_MM = 30.0


def track_airways(
    coarse_hu: NDArray[np.float32], air: NDArray[np.bool_], geometry: VolumeGeometry
) -> NDArray[np.bool_]:
    """Return the trachea and main bronchi, followed slice by slice from the head downwards.

    ``air`` is all air inside the body. Where no trachea is seen the result is empty: airways
    left in the lung mask cost nothing but time.
    """
    lumen = air & (coarse_hu < _AIRWAY_HU)
    headwards_up = geometry.direction_zyx[0][2] > 0
    downwards = lumen[::-1] if headwards_up else lumen
    occupied = np.flatnonzero(air.any(axis=(0, 1)))
    tracked = np.zeros_like(lumen)
    if occupied.size:
        middle = (float(occupied[0] + occupied[-1]) / 2, 0.2 * float(np.ptp(occupied) + 1))
        start = 0
        while start < len(downwards):
            tracked, start = _track(downwards, start, geometry.spacing_zyx_mm, middle)
            if tracked.any(axis=(1, 2)).sum() * geometry.spacing_zyx_mm[0] >= _SHORTEST_MM:
                break
            tracked[:] = False  # a gas bubble of the oesophagus, or noise
    return tracked[::-1] if headwards_up else tracked


def _track(
    downwards: NDArray[np.bool_],
    start: int,
    spacing_zyx_mm: tuple[float, float, float],
    middle: tuple[float, float],
) -> tuple[NDArray[np.bool_], int]:
    """Follow the first trachea-like cut at or below ``start``; also return where it ended."""
    tracked = np.zeros_like(downwards)
    previous: NDArray[np.bool_] | None = None
    followed_mm = 0.0
    for z in range(start, len(downwards)):
        labels, _ = ndimage.label(downwards[z])
        chosen = np.zeros_like(downwards[z])
        for label, box in enumerate(ndimage.find_objects(labels), start=1):
            part = labels[box] == label
            if previous is None:
                accepted = _is_trachea(part, box, spacing_zyx_mm, middle)
            else:
                area_mm2 = float(part.sum()) * spacing_zyx_mm[1] * spacing_zyx_mm[2]
                limit = _TRACHEA_MM2[1] if followed_mm < _CARINA_BELOW_MM else _BRANCH_MM2
                accepted = area_mm2 <= limit and bool((part & previous[box]).any())
            if accepted:
                chosen[box] |= part
        if chosen.any():
            tracked[z] = previous = chosen
            followed_mm += spacing_zyx_mm[0]
        elif previous is not None:
            return tracked, z
    return tracked, len(downwards)


def _is_trachea(
    part: NDArray[np.bool_],
    box: tuple[slice, slice],
    spacing_zyx_mm: tuple[float, float, float],
    middle: tuple[float, float],
) -> bool:
    """Tell whether one cut has the size, the roundness and the place of a trachea."""
    _, spacing_y, spacing_x = spacing_zyx_mm
    sides_mm = (part.shape[0] * spacing_y, part.shape[1] * spacing_x)
    off_middle = abs((box[1].start + box[1].stop - 1) / 2 - middle[0])
    return (
        _TRACHEA_MM2[0] <= float(part.sum()) * spacing_y * spacing_x <= _TRACHEA_MM2[1]
        and off_middle <= middle[1]
        and max(sides_mm) <= _LONGEST_OVER_SHORTEST * min(sides_mm)
    )
