"""A nodule crop turned, scaled and blended into a patch at 1 mm."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from inference.development.sources import NoduleCrop
from wetread.domain.geometry import FloatArray

_SOFTNESS_MM = (0.4, 0.9)
_MOST_TILT_DEGREES = 25.0


def paste_nodule(
    hu: NDArray[np.float32],
    crop: NoduleCrop,
    center: FloatArray,
    scale: float,
    random: Generator,
) -> None:
    """Blend a crop into ``hu`` (1 mm voxels) around ``center`` (z, y, x), in place.

    The crop is turned at random about the body's axis, tilted a little and mirrored. Up to the
    readers' outline it has full weight, then a soft edge.
    """
    spacing = np.asarray(crop.spacing_zyx_mm)
    softness = float(random.uniform(*_SOFTNESS_MM))
    mask = np.pad(crop.mask, 2).astype(np.float32)
    values = np.pad(crop.hu, 2, mode="edge").astype(np.float32)
    weight = np.clip(2 * ndimage.gaussian_filter(mask, softness / spacing), 0, 1)
    middle = np.asarray(ndimage.center_of_mass(mask))
    reach = np.linalg.norm((np.asarray(crop.mask.shape) / 2 + 2) * spacing) * scale
    lower = np.maximum(np.floor(center - reach).astype(int), 0)
    upper = np.minimum(np.ceil(center + reach).astype(int) + 1, hu.shape)
    box = tuple(map(slice, lower, upper))
    matrix = np.diag(1 / (spacing * scale)) @ _turn(random)
    offset = middle + matrix @ (lower - center)
    shape = tuple(int(size) for size in upper - lower)
    alpha = ndimage.affine_transform(weight, matrix, offset, output_shape=shape, order=1)
    nodule = ndimage.affine_transform(
        values, matrix, offset, output_shape=shape, order=1, mode="nearest"
    )
    hu[box] += alpha * (nodule - hu[box])


def _turn(random: Generator) -> FloatArray:
    """Return a random rotation of (z, y, x) with mirroring of each axis."""
    turn = random.uniform(0, 2 * np.pi)
    tilt = np.deg2rad(random.uniform(-_MOST_TILT_DEGREES, _MOST_TILT_DEGREES))
    c, s, ct, st = np.cos(turn), np.sin(turn), np.cos(tilt), np.sin(tilt)
    in_plane = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    tilted = np.array([[ct, -st, 0], [st, ct, 0], [0, 0, 1]])
    matrix: FloatArray = np.diag(random.choice([-1.0, 1.0], 3)) @ in_plane @ tilted
    return matrix
