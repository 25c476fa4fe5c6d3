"""Lungs by threshold and connectivity; when in doubt, more rather than less."""

from concurrent.futures import ThreadPoolExecutor

import cc3d
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.lungs.airways import track_airways
from inference.lungs.balls import close
from inference.lungs.boxes import box_of
from inference.lungs.coarse import coarsen
from inference.lungs.mask import LungMask, Side
from wetread.domain.errors import AnalysisError
from wetread.domain.geometry import FloatArray, VolumeGeometry
from wetread.domain.volumes import CtVolume

_GRID_MM = 2.5
_LUNG_HU = -400.0  # below: lung or other air; above: tissue
_GAS_HU = -950.0  # hardly any lung is below this
_GAS_SHARE = 0.5  # a component with more gas than this is the room or bowel, not lung
_CLOSING_MM = 15.0  # closes over hilar vessels and juxtapleural nodules up to about 30 mm
_SMALLEST_PART = 0.03  # of the largest component
_SMALLEST_LUNGS_ML = 150.0
_PLAUSIBLE_ML = (800.0, 12_000.0)
_SMALLER_LUNG_SHARE = 0.12


def segment_lungs(volume: CtVolume) -> LungMask:
    """Return the closed lungs of a chest CT; raise `AnalysisError` where there is no lung."""
    coarse_hu, geometry = coarsen(volume, _GRID_MM)
    air = coarse_hu < _LUNG_HU
    inside = air & ~_outside_body(air, coarse_hu)
    airways = track_airways(coarse_hu, inside, geometry)
    lungs = _largest_parts(inside & ~_with_wall(airways), coarse_hu)
    volume_ml = float(lungs.sum()) * geometry.voxel_volume_mm3 / 1000
    if volume_ml < _SMALLEST_LUNGS_ML:
        raise AnalysisError(f"no lung in the images: {volume_ml:.0f} mL of air in the body")
    right, left = _split(lungs, coarse_hu, geometry)
    with ThreadPoolExecutor() as pool:  # NumPy and SciPy let go of the interpreter's lock
        sides = pool.submit(_nearer, right, left)
        closed = pool.map(_closed, (right, left), (geometry, geometry))
    mask = np.logical_or(*closed)
    both = min(right.sum(), left.sum()) > _SMALLER_LUNG_SHARE * lungs.sum()
    plausible = bool(both and _PLAUSIBLE_ML[0] <= volume_ml <= _PLAUSIBLE_ML[1])
    if not plausible:  # consolidation, effusion, a part of the chest: look at all that is near
        mask |= _between(mask)
    return LungMask(mask=mask, sides=sides.result(), geometry=geometry, plausible=plausible)


def _outside_body(air: NDArray[np.bool_], coarse_hu: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the air around the patient: what touches the lateral faces and is not lung-like."""
    labels = cc3d.connected_components(air, connectivity=6)
    faces = (labels[:, 0], labels[:, -1], labels[:, :, 0], labels[:, :, -1])
    touching = np.unique(np.concatenate([face.ravel() for face in faces]))
    touching = touching[touching > 0]
    outside = np.zeros(int(labels.max()) + 1, dtype=bool)
    # A tight field of view cuts the chest wall: then lung touches the face and must stay.
    outside[touching] = _gas_share(labels, coarse_hu)[touching] > _GAS_SHARE
    return outside[labels]


def _gas_share(labels: NDArray[np.unsignedinteger], coarse_hu: NDArray[np.float32]) -> FloatArray:
    """Return for every label the share of its voxels that are gas rather than lung."""
    gas = np.bincount(labels[coarse_hu < _GAS_HU], minlength=int(labels.max()) + 1)
    share: FloatArray = gas / np.maximum(np.bincount(labels.ravel()), 1)
    return share


def _with_wall(airways: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the airways and the voxels next to them."""
    result = airways.copy()
    if airways.any():
        box = box_of(airways, margin=1)
        result[box] = ndimage.binary_dilation(airways[box])
    return result


def _largest_parts(lungs: NDArray[np.bool_], coarse_hu: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Keep the large components that are not pure gas."""
    labels = cc3d.connected_components(lungs, connectivity=6)
    counts = np.bincount(labels.ravel())
    lung_like = _gas_share(labels, coarse_hu) <= _GAS_SHARE
    lung_like[0] = False
    if not lung_like.any():
        return np.zeros_like(lungs)
    largest = counts[lung_like].max()
    kept: NDArray[np.bool_] = (lung_like & (counts >= _SMALLEST_PART * largest))[labels]
    return kept


def _split(
    lungs: NDArray[np.bool_], coarse_hu: NDArray[np.float32], geometry: VolumeGeometry
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the right and the left lung; either may be empty."""
    box = box_of(lungs, margin=1)  # one voxel around: depth counts from there
    boxed = lungs[box]
    corner = np.asarray([span.start for span in box])

    def lps_x_mm(voxels: NDArray[np.integer] | FloatArray) -> FloatArray:
        x_mm: FloatArray = geometry.lps_from_voxel(voxels.astype(float) + corner)[..., 0]
        return x_mm

    body_x = _middle_x_mm(coarse_hu, geometry)
    depth = ndimage.distance_transform_cdt(boxed, metric="chessboard")
    left = np.zeros_like(lungs)
    for erosion in range(6):
        labels = cc3d.connected_components(depth > erosion, connectivity=6)
        parts = cc3d.statistics(labels)
        counts = parts["voxel_counts"].astype(int)
        counts[0] = 0
        on_left = lps_x_mm(parts["centroids"]) > body_x
        large = on_left[counts > _SMALLER_LUNG_SHARE * counts.sum()]
        if large.any() and not large.all():
            # Every voxel goes with the nearest part that the erosion has left.
            seeds = np.where(on_left, Side.LEFT, Side.RIGHT).astype(np.uint8)
            seeds[0] = 0
            sides = _spread(seeds[labels]) if erosion else seeds[labels]
            left[box] = boxed & (sides == Side.LEFT)
            break
    else:
        # They never came apart: cut at the body's middle.
        left[box][boxed] = lps_x_mm(np.argwhere(boxed)) > body_x
    return lungs & ~left, left


def _middle_x_mm(coarse_hu: NDArray[np.float32], geometry: VolumeGeometry) -> float:
    """Return the LPS x of the middle of what is not air, in mm."""
    tissue = np.flatnonzero(coarse_hu > _LUNG_HU)[::50]
    if not tissue.size:
        return 0.0
    voxels = np.stack(np.unravel_index(tissue, coarse_hu.shape), axis=-1).astype(float)
    return float(np.median(geometry.lps_from_voxel(voxels)[:, 0]))


def _closed(lung: NDArray[np.bool_], geometry: VolumeGeometry) -> NDArray[np.bool_]:
    """Close one lung with a ball and fill its holes."""
    if not lung.any():
        return lung
    spacing = geometry.spacing_zyx_mm
    pad = [int(np.ceil(_CLOSING_MM / one)) + 1 for one in spacing]
    box = box_of(lung)
    # Beyond the first and last image the lung goes on: closing must not open there.
    padded = np.pad(lung[box], [(size, size) for size in pad])
    result = np.zeros_like(lung)
    result[box] = close(padded, _CLOSING_MM, spacing)[tuple(slice(size, -size) for size in pad)]
    return result


def _between(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill, in every slice, the box around the lungs seen in that slice."""
    filled = np.zeros_like(mask)
    for z in range(len(mask)):
        rows, columns = np.flatnonzero(mask[z].any(axis=1)), np.flatnonzero(mask[z].any(axis=0))
        if rows.size:
            filled[z, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return filled


def _nearer(right: NDArray[np.bool_], left: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return for every voxel the side of the nearer lung; outside of both, to two voxels."""
    sides = right.astype(np.uint8) * np.uint8(Side.RIGHT) + left * np.uint8(Side.LEFT)
    every_other = _spread(sides[::2, ::2, ::2])
    z, y, x = (np.arange(size) // 2 for size in sides.shape)
    return np.where(sides, sides, every_other[np.ix_(z, y, x)])


def _spread(seeds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return for every voxel the value of the nearest seed."""
    _, nearest = ndimage.distance_transform_cdt(seeds == 0, return_indices=True)
    spread: NDArray[np.uint8] = seeds[tuple(nearest)]
    return spread
