"""A smooth displacement fitted to the local contrast of two images, coarse to fine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from inference.registration.grids import LungGrid, voxel_centers_lps
from inference.registration.maps import AffineMap
from inference.registration.spline import Displacement, lattice_over
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point

_WINDOW_VOXELS = 5
_QUIET_HU = 50.0  # contrast that is lost in noise
_STIFFNESS = 0.5  # of the bending against the difference of the images
_LAST_STEP = 0.2  # of the first: the steps get smaller on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One round of the fit: how far apart the coefficients are, and how they are moved."""

    spacing_mm: float
    steps: int
    first_step_mm: float


def fit_displacement(
    grids: Sequence[tuple[LungGrid, LungGrid, Level]], affine: AffineMap
) -> Displacement:
    """Return what to add to fixed points before ``affine`` so that the images agree best.

    ``grids`` are fixed and moving image for each level, coarse first. What is compared is HU less
    the local mean, over the local spread: air content and contrast medium, which differ between
    two scans, fall out of it. Gradient descent (Adam) on B-spline coefficients, with bending
    punished; it uses no chance.
    """
    displacement: Displacement | None = None
    for fixed, moving, level in grids:
        displacement = _Fit(fixed, moving, affine).improve(displacement, level)
    if displacement is None:
        raise ValueError("there is no level to fit on")
    return displacement


class _Fit:
    """The box around the lungs of one pair of images, on torch."""

    def __init__(self, fixed: LungGrid, moving: LungGrid, affine: AffineMap) -> None:
        voxels = np.argwhere(fixed.region)
        low, high = voxels.min(axis=0), voxels.max(axis=0)
        box = tuple(slice(int(first), int(last) + 1) for first, last in zip(low, high, strict=True))
        self._ends = fixed.geometry.lps_from_voxel(np.stack([low, high]).astype(float))
        self._spacing_mm = fixed.spacing_mm
        shape = fixed.region[box].shape
        geometry = VolumeGeometry(
            shape_zyx=(shape[0], shape[1], shape[2]),
            spacing_zyx_mm=fixed.geometry.spacing_zyx_mm,
            origin_lps_mm=as_point(self._ends[0]),
            direction_zyx=fixed.geometry.direction_zyx,
        )
        moved = moving.geometry.voxel_from_lps(affine(voxel_centers_lps(geometry).reshape(-1, 3)))
        last = np.asarray(moving.hu.shape) - 1
        seen = np.all((moved >= 0) & (moved <= last), axis=1).reshape(shape)
        counted = fixed.region[box] & seen
        self._shape = geometry.shape_zyx
        self._weight = _tensor(counted / max(1, counted.sum()))
        self._fixed = _local_contrast(fixed.hu)[:, :, box[0], box[1], box[2]]
        self._moving = _local_contrast(moving.hu)
        # Torch samples at (x, y, z) that run from -1 to 1 between the outermost voxels.
        to_unit = 2 / np.maximum(last, 1)
        self._start = _tensor((moved * to_unit - 1)[:, ::-1].reshape(*shape, 3))
        turned = np.linalg.inv(moving.geometry.affine) @ np.asarray(affine.matrix)
        self._unit_from_mm = _tensor((to_unit[:, None] * turned)[::-1])

    def improve(self, start: Displacement | None, level: Level) -> Displacement:
        """Return the displacement after the level's steps."""
        lattice = lattice_over(self._ends[0], self._ends[1], level.spacing_mm)
        if start is not None:
            lattice = start.like(lattice)
        weights = [
            _spline_weights(size, self._spacing_mm / level.spacing_mm, count)
            for size, count in zip(self._shape, lattice.coefficients_mm.shape[1:], strict=True)
        ]
        coefficients = _tensor(lattice.coefficients_mm).requires_grad_()
        descent = torch.optim.Adam([coefficients], lr=level.first_step_mm)
        shrink = torch.optim.lr_scheduler.LinearLR(
            descent, start_factor=1.0, end_factor=_LAST_STEP, total_iters=level.steps
        )
        for _ in range(level.steps):
            places = self._start + _interpolated(coefficients, weights) @ self._unit_from_mm.T
            seen = functional.grid_sample(
                self._moving, places[None], align_corners=True, padding_mode="border"
            )
            difference = (self._weight * (seen - self._fixed) ** 2).sum()
            cost = difference + _STIFFNESS * _bending(coefficients, level.spacing_mm)
            descent.zero_grad()
            cost.backward()  # type: ignore[no-untyped-call]  # torch
            descent.step()
            shrink.step()
        return Displacement(
            coefficients_mm=coefficients.detach().numpy().astype(np.float64),
            corner_lps_mm=lattice.corner_lps_mm,
            spacing_mm=level.spacing_mm,
        )


def _local_contrast(hu: NDArray[np.float32]) -> Tensor:
    """Return (1, 1, z, y, x): HU less the local mean, over the local spread."""
    image = torch.from_numpy(hu)[None, None]
    mean = _smoothed(image)
    spread = torch.sqrt((_smoothed(image**2) - mean**2).clamp_min(0) + _QUIET_HU**2)
    return (image - mean) / spread


def _smoothed(image: Tensor) -> Tensor:
    """Return the mean of means over windows; axis by axis, for a window's whole is far slower."""
    for axis in (0, 1, 2) * 2:
        size = [_WINDOW_VOXELS if one == axis else 1 for one in range(3)]
        half = [one // 2 for one in size]
        image = functional.avg_pool3d(image, size, 1, half, count_include_pad=False)
    return image


def _interpolated(coefficients: Tensor, weights: Sequence[Tensor]) -> Tensor:
    """Return the displacement (z, y, x, 3); the fewest points first, which is the cheapest."""
    along_z, along_y, along_x = weights
    moved = torch.einsum("zc,kcba->kzba", along_z, coefficients)
    moved = torch.einsum("yb,kzba->kzya", along_y, moved)
    return torch.einsum("xa,kzya->zyxk", along_x, moved)


def _bending(coefficients: Tensor, spacing_mm: float) -> Tensor:
    """Return the mean square of all second differences, as a change of strain per coefficient."""
    seconds = [coefficients.diff(dim=a).diff(dim=b) for a in (1, 2, 3) for b in (1, 2, 3)]
    total = torch.stack([(second**2).mean() for second in seconds]).sum()
    return 3 * total / spacing_mm**2


def _spline_weights(size: int, step: float, count: int) -> Tensor:
    """Return (size, count): what each coefficient weighs at each voxel, the first at index 1."""
    away = np.abs((np.arange(size) * step + 1)[:, None] - np.arange(count))
    near = 2 / 3 - away**2 + away**3 / 2
    far = np.maximum(2 - away, 0) ** 3 / 6
    return _tensor(np.where(away < 1, near, far))


def _tensor(values: FloatArray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
