"""Bright blobs of every size: maxima of the scale-normalised Laplacian of Gaussian.

For a ball of radius R and contrast C the response is largest at sigma = R / sqrt(3), where it is
0.925 C, so responses read as HU of contrast (T. Lindeberg, Feature detection with automatic scale
selection, 1998). At each maximum the Hessian tells balls from tubes and plates.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.detection.classical.lung_image import SMOOTHING_MM
from wetread.domain.geometry import FloatArray

_Image = NDArray[np.float32]

SIGMAS_MM = (1.2, 1.7, 2.4, 3.4, 4.8, 6.8, 9.6, 12.5)
_COARSER_FROM_MM = (3.0, 6.0)  # from these sigmas on, half as many voxels per axis suffice
_SMALLEST_RESPONSE_HU = 70.0
_LEAST_ROUND = 0.12  # smallest over largest curvature; a tube has 0
_RADIUS_PER_SIGMA = 3**0.5
_ENOUGH_RESPONSE_HU = 300.0
_PER_SCALE = 6000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blobs:
    """N blobs: ``center`` (N, 3) in voxels of the finest grid (z, y, x), sizes in mm.

    ``curvatures`` (N, 3) are the Hessian's eigenvalues times sigma² in HU, most negative first.
    """

    center: FloatArray
    sigma_mm: FloatArray
    response_hu: FloatArray
    curvatures: FloatArray
    context_hu: FloatArray  # mean HU of the wider neighbourhood: high near the hilum

    @property
    def radius_mm(self) -> FloatArray:
        """Radius of the ball that would respond most at this scale."""
        return self.sigma_mm * _RADIUS_PER_SIGMA

    @property
    def roundness(self) -> FloatArray:
        """Smallest over largest curvature, 0 for tubes and plates to 1 for balls."""
        return np.clip(self.curvatures[:, 2] / self.curvatures[:, 0], 0, 1)

    def take(self, index: NDArray[np.intp]) -> "Blobs":
        """Return the blobs at the given places."""
        return Blobs(
            center=self.center[index],
            sigma_mm=self.sigma_mm[index],
            response_hu=self.response_hu[index],
            curvatures=self.curvatures[index],
            context_hu=self.context_hu[index],
        )


def find_blobs(filled: _Image, inside: NDArray[np.bool_], *, limit: int) -> Blobs:
    """Return at most ``limit`` blobs of a 1 mm image, most prominent first, none twice."""
    found: list[tuple[FloatArray, ...]] = []
    smooth = filled
    for sigma_mm, step, blurred, mask in _scales(filled, inside):
        found.append(_maxima(blurred, mask, sigma_mm, step))
        smooth, smooth_step = blurred, step
    center, sigma, response, curvatures = (
        np.concatenate([scale[part] for scale in found]) for part in range(4)
    )
    blobs = Blobs(
        center=center,
        sigma_mm=sigma,
        response_hu=response,
        curvatures=curvatures,
        context_hu=sample(smooth, (center - (smooth_step - 1) / 2) / smooth_step),
    )
    return blobs.take(_distinct(blobs, limit))


def _scales(
    filled: _Image, inside: NDArray[np.bool_]
) -> Iterator[tuple[float, int, _Image, NDArray[np.bool_]]]:
    """Yield sigma in mm, voxel step, the blurred image and its mask, fine to coarse."""
    image, mask, step, reached_mm = filled, inside, 1, SMOOTHING_MM
    for sigma_mm in SIGMAS_MM:
        while step < 2 ** sum(sigma_mm >= limit for limit in _COARSER_FROM_MM):
            image, mask = _halve(image), _halve(mask.astype(np.float32)) >= 0.5  # noqa: PLR2004 most of it
            step *= 2
        blur = np.sqrt(sigma_mm**2 - reached_mm**2) / step
        image = _blur(image, float(blur))
        reached_mm = sigma_mm
        yield sigma_mm, step, image, mask


def _halve(image: _Image) -> _Image:
    """Average blocks of 2 × 2 × 2; an odd last plane is repeated."""
    image = np.pad(image, [(0, size % 2) for size in image.shape], mode="edge")
    for _ in range(3):  # each turn halves the first axis and moves it last
        image = np.moveaxis((image[::2] + image[1::2]) * np.float32(0.5), 0, -1)
    return np.ascontiguousarray(image)


def _blur(image: _Image, sigma: float) -> _Image:
    """Blur with a Gaussian, two slabs at a time: scipy lets go of the interpreter's lock."""
    reach = int(3.0 * sigma + 0.5)
    middle = len(image) // 2
    if middle <= reach:
        whole: _Image = ndimage.gaussian_filter(image, sigma, truncate=3.0)
        return whole
    result = np.empty_like(image)

    def fill(start: int, stop: int) -> None:
        low, high = max(0, start - reach), min(len(image), stop + reach)
        part = ndimage.gaussian_filter(image[low:high], sigma, truncate=3.0)
        result[start:stop] = part[start - low : stop - low]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(fill, (0, middle), (middle, len(image))))
    return result


def _maxima(
    image: _Image, mask: NDArray[np.bool_], sigma_mm: float, step: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return centres (finest voxels), sigmas, responses and curvatures of one scale."""
    scale = (sigma_mm / step) ** 2
    core = (slice(1, -1),) * 3
    laplacian = -6 * image[core]
    for axis in range(3):
        for end in (slice(None, -2), slice(2, None)):
            laplacian += image[tuple(end if a == axis else slice(1, -1) for a in range(3))]
    response = np.zeros_like(image)
    response[core] = -scale * laplacian
    edge = np.zeros_like(mask)
    edge[2:-2, 2:-2, 2:-2] = mask[2:-2, 2:-2, 2:-2]
    voxels = np.argwhere(edge & (response > _SMALLEST_RESPONSE_HU))
    strides = np.asarray([image.shape[1] * image.shape[2], image.shape[2], 1])
    flat, flat_response = voxels @ strides, response.ravel()
    own = flat_response[flat]
    for offset in np.ndindex(3, 3, 3):
        if offset == (1, 1, 1) or not flat.size:
            continue
        kept = own >= flat_response[flat + int((np.asarray(offset) - 1) @ strides)]
        flat, own, voxels = flat[kept], own[kept], voxels[kept]
    curvatures = scale * _curvatures(image, flat, strides)
    round_enough = curvatures[:, 2] < _LEAST_ROUND * curvatures[:, 0]
    order = np.flatnonzero(round_enough)
    prominence = own[order] * np.sqrt(curvatures[order, 2] / curvatures[order, 0])
    order = order[np.argsort(-prominence, kind="stable")][:_PER_SCALE]
    center = voxels[order].astype(float) * step + (step - 1) / 2
    response_hu = own[order].astype(float)
    return center, np.full(len(order), sigma_mm), response_hu, curvatures[order]


def _curvatures(image: _Image, flat: NDArray[np.intp], strides: NDArray[np.intp]) -> FloatArray:
    """Return (N, 3) eigenvalues of the Hessian in HU per voxel², most negative first."""
    values = image.ravel()
    hessian = np.empty((len(flat), 3, 3))
    for i in range(3):
        a = int(strides[i])
        hessian[:, i, i] = values[flat + a] - 2 * values[flat] + values[flat - a]
        for j in range(i):
            b = int(strides[j])
            ahead = values[flat + a + b] - values[flat + a - b]
            behind = values[flat - a + b] - values[flat - a - b]
            hessian[:, i, j] = hessian[:, j, i] = (ahead - behind) / 4
    return np.asarray(np.linalg.eigvalsh(hessian), dtype=float)


def _distinct(blobs: Blobs, limit: int) -> NDArray[np.intp]:
    """Return blobs by prominence, leaving out those whose centre lies in a better one's core."""
    # Contrast beyond ground-glass says nothing more; small blobs are mostly vessels and noise.
    strength = np.minimum(blobs.response_hu, _ENOUGH_RESPONSE_HU) * blobs.sigma_mm
    order = np.argsort(-strength * np.sqrt(blobs.roundness), kind="stable")
    kept: list[int] = []
    centers = np.empty((limit, 3))
    radii = np.empty(limit)
    for index in order:
        if len(kept) == limit:
            break
        n = len(kept)
        distance = np.linalg.norm(centers[:n] - blobs.center[index], axis=1)
        # A ball in a ball is another finding only when their sizes differ much.
        similar = np.abs(np.log(radii[:n] / blobs.radius_mm[index])) < np.log(2.2)
        if not np.any(similar & (distance < 0.6 * np.maximum(radii[:n], blobs.radius_mm[index]))):
            centers[n], radii[n] = blobs.center[index], blobs.radius_mm[index]
            kept.append(int(index))
    return np.asarray(kept, dtype=np.intp)


def sample(image: _Image, points: FloatArray) -> FloatArray:
    """Interpolate linearly at (..., 3) voxel points; the border is repeated."""
    values = ndimage.map_coordinates(
        image, points.reshape(-1, 3).T, order=1, mode="nearest", output=np.float32
    )
    result: FloatArray = values.astype(float).reshape(points.shape[:-1])
    return result
