"""The shape around a candidate, seen along rays from its centre.

Rays see what a classifier of nodules needs whatever the orientation: where the edge is, how
round it is, and through which openings (vessels) or onto which side (the wall) tissue goes on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.detection.classical.blobs import sample
from inference.detection.classical.lung_image import LungImage
from wetread.domain.geometry import FloatArray

DIRECTIONS = 128
STEPS = 25
REACH = 3.0  # rays end at this many radii
_RECENTRINGS = 3
_ROUGH_DIRECTIONS, _ROUGH_STEPS = 48, 16  # enough to find the middle
_BACKGROUND_PERCENTILE = 25
_LEAST_CONTRAST_HU = 40.0
_RADIUS_MM = (1.5, 22.0)
_CHUNK = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rays:
    """N candidates with M rays of K samples each.

    ``center`` (N, 3) voxels (z, y, x) of the 1 mm image; ``radius_mm`` (N,) median edge distance;
    ``hu`` (N, M, K), ``inside`` (N, M, K) closed lung; sample k lies at ``at`` (K,) radii.
    ``edge`` (N, M) is the edge distance in radii, REACH where the ray meets none; ``open_`` rays
    meet no edge within 1.8 radii, ``walled`` ones leave the lung before they do.
    """

    center: FloatArray
    radius_mm: FloatArray
    peak_hu: FloatArray
    background_hu: FloatArray
    hu: NDArray[np.float32]
    inside: NDArray[np.bool_]
    at: FloatArray
    edge: FloatArray
    open_: NDArray[np.bool_]
    walled: NDArray[np.bool_]


def directions(count: int = DIRECTIONS) -> FloatArray:
    """Return (count, 3) unit vectors spread evenly over the sphere (Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    z = 1 - 2 * index / count
    turn = np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - z**2)
    return np.stack([z, ring * np.sin(turn), ring * np.cos(turn)], axis=1)


def cast_rays(image: LungImage, center: FloatArray, radius_mm: FloatArray) -> Rays:
    """Cast rays from (N, 3) centres, moved to the middle of what the rays outline."""
    parts = [
        _cast(image, center[start : start + _CHUNK], radius_mm[start : start + _CHUNK])
        for start in range(0, max(len(center), 1), _CHUNK)
    ]
    names = [name for name in Rays.__slots__ if name != "at"]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Rays(at=parts[0].at, **joined)


def _cast(image: LungImage, center: FloatArray, radius_mm: FloatArray) -> Rays:
    center, radius = center.astype(float).copy(), np.clip(radius_mm, *_RADIUS_MM)
    start = center.copy()
    unit = directions(_ROUGH_DIRECTIONS)
    allowed = np.maximum(0.8 * radius, 1.5)[:, None]
    for _ in range(_RECENTRINGS):
        rays = _look(image, center, radius, unit, _ROUGH_STEPS)
        bounded = np.minimum(rays.edge, 1.6) * radius[:, None]
        shift = (bounded[..., None] * unit).mean(axis=1) * 1.5
        moved = center + np.clip(shift, -0.5 * radius[:, None], 0.5 * radius[:, None]) - start
        distance = np.linalg.norm(moved, axis=1, keepdims=True)
        center = start + moved * np.minimum(1, allowed / np.maximum(distance, 1e-6))
        radius = np.clip(np.median(bounded, axis=1), 0.6 * radius, 1.5 * radius)
        radius = np.clip(radius, *_RADIUS_MM)
    return _look(image, center, radius, directions(), STEPS)


def _look(
    image: LungImage, center: FloatArray, radius: FloatArray, unit: FloatArray, steps: int
) -> Rays:
    at = np.linspace(0, REACH, steps)
    points = center[:, None, None] + (radius[:, None] * at)[:, None, :, None] * unit[None, :, None]
    hu = sample(image.hu, points).astype(np.float32)
    nearest = np.rint(points).astype(int)
    upper = np.asarray(image.inside.shape) - 1
    within = np.all((nearest >= 0) & (nearest <= upper), axis=-1)
    z, y, x = np.moveaxis(np.clip(nearest, 0, upper), -1, 0)
    inside = image.inside[z, y, x] & within
    # A short way beyond the closed lung's surface is the surface's own error.
    core = at <= 0.4  # noqa: PLR2004 the inner part of the candidate
    peak = hu[:, :, core].mean(axis=(1, 2)).astype(float)
    around = np.where(inside & (at > 1.2), hu, np.nan)  # noqa: PLR2004 beyond the edge
    flat = around.reshape(len(hu), around.shape[1] * around.shape[2])
    empty = np.isnan(flat).all(axis=1)
    flat[empty] = -850.0
    background = np.nanpercentile(flat, _BACKGROUND_PERCENTILE, axis=1).astype(float)
    threshold = background + np.maximum(peak - background, _LEAST_CONTRAST_HU) / 2
    below = hu < threshold[:, None, None]
    left = ~inside & (at > 0.5)  # noqa: PLR2004 the centre may lie at the very surface
    edge_at = _first(below, at, hu, threshold)
    left_at = np.where(left.any(axis=2), at[np.argmax(left, axis=2)], np.inf)
    walled = left_at < edge_at
    edge = np.minimum(edge_at, np.where(walled, left_at, np.inf))
    return Rays(
        center=center,
        radius_mm=radius,
        peak_hu=peak,
        background_hu=background,
        hu=hu,
        inside=inside,
        at=at,
        edge=edge,
        open_=(edge > 1.8) & ~walled,  # noqa: PLR2004 see the class
        walled=walled,
    )


def _first(
    below: NDArray[np.bool_], at: FloatArray, hu: NDArray[np.float32], threshold: FloatArray
) -> FloatArray:
    """Return where each ray first goes below the threshold, between samples; else REACH."""
    index = np.argmax(below, axis=2)
    found = np.take_along_axis(below, index[..., None], axis=2)[..., 0]
    before = np.maximum(index - 1, 0)
    high = np.take_along_axis(hu, before[..., None], axis=2)[..., 0].astype(float)
    low = np.take_along_axis(hu, index[..., None], axis=2)[..., 0].astype(float)
    share = np.clip((high - threshold[:, None]) / np.maximum(high - low, 1.0), 0, 1)
    edge = at[before] + share * (at[index] - at[before])
    return np.where(found, edge, REACH)
