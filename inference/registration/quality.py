"""How well two scans lie over each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.registration.grids import LungGrid, voxel_centers_lps
from inference.registration.maps import PointMap
from wetread.domain.geometry import FloatArray

_AERATED_HU = -500.0
_UNSEEN_HU = -2000.0  # far below any value a grid holds
_LOWEST_SEEN_HU = -1500.0
_INSIDE_LUNG_MM = 4.0  # away from the wall, whose edge every two chests share
_TEXTURE_HU = (-950.0, -200.0)
_BACKGROUND_VOXELS = 3.0  # smoothing that leaves the lung's own density and takes its vessels
_FEWEST_VOXELS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was measured where both scans look."""

    lung_dice: float  # overlap of aerated lung, 0 to 1
    correlation: float  # of HU in the lungs and around them, -1 to 1
    texture_correlation: float  # of the vessels and fissures inside the lungs, -1 to 1
    shared_lung: float  # share of one scan's lungs that the other shows, the larger of the two
    largest_stretch: float  # of the affine part; 1 for a rigid map

    @classmethod
    def none(cls) -> "Quality":
        """Return what is known of scans that could not be laid together at all."""
        return cls(
            lung_dice=0.0,
            correlation=0.0,
            texture_correlation=0.0,
            shared_lung=0.0,
            largest_stretch=1.0,
        )


def measure_quality(
    current: LungGrid,
    prior: LungGrid,
    *,
    prior_from_current: PointMap,
    current_from_prior: PointMap,
    largest_stretch: float,
) -> Quality:
    """Compare the prior, brought onto the current grid, with the current scan."""
    shape = current.geometry.shape_zyx
    points = voxel_centers_lps(current.geometry).reshape(-1, 3)
    voxels = prior.geometry.voxel_from_lps(prior_from_current(points)).T
    moved_hu = _sampled(prior.hu, voxels, order=1).reshape(shape)
    moved_lungs = _sampled(prior.lungs.astype(np.float32), voxels, order=0).reshape(shape) > 0
    seen = moved_hu > _LOWEST_SEEN_HU
    aerated = current.lungs & (current.hu < _AERATED_HU) & seen
    moved_aerated = moved_lungs & (moved_hu < _AERATED_HU) & seen
    total = int(aerated.sum() + moved_aerated.sum())
    inside = _inner(current.lungs, current.spacing_mm) & _inner(moved_lungs, current.spacing_mm)
    return Quality(
        lung_dice=2 * float((aerated & moved_aerated).sum()) / total if total else 0.0,
        correlation=_correlation(current.hu, moved_hu, current.region & seen),
        texture_correlation=_correlation(_texture(current.hu), _texture(moved_hu), inside & seen),
        shared_lung=max(
            _share_seen(current, prior, prior_from_current),
            _share_seen(prior, current, current_from_prior),
        ),
        largest_stretch=largest_stretch,
    )


def _sampled(values: NDArray[np.float32], voxels: FloatArray, *, order: int) -> FloatArray:
    sampled: FloatArray = ndimage.map_coordinates(
        values, voxels, order=order, mode="constant", cval=_UNSEEN_HU
    )
    return sampled


def _inner(lungs: NDArray[np.bool_], spacing_mm: float) -> NDArray[np.bool_]:
    inner: NDArray[np.bool_] = (
        ndimage.distance_transform_edt(lungs, sampling=spacing_mm) > _INSIDE_LUNG_MM
    )
    return inner


def _texture(hu: NDArray[np.float32] | FloatArray) -> FloatArray:
    clipped = np.clip(hu, *_TEXTURE_HU).astype(np.float64)
    texture: FloatArray = clipped - ndimage.gaussian_filter(clipped, _BACKGROUND_VOXELS)
    return texture


def _correlation(
    one: NDArray[np.float32] | FloatArray, other: FloatArray, where: NDArray[np.bool_]
) -> float:
    """Return Pearson's correlation, 0 where there is too little to compare."""
    if where.sum() < _FEWEST_VOXELS or not (one[where].std() and other[where].std()):
        return 0.0
    return float(np.corrcoef(one[where], other[where])[0, 1])


def _share_seen(one: LungGrid, other: LungGrid, other_from_one: PointMap) -> float:
    """Return the share of one scan's lungs that lies in the other's field of view."""
    points = one.geometry.lps_from_voxel(np.argwhere(one.lungs).astype(float))
    voxels = other.geometry.voxel_from_lps(other_from_one(points))
    nearest = np.rint(voxels)
    inside = np.all((nearest >= 0) & (nearest < other.hu.shape), axis=1)
    return float(inside.mean()) if inside.size else 0.0
