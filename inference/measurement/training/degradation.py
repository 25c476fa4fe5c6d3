"""A cube of HU as thicker slices, other kernels and more noise would have shown it."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

_Values = NDArray[np.float32]
_THICK_MM = (1.0, 5.0)
_THICKNESS_OF_DIAMETER = 0.6  # nothing is taught where one slice swallows the nodule
_BLUR_MM = (0.3, 0.8)
_SHARPNESS = (0.3, 1.2)
_NOISE_HU = (5.0, 50.0)
_NOISE_MM = (0.3, 0.8)
_SHIFT_HU = 15.0


def degrade(hu: _Values, spacing_mm: float, diameter_mm: float, random: Generator) -> _Values:
    """Return a (z, y, x) cube of cubic voxels as another scanner might have shown it."""
    kernel = random.random()
    if kernel < 0.3:  # noqa: PLR2004 a soft kernel
        blur = float(random.uniform(*_BLUR_MM)) / spacing_mm
        hu = ndimage.gaussian_filter(hu, (0, blur, blur))
    elif kernel < 0.55:  # noqa: PLR2004 a sharp kernel
        blur = _BLUR_MM[1] / spacing_mm
        details = hu - ndimage.gaussian_filter(hu, (0, blur, blur))
        hu = hu + float(random.uniform(*_SHARPNESS)) * details
    if random.random() < 0.6:  # noqa: PLR2004 more noise
        noise = random.standard_normal(hu.shape, dtype=np.float32)
        blur = float(random.uniform(*_NOISE_MM)) / spacing_mm
        noise = ndimage.gaussian_filter(noise, blur)
        strength = float(np.exp(random.uniform(*np.log(_NOISE_HU))))
        hu = hu + noise * np.float32(strength / max(float(noise.std()), 1e-6))
    if random.random() < 0.5:  # noqa: PLR2004 thicker slices
        thickest = max(_THICK_MM[0], min(_THICK_MM[1], _THICKNESS_OF_DIAMETER * diameter_mm))
        thickness = float(random.uniform(_THICK_MM[0], thickest)) / spacing_mm
        if thickness > 1:
            hu = _in_slices(hu, thickness, float(random.uniform()))
    return hu + np.float32(random.normal(0, _SHIFT_HU))


def _in_slices(hu: _Values, thickness: float, phase: float) -> _Values:
    """Return the cube averaged into slices ``thickness`` voxels thick, and back between them."""
    size = len(hu)
    count = int(np.ceil(size / thickness)) + 1
    middles = (np.arange(count) - phase) * thickness
    voxels = np.arange(size)
    overlap = 0.5 + thickness / 2 - np.abs(voxels[None] - middles[:, None])
    into = np.clip(overlap, 0, min(1.0, thickness))
    kept = into.sum(axis=1) > 0
    into, middles = into[kept] / into[kept].sum(axis=1, keepdims=True), middles[kept]
    slices = np.tensordot(into.astype(np.float32), hu, axes=1)
    back = np.stack([np.interp(voxels, middles, row) for row in np.eye(len(middles))], axis=1)
    return np.asarray(np.tensordot(back.astype(np.float32), slices, axes=1))
