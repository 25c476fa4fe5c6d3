"""The translation that lays one pair of lungs over another, found by trying all of them."""

import numpy as np
from scipy import signal

from inference.registration.grids import LungGrid
from wetread.domain.geometry import FloatArray

_LEAST_SHARE = 0.35  # of the smaller region that must overlap: less says nothing
_FLAT = 1e-6  # an overlap with this little contrast, against the most, says nothing either


def best_shift(fixed: LungGrid, moving: LungGrid) -> FloatArray | None:
    """Return the (3,) LPS mm to add to a fixed point; None where no overlap says anything.

    Every translation by whole voxels is scored by the normalised correlation of the images where
    the two regions overlap (Padfield 2012, masked FFT registration), so neither a smaller field
    of view nor a shorter scan pulls the result to one side, as a centre of mass would be.
    """
    region, other_region = fixed.region.astype(float), moving.region.astype(float)
    image = _contrast(fixed) * region
    other = _contrast(moving) * other_region
    count = _correlate(region, other_region)
    overlaps = count >= _LEAST_SHARE * min(region.sum(), other_region.sum())
    count = np.maximum(count, 1.0)
    image_sum, other_sum = _correlate(image, other_region), _correlate(region, other)
    covariance = _correlate(image, other) - image_sum * other_sum / count
    variance = _correlate(image**2, other_region) - image_sum**2 / count
    other_variance = _correlate(region, other**2) - other_sum**2 / count
    spread = np.sqrt(np.maximum(variance, 0.0) * np.maximum(other_variance, 0.0))
    usable = overlaps & (spread > _FLAT * spread.max())
    if not usable.any():
        return None
    score = np.full(count.shape, -np.inf)
    score[usable] = covariance[usable] / spread[usable]
    peak = np.unravel_index(int(score.argmax()), score.shape)
    voxels = np.asarray(peak, dtype=float) - (np.asarray(region.shape) - 1)
    origins = np.asarray(moving.geometry.origin_lps_mm) - np.asarray(fixed.geometry.origin_lps_mm)
    shift_mm: FloatArray = voxels[::-1] * fixed.spacing_mm + origins
    return shift_mm


def _contrast(grid: LungGrid) -> FloatArray:
    """Return the image around zero, which keeps the sums of the transform exact enough."""
    hu: FloatArray = grid.hu.astype(np.float64)
    return hu / 1000.0 + 0.4


def _correlate(fixed: FloatArray, moving: FloatArray) -> FloatArray:
    """Return the sum over i of fixed[i] * moving[i + shift] for every shift, by FFT."""
    result: FloatArray = signal.fftconvolve(moving, fixed[::-1, ::-1, ::-1], mode="full")
    return result
