"""Bring a volume, or a box of it, onto a grid of another spacing."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

Box: TypeAlias = tuple[slice, slice, slice]
_Hu: TypeAlias = NDArray[np.float32]


def resample_box(
    volume: CtVolume,
    box_zyx: Box | None,
    spacing_zyx_mm: tuple[float, float, float],
    shape_zyx: tuple[int, int, int] | None = None,
) -> tuple[NDArray[np.float32], VolumeGeometry]:
    """Return HU linearly interpolated at a new spacing, and the geometry of the new grid.

    ``box_zyx`` are slices (step 1) into ``volume.hu``; None takes all. On each axis output voxel
    i lies at input index ``box.start + i * new_spacing / old_spacing``: the first voxels share
    their centre. There are ``shape_zyx`` voxels; where it is None, as many as fill the box:
    ``round(box length * old_spacing / new_spacing)``, at least 1.
    The box only says where: a value there depends on the volume alone, whose border is repeated
    where the last sample lies beyond it. There is no smoothing before taking fewer voxels.
    """
    source = volume.geometry
    bounds = _bounds(box_zyx, source.shape_zyx)
    steps = [new / old for new, old in zip(spacing_zyx_mm, source.spacing_zyx_mm, strict=True)]
    if not all(step > 0 for step in steps):
        raise VolumeError("the new spacing must be positive")
    counts = shape_zyx or [
        max(1, round((stop - start) / step))
        for (start, stop), step in zip(bounds, steps, strict=True)
    ]
    z, y, x = (
        _Lerp.along(start, count, step, size)
        for (start, _), count, step, size in zip(
            bounds, counts, steps, source.shape_zyx, strict=True
        )
    )
    corner = source.lps_from_voxel(np.array([start for start, _ in bounds], dtype=float))
    geometry = VolumeGeometry(
        shape_zyx=(len(z.low), len(y.low), len(x.low)),
        spacing_zyx_mm=spacing_zyx_mm,
        origin_lps_mm=as_point(corner),
        direction_zyx=source.direction_zyx,
    )
    hu = np.empty(geometry.shape_zyx, dtype=np.float32)
    cores = os.cpu_count() or 1
    parts = [slice(part, None, cores) for part in range(min(cores, len(hu)))]
    with ThreadPoolExecutor(len(parts)) as pool:  # numpy lets go of the interpreter's lock
        list(pool.map(lambda part: _fill(hu[part], volume.hu, z.part(part), y, x), parts))
    return hu, geometry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lerp:
    """Along one axis: output i is ``low[i]`` and its successor, the latter with ``weight[i]``."""

    low: NDArray[np.intp]
    high: NDArray[np.intp]
    weight: NDArray[np.float32]

    @classmethod
    def along(cls, start: int, count: int, step: float, size: int) -> Self:
        index = np.minimum(start + np.arange(count) * step, size - 1)
        low = np.minimum(index.astype(np.intp), max(size - 2, 0))
        return cls(
            low=low,
            high=np.minimum(low + 1, size - 1),
            weight=(index - low).astype(np.float32),
        )

    def part(self, part: slice) -> Self:
        return type(self)(low=self.low[part], high=self.high[part], weight=self.weight[part])


def _bounds(box_zyx: Box | None, shape: tuple[int, int, int]) -> list[tuple[int, int]]:
    """Return (start, stop) per axis; raise `VolumeError` for an empty or strided box."""
    bounds = []
    for span, size in zip(box_zyx or (slice(None),) * 3, shape, strict=True):
        start, stop, step = span.indices(size)
        if step != 1 or stop <= start:
            raise VolumeError(f"the box {box_zyx} holds no voxels of a volume of shape {shape}")
        bounds.append((start, stop))
    return bounds


def _fill(out: _Hu, hu: NDArray[np.int16], z: _Lerp, y: _Lerp, x: _Lerp) -> None:
    """Interpolate slice by slice: the scratch of one slice stays in the processor's cache."""
    top, left = int(y.low[0]), int(x.low[0])
    window = hu[:, top : int(y.high[-1]) + 1, left : int(x.high[-1]) + 1]
    rows, columns = (y.low - top, y.high - top), (x.low - left, x.high - left)
    down = y.weight[:, None]
    for k in range(len(out)):
        below = window[z.low[k]].astype(np.float32)
        if z.weight[k]:
            above = window[z.high[k]].astype(np.float32)
            _blend(below, above, z.weight[k])
        plane = below[rows[0]]
        _blend(plane, below[rows[1]], down)
        np.take(plane, columns[0], axis=1, out=out[k])
        _blend(out[k], np.take(plane, columns[1], axis=1), x.weight)


def _blend(low: _Hu, high: _Hu, weight: NDArray[np.float32] | np.float32) -> None:
    """Move ``low`` towards ``high`` by ``weight``, in place; ``high`` is used up."""
    high -= low
    high *= weight
    low += high
