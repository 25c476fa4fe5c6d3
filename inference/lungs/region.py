"""Where in its lung something lies, as far as the lungs' outline tells."""

import numpy as np

from inference.lungs.mask import LungMask
from wetread.domain.findings import LungZone
from wetread.domain.geometry import Point

_CUT_SHARE = 0.25  # of a lung's largest cross-section: more at the last image, and it goes on there
_DEEPEST_MM = 80.0  # no point of a lung is that far from its surface
_FROM_THE_FEET = (LungZone.LOWER, LungZone.MIDDLE, LungZone.UPPER)


def zone_at(lungs: LungMask, point_lps_mm: Point) -> LungZone | None:
    """Return which third of the height of its lung a point (LPS mm) lies in.

    A zone is about a third of the height and no lobe (Salisbury NHS Foundation Trust, Radiology
    Masterclass, Lung zones): lobes end at fissures, which are not segmented here. The height is
    that along the axis of the images nearest to the patient's. None where the images cut the lung
    off, or it looks unlike one.
    """
    lung = lungs.mask & (lungs.sides == lungs.side_at(point_lps_mm))
    headwards = np.asarray(lungs.geometry.direction_zyx)[:, 2]
    axis = int(np.argmax(np.abs(headwards)))
    areas = lung.sum(axis=tuple({0, 1, 2} - {axis}))
    if not lungs.plausible or max(areas[0], areas[-1]) > _CUT_SHARE * areas.max():
        return None
    occupied = np.flatnonzero(areas)
    first, size = occupied[0], occupied[-1] - occupied[0] + 1
    index = lungs.geometry.voxel_from_lps(np.asarray(point_lps_mm))[axis]
    share = float((index - first + 0.5) / size)
    from_feet = share if headwards[axis] > 0 else 1 - share
    return _FROM_THE_FEET[int(np.clip(from_feet * 3, 0, 2))]


def surface_distance_mm(lungs: LungMask, center_lps_mm: Point, *, radius_mm: float) -> float | None:
    """Return how much lung lies between a ball and the nearest surface of its lung, at least 0.

    The surface is that of the closed lung: chest wall, diaphragm, mediastinum and a smooth hilum,
    no fissure. It is known to about one voxel of ``lungs``. None where the lungs look unlike
    lungs, or the images end before any surface is reached.
    """
    geometry = lungs.geometry
    spacing, shape = np.asarray(geometry.spacing_zyx_mm), np.asarray(geometry.shape_zyx)
    voxel = geometry.voxel_from_lps(np.asarray(center_lps_mm))
    low = np.clip(np.floor(voxel - _DEEPEST_MM / spacing).astype(int), 0, shape - 1)
    high = np.clip(np.ceil(voxel + _DEEPEST_MM / spacing).astype(int) + 1, 1, shape)
    box = tuple(slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    lung = lungs.mask[box] & (lungs.sides[box] == lungs.side_at(center_lps_mm))
    outside_mm = (np.argwhere(~lung) + low - voxel) * spacing
    depth_mm = float(np.linalg.norm(outside_mm, axis=1).min(initial=_DEEPEST_MM))
    to_faces_mm = np.minimum(voxel + 0.5, shape - 0.5 - voxel) * spacing
    if not lungs.plausible or float(to_faces_mm.min()) < depth_mm:
        return None
    # The surface runs between the last voxel of lung and the first outside.
    return max(0.0, depth_mm - float(spacing.mean()) / 2 - radius_mm)
