"""How far the map is off where something in the lungs can be recognised again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.registration.grids import LungGrid, voxel_centers_lps
from inference.registration.maps import PointMap
from wetread.domain.geometry import FloatArray

_CELL_MM = 24.0  # one place is looked at in each cell of this size
_PATCH_VOXELS = 3  # on each side of the middle
_REACH_VOXELS = 4  # how far around the mapped place the same thing is looked for
_LEAST_LIKENESS = 0.5  # correlation of two patches that may show the same thing
_TEXTURE_HU = (-950.0, -200.0)
_LUNG_VOXELS = 3.0
_INSIDE_MM = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """What was found when looking around the mapped places of vessels and fissures."""

    places: int
    recognised: float  # share of the places at which something alike was found
    median_mm: float  # from the mapped place to what is most alike; NaN without any place


def measure_residual(fixed: LungGrid, moving: LungGrid, moving_from_fixed: PointMap) -> Residual:
    """Search a neighbourhood of each mapped place for the patch that is most alike.

    It looks at the images alone and in another way than any fit does; a map that leads anywhere
    in another patient's lungs is found out by what is not recognised, or found elsewhere.
    """
    points = voxel_centers_lps(fixed.geometry).reshape(-1, 3)
    voxels = moving.geometry.voxel_from_lps(moving_from_fixed(points)).T
    shape = fixed.hu.shape
    moved_hu = ndimage.map_coordinates(moving.hu, voxels, order=1, mode="nearest").reshape(shape)
    last = np.asarray(moving.hu.shape)[:, None] - 1
    seen = np.all((voxels >= 0) & (voxels <= last), axis=0).reshape(shape)
    places = _places(fixed, seen)
    if len(places) == 0:
        return Residual(places=0, recognised=0.0, median_mm=np.nan)
    offsets, likeness = _most_alike(_texture(fixed.hu), _texture(moved_hu), places)
    away_mm = np.linalg.norm(offsets, axis=1) * fixed.spacing_mm
    return Residual(
        places=len(places),
        recognised=float((likeness >= _LEAST_LIKENESS).mean()),
        median_mm=float(np.median(away_mm)),
    )


def _texture(hu: NDArray[np.float32]) -> NDArray[np.float32]:
    clipped = np.clip(hu, *_TEXTURE_HU)
    texture: NDArray[np.float32] = clipped - ndimage.gaussian_filter(clipped, _LUNG_VOXELS)
    return texture


def _places(fixed: LungGrid, seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return voxels (n, 3) deep in the lungs, in each cell the one with the most around it."""
    inside = ndimage.distance_transform_edt(fixed.lungs & seen, sampling=fixed.spacing_mm)
    contrast = ndimage.uniform_filter(_texture(fixed.hu) ** 2, 2 * _PATCH_VOXELS + 1)
    contrast[inside < _INSIDE_MM] = 0.0
    border = _PATCH_VOXELS + _REACH_VOXELS
    inner = np.zeros(contrast.shape, dtype=bool)
    inner[(slice(border, -border),) * 3] = True
    contrast[~inner] = 0.0
    edge = round(_CELL_MM / fixed.spacing_mm)
    voxels: NDArray[np.intp] = np.argwhere(contrast > 0)
    cells = np.ravel_multi_index((voxels // edge).T, np.asarray(contrast.shape) // edge + 1)
    order: NDArray[np.intp] = np.lexsort((-contrast[tuple(voxels.T)], cells))
    ordered: NDArray[np.intp] = np.asarray(cells)[order]
    first = np.unique(ordered, return_index=True)[1]
    chosen: NDArray[np.intp] = voxels[order[first]]
    return chosen


def _most_alike(
    fixed: NDArray[np.float32], moved: NDArray[np.float32], places: NDArray[np.intp]
) -> tuple[FloatArray, FloatArray]:
    """Return the offset (n, 3) in voxels, and the correlation, of the best patch for each place."""
    patches = _normalised(_cut(fixed, places, _PATCH_VOXELS))
    around = _cut(moved, places, _PATCH_VOXELS + _REACH_VOXELS)
    size, span = 2 * _PATCH_VOXELS + 1, 2 * _REACH_VOXELS + 1
    scores = np.empty((len(places), span, span, span))
    for z, y, x in np.ndindex(span, span, span):
        window = around[:, z : z + size, y : y + size, x : x + size]
        scores[:, z, y, x] = (patches * _normalised(window)).sum(axis=(1, 2, 3))
    flat = scores.reshape(len(scores), -1)
    peaks = np.stack(np.unravel_index(flat.argmax(axis=1), (span,) * 3), axis=1)
    offsets = np.stack([_refined(score, peak) for score, peak in zip(scores, peaks, strict=True)])
    return offsets - _REACH_VOXELS, flat.max(axis=1)


def _cut(image: NDArray[np.float32], places: NDArray[np.intp], half: int) -> NDArray[np.float32]:
    cubes = [
        image[tuple(slice(int(at) - half, int(at) + half + 1) for at in place)] for place in places
    ]
    return np.stack(cubes)


def _normalised(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return patches (n, z, y, x) of mean 0 and length 1."""
    centered = patches - patches.mean(axis=(1, 2, 3), keepdims=True)
    length = np.sqrt((centered**2).sum(axis=(1, 2, 3), keepdims=True))
    normalised: NDArray[np.float32] = centered / np.maximum(length, 1.0)
    return normalised


def _refined(score: FloatArray, peak: NDArray[np.intp]) -> FloatArray:
    """Return the top of the parabola through a peak and its neighbours, axis by axis."""
    refined = peak.astype(float)
    for axis, at in enumerate(peak):
        if 0 < at < score.shape[axis] - 1:
            line = np.moveaxis(score, axis, 0)[(slice(None), *np.delete(peak, axis))]
            below, top, above = line[at - 1 : at + 2]
            bow = below - 2 * top + above
            refined[axis] += (below - above) / (2 * bow) if bow < 0 else 0.0
    return refined
