"""Many tapering rods drawn into one slice: vessels, bronchi, bones."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.phantom.shapes import Field
from wetread.domain.geometry import FloatArray, VolumeGeometry

_WINDOWS_PX = (8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024)
_FLAT_MM = 1e-6  # a rod that climbs less lies in the slice

Pixels: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Capsules:
    """Rods with round ends: (n, 3) end points and (n,) radii at both, mm."""

    start: FloatArray
    end: FloatArray
    start_radius_mm: FloatArray
    end_radius_mm: FloatArray

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Capsules":
        return Capsules(
            start=self.start[chosen],
            end=self.end[chosen],
            start_radius_mm=self.start_radius_mm[chosen],
            end_radius_mm=self.end_radius_mm[chosen],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Touched:
    """Pixels near the rods, once for each rod: where, how far from its surface, how thick it is."""

    pixel: Pixels  # flat index into the slice
    distance_mm: Field  # negative inside
    radius_mm: Field


def chain(points: FloatArray, radii_mm: FloatArray) -> Capsules:
    """Join (n, 3) points to n - 1 rods."""
    return Capsules(
        start=points[:-1],
        end=points[1:],
        start_radius_mm=radii_mm[:-1],
        end_radius_mm=radii_mm[1:],
    )


def joined(parts: list[Capsules]) -> Capsules:
    """Put several sets of rods into one."""
    return Capsules(
        start=np.concatenate([part.start for part in parts]),
        end=np.concatenate([part.end for part in parts]),
        start_radius_mm=np.concatenate([part.start_radius_mm for part in parts]),
        end_radius_mm=np.concatenate([part.end_radius_mm for part in parts]),
    )


def touched(capsules: Capsules, geometry: VolumeGeometry, k: int, *, margin_mm: float) -> Touched:
    """Find the pixels of slice ``k`` within ``margin_mm`` of each rod's surface."""
    axes = np.asarray(geometry.direction_zyx)
    origin = np.asarray(geometry.origin_lps_mm)
    start, end = (capsules.start - origin) @ axes.T, (capsules.end - origin) @ axes.T
    level = k * geometry.spacing_zyx_mm[0]
    reach = np.maximum(capsules.start_radius_mm, capsules.end_radius_mm) + margin_mm
    near = (np.minimum(start[:, 0], end[:, 0]) - reach < level) & (
        np.maximum(start[:, 0], end[:, 0]) + reach > level
    )
    spacing = np.asarray(geometry.spacing_zyx_mm[1:])
    low, high = _windows_px(start[near], end[near], reach[near], level, spacing)
    sizes = (high - low).max(axis=1, initial=0)
    found = []
    for smaller, size in zip((0, *_WINDOWS_PX), _WINDOWS_PX, strict=False):
        chosen = (sizes > smaller) & (sizes <= size)
        if chosen.any():
            rods = capsules[near][chosen]
            at = start[near][chosen], end[near][chosen], low[chosen]
            found.append(_distances(rods, *at, size, level, geometry, margin_mm))
    nothing = np.empty(0, np.float32)
    return Touched(
        pixel=np.concatenate([np.empty(0, np.intp), *(part.pixel for part in found)]),
        distance_mm=np.concatenate([nothing, *(part.distance_mm for part in found)]),
        radius_mm=np.concatenate([nothing, *(part.radius_mm for part in found)]),
    )


def _windows_px(
    start: FloatArray, end: FloatArray, reach: FloatArray, level: float, spacing: FloatArray
) -> tuple[Pixels, Pixels]:
    """Bound the part of each rod that the slice can see: first and beyond-last (row, column)."""
    run = end - start
    flat = np.abs(run[:, 0]) < _FLAT_MM
    climb = np.where(flat, _FLAT_MM, run[:, 0])
    t = np.stack([(level - reach - start[:, 0]) / climb, (level + reach - start[:, 0]) / climb])
    t = np.clip(t, 0, 1)
    t[0, flat], t[1, flat] = 0, 1
    places = start[None, :, 1:] + t[:, :, None] * run[None, :, 1:]
    low = np.floor((places.min(axis=0) - reach[:, None]) / spacing).astype(np.intp)
    high = np.ceil((places.max(axis=0) + reach[:, None]) / spacing).astype(np.intp) + 1
    return low, high


def _distances(
    rods: Capsules,
    start: FloatArray,
    end: FloatArray,
    low: Pixels,
    size: int,
    level: float,
    geometry: VolumeGeometry,
    margin_mm: float,
) -> Touched:
    """Measure square windows of ``size`` pixels, all rods at once."""
    rows, columns = geometry.shape_zyx[1:]
    steps = np.arange(size)
    row, column = low[:, :1] + steps, low[:, 1:] + steps
    first, run = start.astype(np.float32), (end - start).astype(np.float32)
    dz = (np.float32(level) - first[:, 0])[:, None, None]
    dy = (row * np.float32(geometry.spacing_zyx_mm[1]) - first[:, 1:2])[:, :, None]
    dx = (column * np.float32(geometry.spacing_zyx_mm[2]) - first[:, 2:3])[:, None, :]
    rz, ry, rx = (run[:, axis, None, None] for axis in range(3))
    length2 = np.maximum(rz * rz + ry * ry + rx * rx, np.float32(1e-12))
    t = np.clip((dz * rz + dy * ry + dx * rx) / length2, 0, 1).astype(np.float32)
    distance = np.sqrt((dz - t * rz) ** 2 + (dy - t * ry) ** 2 + (dx - t * rx) ** 2)
    thin = rods.start_radius_mm.astype(np.float32)[:, None, None]
    taper = (rods.end_radius_mm - rods.start_radius_mm).astype(np.float32)[:, None, None]
    radius = thin + t * taper
    distance -= radius
    inside = (
        (distance < margin_mm)
        & ((row >= 0) & (row < rows))[:, :, None]
        & ((column >= 0) & (column < columns))[:, None, :]
    )
    pixel = row[:, :, None] * columns + column[:, None, :]
    return Touched(pixel=pixel[inside], distance_mm=distance[inside], radius_mm=radius[inside])
