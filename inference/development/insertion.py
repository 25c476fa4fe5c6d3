"""Real nodules put into other lungs, as positives in a known place."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from inference.development.sources import KnownFinding, NoduleCrop
from inference.lungs import LungMask
from wetread.domain.geometry import FloatArray, as_point
from wetread.domain.volumes import CtVolume

_DIAMETER_MM = (4.0, 30.0)
_SCALES = (0.75, 1.35)
_SOFTNESS_MM = 0.6
_APART_MM = 30.0
_AT_WALL_SHARE = 0.3
_ATTEMPTS = 400
_SUBSOLID_SHARE = 0.25  # more than among the crops


def insert_nodules(
    volume: CtVolume,
    lungs: LungMask,
    crops: Sequence[NoduleCrop],
    avoid: Sequence[KnownFinding],
    random: Generator,
) -> tuple[CtVolume, tuple[KnownFinding, ...]]:
    """Return the volume with the crops scaled, turned and blended in, and where they are.

    Nodules lie at least 30 mm apart and away from ``avoid``; crops for which no room is left are
    dropped. Three in ten touch the wall.
    """
    hu = volume.hu.copy()
    depth_mm = lung_depth_mm(lungs)
    taken = [np.asarray(finding.center_lps_mm) for finding in avoid]
    inserted: list[KnownFinding] = []
    for crop in crops:
        scale = float(np.exp(random.uniform(*np.log(_SCALES))))
        scale = float(np.clip(crop.diameter_mm * scale, *_DIAMETER_MM)) / crop.diameter_mm
        radius_mm = crop.diameter_mm * scale / 2
        at_wall = random.random() < _AT_WALL_SHARE
        center = free_place(lungs, depth_mm, radius_mm, taken, at_wall=at_wall, random=random)
        if center is None:
            continue
        if blend_crop(hu, volume, crop, center, scale, random):
            taken.append(center)
            inserted.append(
                KnownFinding(
                    center_lps_mm=as_point(center),
                    diameter_mm=2 * radius_mm,
                    is_nodule=True,
                    texture=crop.texture,
                )
            )
    return replace(volume, hu=hu), tuple(inserted)


def choose_crops(crops: Sequence[NoduleCrop], count: int, random: Generator) -> list[NoduleCrop]:
    """Return ``count`` different crops in random order, one in four of them not solid."""
    solid = [crop for crop in crops if crop.is_solid]
    subsolid = [crop for crop in crops if not crop.is_solid]
    other = round(count * _SUBSOLID_SHARE)
    chosen = [
        pool[int(index)]
        for pool, size in ((solid, count - other), (subsolid, other))
        for index in random.permutation(len(pool))[:size]
    ]
    return [chosen[int(index)] for index in random.permutation(len(chosen))]


def lung_depth_mm(lungs: LungMask) -> FloatArray:
    """Return how deep (z, y, x) each voxel lies in the lungs."""
    depth_mm: FloatArray = ndimage.distance_transform_edt(
        np.pad(lungs.mask, 1), sampling=lungs.geometry.spacing_zyx_mm
    )[1:-1, 1:-1, 1:-1]
    return depth_mm


def free_place(
    lungs: LungMask,
    depth_mm: FloatArray,
    radius_mm: float,
    taken: Sequence[FloatArray],
    *,
    at_wall: bool,
    random: Generator,
) -> FloatArray | None:
    """Return a place (3,) LPS mm for a ball, 30 mm from all ``taken``; None without room."""
    low, high = (0.5 * radius_mm, radius_mm) if at_wall else (radius_mm, np.inf)
    voxels = np.argwhere((depth_mm > low) & (depth_mm < high + 1.0))
    for _ in range(_ATTEMPTS if len(voxels) else 0):
        voxel = voxels[random.integers(len(voxels))] + random.uniform(-0.5, 0.5, 3)
        center = lungs.geometry.lps_from_voxel(voxel)
        if all(np.linalg.norm(center - other) > _APART_MM for other in taken):
            return center
    return None


def blend_crop(
    hu: NDArray[np.int16],
    volume: CtVolume,
    crop: NoduleCrop,
    center: FloatArray,
    scale: float,
    random: Generator,
) -> bool:
    """Mix one crop into ``hu`` in place; False where it would leave the volume."""
    turns, mirrored = int(random.integers(4)), bool(random.integers(2))
    values = np.rot90(crop.hu, turns, axes=(1, 2)).astype(np.float32)
    mask = np.rot90(crop.mask, turns, axes=(1, 2)).astype(np.float32)
    if mirrored:
        values, mask = values[:, :, ::-1], mask[:, :, ::-1]
    spacing = np.asarray(crop.spacing_zyx_mm)
    pad = [(2, 2)] * 3
    values, mask = np.pad(values, pad, mode="edge"), np.pad(mask, pad)
    weight = ndimage.gaussian_filter(mask, _SOFTNESS_MM / spacing)
    # Full weight up to the readers' outline, then a soft edge.
    weight = np.clip(weight * 2, 0, 1)
    middle = np.asarray(ndimage.center_of_mass(mask))
    half_mm = np.asarray(mask.shape) * spacing * scale / 2 + 1
    own = np.asarray(volume.geometry.spacing_zyx_mm)
    place = volume.geometry.voxel_from_lps(center)
    lower = np.floor(place - half_mm / own).astype(int)
    upper = np.ceil(place + half_mm / own).astype(int) + 1
    if np.any(lower < 0) or np.any(upper > hu.shape):
        return False
    box = tuple(slice(start, stop) for start, stop in zip(lower, upper, strict=True))
    grid = np.stack(np.meshgrid(*(np.arange(s.start, s.stop) for s in box), indexing="ij"))
    shift = (grid - place[:, None, None, None]) * (own / spacing / scale)[:, None, None, None]
    source = shift + middle[:, None, None, None]
    alpha = ndimage.map_coordinates(weight, source, order=1, mode="constant", cval=0)
    nodule = ndimage.map_coordinates(values, source, order=1, mode="nearest")
    hu[box] = np.rint((1 - alpha) * hu[box] + alpha * nodule).astype(np.int16)
    return True
