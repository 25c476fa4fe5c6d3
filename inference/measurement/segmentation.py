"""Which voxels are the nodule: half-way to its background, without vessels and wall."""

from dataclasses import dataclass

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wetread.domain.geometry import FloatArray

_SMOOTHING_MM = 0.5
_LUNG_HU = -600.0  # background is sought below this
_USUAL_BACKGROUND_HU = -860.0
_LEAST_CONTRAST_HU = 90.0
_OPENING_SHARE = 0.5  # of the nodule's inner radius: thinner attachments are cut
_OPENING_MM = (0.9, 1.8)
_HALO_HU = 200.0  # a rim so far above the lung is ground-glass around a solid core
_RIM_MM = 1.4  # where partial volume counts
_SMALLEST_MM3 = 12.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segmentation:
    """One nodule on the grid of its region.

    ``share`` (z, y, x) is the part of each voxel that is nodule, 0 to 1; ``hu`` the HU it was
    found in; ``core_hu`` and ``background_hu`` the levels on both sides of its edge.
    """

    mask: NDArray[np.bool_]
    share: NDArray[np.float32]
    hu: NDArray[np.float32]
    depth_mm: NDArray[np.float32]  # inside the mask: distance to its surface
    core_hu: float
    background_hu: float

    def volume_mm3(self, spacing_mm: FloatArray) -> float:
        """Return the volume with partial voxels counted in part."""
        return float(self.share.sum(dtype=float) * np.prod(spacing_mm))


def segment_nodule(
    hu: NDArray[np.float32],
    lung: NDArray[np.bool_],
    spacing_mm: FloatArray,
    seed_zyx: FloatArray,
    radius_mm: float,
) -> Segmentation | None:
    """Segment what lies at ``seed_zyx`` (voxels) of a region, about ``radius_mm`` large.

    ``lung`` is the closed lung: beyond it is wall. None where nothing stands out, or where it
    goes on and on.
    """
    smooth = ndimage.gaussian_filter(hu, _SMOOTHING_MM / spacing_mm)
    distance_mm = _distance_from(hu.shape, seed_zyx, spacing_mm)
    near = lung & (distance_mm <= max(0.6 * radius_mm, 1.2 * float(spacing_mm.max())))
    around = lung & (distance_mm > radius_mm) & (smooth < _LUNG_HU)
    if not near.any():
        return None
    background = float(np.median(smooth[around])) if around.any() else _USUAL_BACKGROUND_HU
    core = float(np.percentile(smooth[near], 75))
    if core - background < _LEAST_CONTRAST_HU:
        return None
    found = _grow(smooth, lung, spacing_mm, distance_mm, radius_mm, (core + background) / 2)
    if found is None:
        return None
    core = float(np.median(smooth[found[1] >= 0.5 * found[1].max()]))
    again = _grow(smooth, lung, spacing_mm, distance_mm, radius_mm, (core + background) / 2)
    if again is None:
        return None
    mask, depth_mm = again
    edge_hu = core
    rim_hu = _rim(smooth, mask, lung, spacing_mm)
    if rim_hu - background > _HALO_HU:
        wider = _grow(smooth, lung, spacing_mm, distance_mm, radius_mm, (rim_hu + background) / 2)
        if wider is not None:
            (mask, depth_mm), edge_hu = wider, rim_hu
    share = _shares(smooth, mask, lung, spacing_mm, (edge_hu, background))
    result = Segmentation(
        mask=mask,
        share=share,
        hu=smooth,
        depth_mm=depth_mm,
        core_hu=core,
        background_hu=background,
    )
    return result if result.volume_mm3(spacing_mm) >= _SMALLEST_MM3 else None


def _distance_from(
    shape: tuple[int, ...], seed_zyx: FloatArray, spacing_mm: FloatArray
) -> NDArray[np.float32]:
    axes = [
        ((np.arange(size) - middle) * step) ** 2
        for size, middle, step in zip(shape, seed_zyx, spacing_mm, strict=True)
    ]
    squared = axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :]
    distance_mm: NDArray[np.float32] = np.sqrt(squared).astype(np.float32)
    return distance_mm


def _grow(
    smooth: NDArray[np.float32],
    lung: NDArray[np.bool_],
    spacing_mm: FloatArray,
    distance_mm: NDArray[np.float32],
    radius_mm: float,
    threshold: float,
) -> tuple[NDArray[np.bool_], NDArray[np.float32]] | None:
    """Return the opened component at the seed and the depth inside it in mm."""
    tissue = (smooth > threshold) & lung
    tissue &= distance_mm <= max(2.2 * radius_mm, radius_mm + 5)
    if not tissue.any():
        return None
    depth = _depth(tissue, spacing_mm)
    near = np.where(distance_mm <= max(0.8 * radius_mm, 2.0), depth, 0)
    inner_mm = float(near.max())
    if inner_mm <= 0:
        return None
    cut_mm = float(np.clip(_OPENING_SHARE * inner_mm, *_OPENING_MM))
    cut_mm = min(cut_mm, 0.7 * inner_mm)
    labels = cc3d.connected_components(depth > cut_mm, connectivity=6)
    label = labels[np.unravel_index(int(np.argmax(near)), near.shape)]
    if label == 0:
        return None
    # Half a voxel more than was taken: what the opening rounds off at corners comes back.
    margin_mm = cut_mm + 0.5 * float(spacing_mm.min())
    mask = tissue & (
        ndimage.distance_transform_edt(labels != label, sampling=spacing_mm) <= margin_mm
    )
    mask = ndimage.binary_fill_holes(mask)
    return mask, _depth(mask, spacing_mm)


def _depth(mask: NDArray[np.bool_], spacing_mm: FloatArray) -> NDArray[np.float32]:
    """Return the distance in mm to the nearest voxel outside; the region's border is inside."""
    depth = ndimage.distance_transform_edt(mask, sampling=spacing_mm)
    return np.asarray(depth, dtype=np.float32)


def _rim(
    smooth: NDArray[np.float32],
    mask: NDArray[np.bool_],
    lung: NDArray[np.bool_],
    spacing_mm: FloatArray,
) -> float:
    """Return the median HU a little beyond the blurred edge: of lung, or of ground-glass."""
    beyond_mm = ndimage.distance_transform_edt(~mask, sampling=spacing_mm)
    rim = lung & (beyond_mm > _RIM_MM) & (beyond_mm <= 2 * _RIM_MM)
    return float(np.median(smooth[rim])) if rim.any() else _USUAL_BACKGROUND_HU


def _shares(
    smooth: NDArray[np.float32],
    mask: NDArray[np.bool_],
    lung: NDArray[np.bool_],
    spacing_mm: FloatArray,
    levels_hu: tuple[float, float],
) -> NDArray[np.float32]:
    """Return how much of every voxel is nodule: all inside, by its HU in the rim."""
    core, background = levels_hu
    signed = np.where(
        mask,
        -ndimage.distance_transform_edt(mask, sampling=spacing_mm),
        ndimage.distance_transform_edt(~mask, sampling=spacing_mm),
    )
    share: NDArray[np.float32] = (smooth - background) / np.float32(max(core - background, 1.0))
    share = np.clip(share, 0, 1)
    share[signed < -_RIM_MM] = 1
    share[(signed > _RIM_MM) | ~lung] = 0
    # Beyond the outline a voxel more than half nodule is a cut vessel.
    share[(signed > 0) & (share > 0.5)] = 0  # noqa: PLR2004 half
    return share
