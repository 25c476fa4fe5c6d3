"""The network's maps of a whole image, put together from the windows that matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from inference.detection.retinanet.architecture import STRIDES, RetinaNet
from inference.detection.retinanet.windows import Size, WindowGrid
from wetread.ports import Progress

_LEVELS: Final = range(len(STRIDES))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelMaps:
    """One level over the whole image, the mean where windows overlap.

    ``logits`` (anchors, X, Y, Z) are NaN where no window was computed; ``codes``
    (anchors, 6, X, Y, Z) are right only where a logit exceeds the least that was asked for.
    """

    logits: Tensor
    codes: Tensor


def predict_maps(
    network: RetinaNet,
    image: Tensor,
    grid: WindowGrid,
    starts: Sequence[Size],
    *,
    least_logit: float,
    device: torch.device,
    progress: Progress,
) -> list[LevelMaps]:
    """Return the maps of an image (x, y, z) from the windows that begin at ``starts``.

    Box codes cost as much as scores: they are asked of a window only where it scores enough, or
    afterwards where it does so together with its neighbours.
    """
    canvas = _Canvas(grid, network.anchors, device)
    coded: set[tuple[Size, int]] = set()
    for number, start in enumerate(starts):
        features = network.features(grid.cut(image, start).to(device))
        for level in _LEVELS:
            logits = network.logits(features[level])
            canvas.add_logits(level, start, logits)
            if bool((logits > least_logit).any()):
                canvas.add_codes(level, start, network.codes(features[level]))
                coded.add((start, level))
        progress((number + 1) / len(starts))
    canvas.average_logits()
    for start in starts:
        late = [
            level
            for level in _LEVELS
            if (start, level) not in coded and canvas.exceeds(level, start, least_logit)
        ]
        features = network.features(grid.cut(image, start).to(device)) if late else []
        for level in late:
            canvas.add_codes(level, start, network.codes(features[level]))
    return canvas.maps()


class _Canvas:
    """Sums of what overlapping windows say at each location of each level, then their means."""

    def __init__(self, grid: WindowGrid, anchors: int, device: torch.device) -> None:
        self._grid = grid
        sizes = [_locations(grid.padded, level) for level in _LEVELS]
        self._logits = [torch.zeros((anchors, *size), device=device) for size in sizes]
        self._codes = [torch.zeros((anchors, 6, *size), device=device) for size in sizes]
        self._count = [torch.zeros(size, device=device) for size in sizes]

    def add_logits(self, level: int, start: Size, logits: Tensor) -> None:
        place = self._place(level, start)
        self._logits[level][:, *place] += logits[0]
        self._count[level][place] += 1

    def add_codes(self, level: int, start: Size, codes: Tensor) -> None:
        place = self._place(level, start)
        self._codes[level][:, :, *place] += codes[0].reshape(-1, 6, *codes.shape[2:])

    def average_logits(self) -> None:
        for level in _LEVELS:
            self._logits[level] /= self._count[level]

    def exceeds(self, level: int, start: Size, least_logit: float) -> bool:
        logits = self._logits[level][:, *self._place(level, start)]
        return bool((logits > least_logit).any())

    def maps(self) -> list[LevelMaps]:
        """Return the means without what the image was padded with before it."""
        result = []
        for level in _LEVELS:
            before = [
                round(size / step)
                for size, step in zip(self._grid.before, STRIDES[level], strict=True)
            ]
            size = _locations(self._grid.divisible, level)
            x, y, z = (slice(a, a + n) for a, n in zip(before, size, strict=True))
            codes = self._codes[level] / self._count[level]
            result.append(
                LevelMaps(logits=self._logits[level][:, x, y, z], codes=codes[:, :, x, y, z])
            )
        return result

    def _place(self, level: int, start: Size) -> tuple[slice, slice, slice]:
        x, y, z = (
            slice(first, first + size)
            for first, size in zip(
                _locations(start, level), _locations(self._grid.window, level), strict=True
            )
        )
        return x, y, z


def _locations(voxels: Size, level: int) -> Size:
    """Return how many whole locations of a level lie along so many voxels."""
    x, y, z = (size // step for size, step in zip(voxels, STRIDES[level], strict=True))
    return x, y, z
