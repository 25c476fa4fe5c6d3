"""From the network's output cells to candidates: peaks, places, sizes."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.detection.network.architecture import STRIDE
from wetread.domain.geometry import FloatArray

_DIAMETER_MM: Final = (2.0, 80.0)
_LEAST_APART_MM: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peaks:
    """Places where the network's score is highest, best first.

    ``center`` (N, 3) z, y, x and ``diameter`` (N,) in voxels of the input; ``score`` (N,) 0 to 1.
    """

    center: FloatArray
    diameter: FloatArray
    score: FloatArray

    def take(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> "Peaks":
        """Return some of the peaks."""
        return Peaks(
            center=self.center[chosen], diameter=self.diameter[chosen], score=self.score[chosen]
        )


def find_peaks(output: Tensor, *, lowest_score: float, limit: int) -> Peaks:
    """Return the local maxima of one output (5, D, H, W) above a score, at most ``limit``."""
    logit = output[0]
    lowest = float(np.log(lowest_score / (1 - lowest_score)))
    cell = ((logit == _highest_around(logit)) & (logit >= lowest)).nonzero()
    strength = logit[tuple(cell.T)]
    order = strength.argsort(descending=True, stable=True)[:limit]
    cell, strength = cell[order], strength[order]
    rest = output[:, cell[:, 0], cell[:, 1], cell[:, 2]][1:].T.double()
    center = (cell.double() + rest[:, :3]) * STRIDE
    diameter = (rest[:, 3].exp() * STRIDE).clamp(*_DIAMETER_MM)
    return Peaks(
        center=center.cpu().numpy(),
        diameter=diameter.cpu().numpy(),
        score=strength.sigmoid().double().cpu().numpy(),
    )


def _highest_around(values: Tensor) -> Tensor:
    """Return the highest value of each cell and its 26 neighbours; far faster than max_pool3d."""
    highest = functional.pad(values, (1,) * 6, value=-math.inf)
    for axis, size in enumerate(values.shape):
        one, two, three = (highest.narrow(axis, start, size) for start in range(3))
        highest = torch.maximum(torch.maximum(one, two), three)
    return highest


def drop_doubles(peaks: Peaks) -> Peaks:
    """Keep of peaks that lie within one another's radius the one with the highest score."""
    kept: list[int] = []
    for index, center in enumerate(peaks.center):
        distance = np.linalg.norm(peaks.center[kept] - center, axis=1)
        reach = np.maximum(peaks.diameter[kept], peaks.diameter[index]) / 2
        if np.all(distance > np.maximum(reach, _LEAST_APART_MM)):
            kept.append(index)
    return peaks.take(np.asarray(kept, dtype=np.intp))
