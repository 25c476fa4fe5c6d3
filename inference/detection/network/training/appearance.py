"""The same patch as another scanner, kernel, dose and slice thickness would have shown it."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

_THICKNESS_MM = np.array([1.0, 1.25, 2.0, 2.5, 3.0, 4.0, 5.0])
_THICKNESS_SHARE = np.array([0.30, 0.14, 0.14, 0.18, 0.10, 0.06, 0.08])
_MOST_SHIFT_HU = 30.0
_NOISE_HU = (4.0, 70.0)
_NOISE_SHARE, _BLUR_SHARE, _SHARP_SHARE = 0.7, 0.25, 0.35


def change_appearance(
    hu: NDArray[np.float32], slice_mm: float, random: Generator
) -> NDArray[np.float32]:
    """Return a patch at 1 mm with other sharpness, noise, level and slices.

    Slices never become thinner than ``slice_mm``, those of the scan it was cut from.
    """
    kernel = random.random()
    if kernel < _BLUR_SHARE:
        sigma = float(random.uniform(0.3, 0.9))
        hu = ndimage.gaussian_filter(hu, (0.3 * sigma, sigma, sigma), truncate=3)
    elif kernel < _BLUR_SHARE + _SHARP_SHARE:
        hu = hu + np.float32(random.uniform(0.3, 1.6)) * (
            hu - ndimage.gaussian_filter(hu, (0, 1.0, 1.0), truncate=3)
        )
    if random.random() < _NOISE_SHARE:
        hu = hu + _noise(hu.shape, random)
    thickness = float(random.choice(_THICKNESS_MM, p=_THICKNESS_SHARE))
    if thickness > max(slice_mm, 1.0):
        hu = _thicken(hu, thickness, float(random.random()))
    shifted: NDArray[np.float32] = hu + np.float32(random.uniform(-_MOST_SHIFT_HU, _MOST_SHIFT_HU))
    return shifted


def _noise(shape: tuple[int, ...], random: Generator) -> NDArray[np.float32]:
    noise = random.standard_normal(shape, dtype=np.float32)
    grain = float(random.uniform(0.3, 0.9))
    noise = ndimage.gaussian_filter(noise, (0.5 * grain, grain, grain), truncate=3)
    low, high = np.log(_NOISE_HU)
    grains: NDArray[np.float32] = noise * np.float32(
        np.exp(random.uniform(low, high)) / noise.std()
    )
    return grains


def _thicken(hu: NDArray[np.float32], thickness: float, phase: float) -> NDArray[np.float32]:
    """Average along z over the thickness, keep one slice in that distance, interpolate between."""
    size = len(hu)
    half = thickness / 2
    z = np.arange(size)
    middles = np.arange(phase * thickness - thickness, size + thickness, thickness)
    overlap = np.minimum(middles[:, None] + half, z + 0.5) - np.maximum(
        middles[:, None] - half, z - 0.5
    )
    mean = np.clip(overlap, 0, None)
    total = mean.sum(axis=1)
    middles, mean = middles[total > 0], mean[total > 0] / total[total > 0, None]
    place = np.clip((z - middles[0]) / thickness, 0, len(middles) - 1)
    low = np.minimum(place.astype(int), len(middles) - 2)
    weight = np.zeros((size, len(middles)))
    weight[z, low] = 1 - (place - low)
    weight[z, low + 1] = place - low
    mixing = (weight @ mean).astype(np.float32)
    thick: NDArray[np.float32] = (mixing @ hu.reshape(size, -1)).reshape(hu.shape)
    return thick
