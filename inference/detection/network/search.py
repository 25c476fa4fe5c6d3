"""From a volume and its lungs to candidates: the one pass that detector and evaluation share."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from inference.detection.network.candidates import drop_doubles, find_peaks
from inference.detection.network.encoding import SPACING_MM, encode_lungs
from inference.lungs import LungMask
from wetread.domain.findings import Candidate
from wetread.domain.geometry import as_point
from wetread.domain.volumes import CtVolume

LOWEST_SCORE: Final = 0.02
MOST_CANDIDATES: Final = 100
_MOST_PEAKS: Final = 400
_OUTSIDE: Final = 3  # voxels: a nodule at the wall may have its centre beyond the closed lung
_NEARBY: Final = (  # steps (z, y, x) to every place that lies so few voxels apart
    np.argwhere(
        ndimage.iterate_structure(ndimage.generate_binary_structure(3, 1), iterations=_OUTSIDE)
    )
    - _OUTSIDE
)


LookAt: TypeAlias = Callable[[NDArray[np.uint8]], Tensor]
"""Returns what the network says of an encoded image: `run_network` on some device."""


def search_nodules(look_at: LookAt, volume: CtVolume, lungs: LungMask) -> tuple[Candidate, ...]:
    """Return at most 100 candidates in or at the lungs, best first."""
    image, grid = encode_lungs(volume, lungs)
    output = look_at(image)
    peaks = find_peaks(output, lowest_score=LOWEST_SCORE, limit=_MOST_PEAKS)
    around = grid.lps_from_voxel(np.rint(peaks.center)[:, None] + _NEARBY)
    near_lungs = np.any(lungs.contains(around), axis=1, keepdims=False)
    peaks = drop_doubles(peaks.take(near_lungs))
    centers = grid.lps_from_voxel(peaks.center)
    return tuple(
        Candidate(
            center_lps_mm=as_point(center),
            diameter_mm=round(float(diameter) * SPACING_MM, 1),
            score=round(float(score), 4),
        )
        for center, diameter, score in zip(
            centers[:MOST_CANDIDATES], peaks.diameter, peaks.score, strict=False
        )
    )
