"""Which part of every voxel around a candidate is nodule, by the network."""

from dataclasses import dataclass

import cc3d
import numpy as np
import torch
from numpy.typing import NDArray

from inference.measurement.network import (
    LEAST_SPACING_MM,
    SIZE,
    NoduleMaskNet,
    cube_spacing_mm,
)
from inference.measurement.sampling import cube_around, sample
from inference.weights import load_weights
from models.registry import ModelPackage
from wetread.domain.geometry import FloatArray, Point, VolumeGeometry, as_point, ball_diameter_mm
from wetread.domain.volumes import CtVolume

_LOOKS = 2  # the second look is centred and sized by what the first found
_HALF = 0.5
_LEVELS = (0.25, 0.6)
_SMALLEST_MM3 = 12.0
_LARGEST_MM = 90.0
_REACH_VOXELS = 3  # of the blurred edge around what is more than half nodule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segmentation:
    """One nodule in a cube around it.

    ``share`` (z, y, x) is the part of each voxel that is nodule, 0 to 1; ``hu`` what it was
    found in.
    """

    share: NDArray[np.float32]
    hu: NDArray[np.float32]
    geometry: VolumeGeometry

    @property
    def volume_mm3(self) -> float:
        """Volume with partial voxels counted in part."""
        return float(self.share.sum(dtype=float)) * self.geometry.voxel_volume_mm3

    @property
    def level(self) -> float:
        """The share at which an outline encloses the volume: a half for a sharp edge.

        Where the edge is doubtful, fewer voxels than the volume counts are more than half nodule.
        """
        shares = self.share[self.share > 0]  # a small part of the cube, and never fewer than count
        if not shares.size:
            return _LEVELS[0]
        count = max(1, round(float(shares.sum(dtype=float))))
        level = float(np.partition(shares, -count)[-count])
        return float(np.clip(level, *_LEVELS))

    @property
    def diameter_mm(self) -> float:
        """Diameter of the ball with this volume."""
        return ball_diameter_mm(self.volume_mm3)

    @property
    def center_lps_mm(self) -> Point:
        """The centre of mass."""
        weights = self.share.astype(float)
        center = [
            float(np.average(np.arange(size), weights=weights.sum(axis=_others(axis))))
            for axis, size in enumerate(self.share.shape)
        ]
        return as_point(self.geometry.lps_from_voxel(np.asarray(center)))


class NoduleSegmenter:
    """Outlines what lies at a place, as the readers of its training data would."""

    def __init__(self, network: NoduleMaskNet) -> None:
        self._network = network.eval()

    def segment(
        self, volume: CtVolume, center_lps_mm: Point, diameter_mm: float
    ) -> Segmentation | None:
        """Return the nodule about so large at a place, or None where there is none."""
        found: Segmentation | None = None
        for _ in range(_LOOKS):
            if found is not None:
                center_lps_mm, diameter_mm = found.center_lps_mm, found.diameter_mm
            if not volume.geometry.contains(center_lps_mm) or diameter_mm > _LARGEST_MM:
                return None
            found = self._look(volume, center_lps_mm, diameter_mm)
            if found is None or found.volume_mm3 < _SMALLEST_MM3:
                return None
        return found

    def _look(
        self, volume: CtVolume, center_lps_mm: Point, diameter_mm: float
    ) -> Segmentation | None:
        spacing_mm = cube_spacing_mm(diameter_mm)
        grid = cube_around(volume.geometry, center_lps_mm, size=SIZE, spacing_mm=spacing_mm)
        hu = sample(volume.hu, volume.geometry, grid)
        image = torch.from_numpy(hu)
        # Seen also from the opposite side: the two errors differ, and two cost hardly more.
        with torch.inference_mode():
            seen = torch.sigmoid(self._network(torch.stack([image, image.flip(0, 1, 2)])))
        share: NDArray[np.float32] = ((seen[0] + seen[1].flip(0, 1, 2)) / 2).numpy()
        share = share * _inside(grid, volume.geometry)
        kept = _most_central(share)
        return None if kept is None else Segmentation(share=share * kept, hu=hu, geometry=grid)


def load_segmenter(package: ModelPackage) -> NoduleSegmenter:
    """Return the segmenter with the weights of a package; raise `ConfigurationError`."""
    package.require_spacing((LEAST_SPACING_MM,) * 3)
    network = NoduleMaskNet()
    load_weights(network, package)
    return NoduleSegmenter(network)


def _most_central(share: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Return the piece, with its blurred edge, that has most near the middle of the cube."""
    pieces = cc3d.connected_components(share > _HALF, connectivity=6)
    if pieces.max() == 0:
        return None
    squared: FloatArray = np.zeros(1)
    for axis, size in enumerate(share.shape):
        along = (np.arange(size) - (size - 1) / 2) ** 2
        squared = squared + along.reshape([-1 if a == axis else 1 for a in range(3)])
    near = share * np.exp(-squared / (2 * (SIZE / 8) ** 2))
    sums = np.bincount(pieces.ravel(), weights=near.ravel())
    sums[0] = -1
    own = int(np.argmax(sums))
    is_own: NDArray[np.bool_] = pieces == own
    is_other: NDArray[np.bool_] = ~is_own & (pieces > 0)
    return _widened(is_own) & ~is_other


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the mask and what lies up to a blurred edge beyond it."""
    for axis in range(3):
        padded = np.pad(mask, [(_REACH_VOXELS,) * 2 if a == axis else (0, 0) for a in range(3)])
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _REACH_VOXELS + 1, axis)
        mask = np.any(windows, axis=-1)
    return mask


def _inside(grid: VolumeGeometry, geometry: VolumeGeometry) -> NDArray[np.bool_]:
    """Tell for each voxel of a grid whether the volume shows it."""
    first = geometry.voxel_from_lps(np.asarray(grid.origin_lps_mm))
    steps = np.asarray(grid.spacing_zyx_mm) / np.asarray(geometry.spacing_zyx_mm)
    z, y, x = (
        (index >= -_HALF) & (index <= size - _HALF)
        for index, size in (
            (first[axis] + np.arange(SIZE) * steps[axis], geometry.shape_zyx[axis])
            for axis in range(3)
        )
    )
    inside: NDArray[np.bool_] = z[:, None, None] & y[None, :, None] & x[None, None, :]
    return inside


def _others(axis: int) -> tuple[int, ...]:
    return tuple(other for other in range(3) if other != axis)
