"""An affine map fitted to the grey values of two coarse images."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from inference.registration.grids import LungGrid
from inference.registration.maps import AffineMap
from wetread.domain.geometry import FloatArray

_SOFT_HU = 400.0  # larger differences count less: a new effusion must not pull the lungs away
_ARM_MM = 100.0  # brings the nine matrix entries to mm at the edge of a lung
_ITERATIONS = 30
_SMALL_STEP_MM = 0.02
_SMALL_GAIN = 1e-4
_LEAST_OVERLAP = 0.7  # of the voxels compared at the start
_LARGEST_STRETCH = 1.6  # beyond this it is no longer the same chest, and no way back is needed
_FIRST_DAMPING, _LAST_DAMPING = 1e-3, 1e6


def fit_affine(fixed: LungGrid, moving: LungGrid, start: AffineMap) -> AffineMap:
    """Improve a map from fixed to moving points; the result never fits worse than ``start``.

    Levenberg-Marquardt on a robust (Cauchy) mean of the differences in HU over the fixed lungs
    and their margin, as far as the moving scan shows them. It uses no chance and ends always.
    """
    problem = _Problem.of(fixed, moving)
    parameters = problem.parameters(start)
    best = problem.evaluate(parameters)
    least = _LEAST_OVERLAP * best.seen.sum()
    damping = _FIRST_DAMPING
    for _ in range(_ITERATIONS):
        curvature, slope = problem.normal_equations(best)
        while damping < _LAST_DAMPING:
            damped = curvature + np.diag(damping * curvature.diagonal() + 1e-9)
            step = -np.linalg.solve(damped, slope)
            tried = problem.evaluate(parameters + step)
            if (
                tried.cost < best.cost
                and tried.seen.sum() >= least
                and problem.map(parameters + step).largest_stretch < _LARGEST_STRETCH
            ):
                break
            damping *= 10
        else:
            break
        gain = best.cost - tried.cost
        parameters, best, damping = parameters + step, tried, max(damping / 10, 1e-6)
        if np.abs(step).max() < _SMALL_STEP_MM or gain < _SMALL_GAIN * best.cost:
            break
    return problem.map(parameters)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    voxels: FloatArray  # (3, n) of the moving image
    seen: np.ndarray[tuple[int], np.dtype[np.bool_]]  # which fixed points lie in the moving image
    difference_hu: FloatArray  # (n,)
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    """Twelve parameters in mm: a translation, then the matrix entries times the arm."""

    fixed: LungGrid
    points: FloatArray  # (n, 3) LPS mm, in the fixed region
    center: FloatArray  # (3,)
    fixed_hu: FloatArray  # (n,)
    moving: LungGrid
    moving_hu: FloatArray
    gradients: tuple[FloatArray, ...]  # of moving_hu along LPS x, y, z, in HU per mm

    @classmethod
    def of(cls, fixed: LungGrid, moving: LungGrid) -> "_Problem":
        points = fixed.geometry.lps_from_voxel(np.argwhere(fixed.region).astype(float))
        fixed_hu = ndimage.gaussian_filter(fixed.hu, 1.0).astype(np.float64)
        moving_hu = ndimage.gaussian_filter(moving.hu, 1.0).astype(np.float64)
        along_z, along_y, along_x = np.gradient(moving_hu, moving.spacing_mm)
        return cls(
            fixed=fixed,
            points=points,
            center=points.mean(axis=0),
            fixed_hu=fixed_hu[fixed.region],
            moving=moving,
            moving_hu=moving_hu,
            gradients=(along_x, along_y, along_z),
        )

    def parameters(self, start: AffineMap) -> FloatArray:
        """Return the (12,) parameters of a map."""
        bend = (np.asarray(start.matrix) - np.eye(3)) * _ARM_MM
        moved: FloatArray = start(self.center[None])[0] - self.center
        return np.concatenate([moved, bend.ravel()])

    def map(self, parameters: FloatArray) -> AffineMap:
        """Return the map of (12,) parameters."""
        matrix = np.eye(3) + parameters[3:].reshape(3, 3) / _ARM_MM
        return AffineMap.from_arrays(matrix, self.center + parameters[:3] - matrix @ self.center)

    def evaluate(self, parameters: FloatArray) -> _Fit:
        """Compare the images under a map."""
        voxels = self.moving.geometry.voxel_from_lps(self.map(parameters)(self.points))
        last = np.asarray(self.moving.hu.shape) - 1
        seen = np.all((voxels >= 0) & (voxels <= last), axis=1)
        inside = voxels[seen].T
        difference = ndimage.map_coordinates(self.moving_hu, inside, order=1) - self.fixed_hu[seen]
        robust = np.log1p((difference / _SOFT_HU) ** 2)
        cost = float(robust.mean()) if seen.any() else np.inf
        return _Fit(voxels=inside, seen=seen, difference_hu=difference, cost=cost)

    def normal_equations(self, fit: _Fit) -> tuple[FloatArray, FloatArray]:
        """Return the (12, 12) curvature and the (12,) slope of the cost."""
        slopes = [ndimage.map_coordinates(g, fit.voxels, order=1) for g in self.gradients]
        gradient = np.stack(slopes, axis=1)
        arms = (self.points[fit.seen] - self.center) / _ARM_MM
        turning = (gradient[:, :, None] * arms[:, None, :]).reshape(-1, 9)
        jacobian = np.concatenate([gradient, turning], axis=1)
        weight = 1 / (1 + (fit.difference_hu / _SOFT_HU) ** 2)
        weighted = jacobian * weight[:, None]
        return weighted.T @ jacobian, weighted.T @ fit.difference_hu
