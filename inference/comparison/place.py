"""What a scan shows at the place where a nodule of the other scan should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.lungs import LungMask
from inference.volumes.resample import resample_box
from wetread.domain.findings import Measurement, NoduleType
from wetread.domain.geometry import FloatArray, Point, as_point, ball_diameter_mm
from wetread.domain.volumes import CtVolume

_REACH_IN_ERRORS = 1.5  # how far from its place a nodule is looked for
_GRID_MM = 1.0
_SOFT_TISSUE_HU = {
    NoduleType.SOLID: -400.0,
    NoduleType.PART_SOLID: -600.0,
    NoduleType.GROUND_GLASS: -700.0,
}
_CORE_SHARE = 0.6  # of the nodule's radius: what is thinner is a vessel or a fissure
_VOLUME_RATIO = 4.0
_LONGEST_OVER_SHORTEST = 2.0  # longer is a vessel
_KNOWN_MARGIN_MM = 2.0
_FEWEST_VOXELS = 8


class Place(Enum):
    """What can be said of a place in a scan."""

    NOT_COVERED = auto()  # outside the images
    UNCLEAR = auto()  # at their edge, far from lung, or something like the nodule is there
    EMPTY = auto()  # the scan shows the place, and nothing like the nodule


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was seen at a place, and where the structures like the nodule lie, nearest first."""

    place: Place
    alike_lps_mm: tuple[Point, ...] = ()


def reach_mm(error_mm: float) -> float:
    """Return how far from its mapped place a nodule is looked for."""
    return _REACH_IN_ERRORS * error_mm


def is_similar_volume(one_mm3: float, other_mm3: float) -> bool:
    """Tell whether one nodule may have either volume at two times."""
    return 1 / _VOLUME_RATIO <= one_mm3 / other_mm3 <= _VOLUME_RATIO if other_mm3 > 0 else False


def look_at_place(
    volume: CtVolume,
    lungs: LungMask,
    place_lps_mm: Point,
    *,
    nodule: Measurement,
    known: Sequence[Measurement],
    error_mm: float,
) -> Look:
    """Tell what a scan shows where ``nodule`` of the other scan should be, give or take the error.

    ``known`` are the nodules detected in this scan: they are accounted for and not seen again.
    """
    if not volume.geometry.contains(place_lps_mm):
        return Look(place=Place.NOT_COVERED)
    reach = reach_mm(error_mm)
    alike = _find_alike(volume, lungs, place_lps_mm, nodule=nodule, known=known, reach_mm=reach)
    at_edge = not volume.geometry.contains(place_lps_mm, margin_mm=error_mm)
    if at_edge or alike or _distance_to_lung_mm(lungs, place_lps_mm) > reach:
        return Look(place=Place.UNCLEAR, alike_lps_mm=alike)
    return Look(place=Place.EMPTY)


def _distance_to_lung_mm(lungs: LungMask, place_lps_mm: Point) -> float:
    points = lungs.geometry.lps_from_voxel(np.argwhere(lungs.mask).astype(float))
    return float(np.linalg.norm(points - np.asarray(place_lps_mm), axis=1).min(initial=np.inf))


def _find_alike(
    volume: CtVolume,
    lungs: LungMask,
    place_lps_mm: Point,
    *,
    nodule: Measurement,
    known: Sequence[Measurement],
    reach_mm: float,
) -> tuple[Point, ...]:
    """Return the centres of compact structures of similar volume within reach, nearest first.

    Dense tissue inside the closed lungs is opened with a ball of a part of the nodule's radius:
    vessels fall away, or stay longer than a nodule is.
    """
    diameter_mm = ball_diameter_mm(nodule.volume_mm3)
    hu, points = _surroundings(volume, place_lps_mm, reach_mm + diameter_mm)
    dense = (hu > _SOFT_TISSUE_HU[nodule.type]) & _in_lungs(lungs, points)
    for one in known:
        away_mm = np.linalg.norm(points - np.asarray(one.center_lps_mm), axis=-1)
        dense &= away_mm > one.long_axis_mm / 2 + _KNOWN_MARGIN_MM
    labels, count = ndimage.label(_opened(dense, _CORE_SHARE * diameter_mm / 2 / _GRID_MM))
    found: list[tuple[float, Point]] = []
    for label in range(1, count + 1):
        part = points[labels == label]
        alike = is_similar_volume(len(part) * _GRID_MM**3, nodule.volume_mm3)
        center = part.mean(axis=0)
        away_mm = float(np.linalg.norm(center - np.asarray(place_lps_mm)))
        if alike and away_mm <= reach_mm and len(part) >= _FEWEST_VOXELS and _is_compact(part):
            found.append((away_mm, as_point(center)))
    return tuple(center for _, center in sorted(found))


def _surroundings(
    volume: CtVolume, place_lps_mm: Point, half_mm: float
) -> tuple[NDArray[np.float32], FloatArray]:
    """Return HU (z, y, x) in a cube around a place, and the LPS mm (z, y, x, 3) of its voxels."""
    geometry = volume.geometry
    voxel = geometry.voxel_from_lps(np.asarray(place_lps_mm))
    half = half_mm / np.asarray(geometry.spacing_zyx_mm)
    low = np.maximum(np.floor(voxel - half), 0).astype(int)
    high = np.minimum(np.ceil(voxel + half) + 1, geometry.shape_zyx).astype(int)
    z, y, x = (slice(int(start), int(stop)) for start, stop in zip(low, high, strict=True))
    hu, grid = resample_box(volume, (z, y, x), (_GRID_MM,) * 3)
    indices = np.indices(hu.shape).astype(np.float64)
    return hu, grid.lps_from_voxel(np.moveaxis(indices, 0, -1))


def _in_lungs(lungs: LungMask, points_lps_mm: FloatArray) -> NDArray[np.bool_]:
    voxels = np.moveaxis(lungs.geometry.voxel_from_lps(points_lps_mm), -1, 0)
    inside: NDArray[np.bool_] = ndimage.map_coordinates(
        lungs.mask.astype(np.uint8), voxels, order=0, mode="constant"
    ).astype(bool)
    return inside


def _opened(dense: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """Return the union of all balls of a radius (voxels) that fit into what is dense."""
    core: NDArray[np.bool_] = ndimage.distance_transform_edt(dense) >= radius
    if not core.any():
        return core
    opened: NDArray[np.bool_] = ndimage.distance_transform_edt(~core) < radius
    return opened


def _is_compact(points_mm: FloatArray) -> bool:
    """Tell whether the longest principal axis is not much longer than the shortest."""
    within_voxel = np.eye(3) * _GRID_MM**2 / 12
    shortest, _, longest = np.linalg.eigvalsh(np.cov(points_mm.T) + within_voxel)
    return bool(longest <= _LONGEST_OVER_SHORTEST**2 * shortest)
