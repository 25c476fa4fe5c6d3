"""Bring a volume, or a box of it, onto a grid of another spacing."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume
from wetread.side_by_side import side_by_side

Box: TypeAlias = tuple[slice, slice, slice]
_Hu: TypeAlias = NDArray[np.float32]
T = TypeVar("T", bound=np.generic)


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
    return resample_encoded(volume, box_zyx, spacing_zyx_mm, shape_zyx, encode=lambda hu: hu)


def resample_encoded(
    volume: CtVolume,
    box_zyx: Box | None,
    spacing_zyx_mm: tuple[float, float, float],
    shape_zyx: tuple[int, int, int] | None = None,
    *,
    encode: Callable[[_Hu], NDArray[T]],
) -> tuple[NDArray[T], VolumeGeometry]:
    """Return what `resample_box` does, each voxel's HU as ``encode`` has them.

    It is asked slice by slice, while the slice is in the processor's cache.
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
    values = np.empty(geometry.shape_zyx, dtype=encode(np.zeros(1, dtype=np.float32)).dtype)
    cores = os.cpu_count() or 1
    parts = [slice(part, None, cores) for part in range(min(cores, len(values)))]

    def fill(part: slice) -> None:
        for out, plane in zip(values[part], _planes(volume.hu, z.part(part), y, x), strict=True):
            out[...] = encode(plane)

    side_by_side(fill, parts)
    return values, geometry


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


def _planes(hu: NDArray[np.int16], z: _Lerp, y: _Lerp, x: _Lerp) -> Iterator[_Hu]:
    """Interpolate slice by slice: the scratch of one slice stays in the processor's cache."""
    top, left = int(y.low[0]), int(x.low[0])
    window = hu[:, top : int(y.high[-1]) + 1, left : int(x.high[-1]) + 1]
    rows, columns = (y.low - top, y.high - top), (x.low - left, x.high - left)
    down = y.weight[:, None]
    for low, high, weight in zip(z.low, z.high, z.weight, strict=True):
        below = window[low].astype(np.float32)
        if weight:
            _blend(below, window[high].astype(np.float32), weight)
        tall = below[rows[0]]
        _blend(tall, below[rows[1]], down)
        plane = np.take(tall, columns[0], axis=1)
        _blend(plane, np.take(tall, columns[1], axis=1), x.weight)
        yield plane


def _blend(low: _Hu, high: _Hu, weight: NDArray[np.float32] | np.float32) -> None:
    """Move ``low`` towards ``high`` by ``weight``, in place; ``high`` is used up."""
    high -= low
    high *= weight
    low += high
