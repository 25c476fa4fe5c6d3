"""A smooth displacement by cubic B-splines, the map it makes with an affine one, the way back."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import ndimage

from inference.registration.maps import AffineMap
from wetread.domain.geometry import FloatArray, Point, as_point

_STEP_MM = 0.5  # of the differences that stand for derivatives
_CLOSE_MM = 1e-4
_ROUNDS = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Displacement:
    """What is added to a point: coefficients (3, z, y, x) in mm along LPS x, y, z.

    They lie ``spacing_mm`` apart along the patient's own axes, the first at ``corner_lps_mm``.
    Beyond the outermost coefficients the displacement goes on as it is at the border.
    """

    coefficients_mm: FloatArray
    corner_lps_mm: Point
    spacing_mm: float

    @classmethod
    def none(cls, shape_zyx: tuple[int, int, int], corner_lps_mm: Point, spacing_mm: float) -> Self:
        """Return the displacement that moves nothing."""
        return cls(
            coefficients_mm=np.zeros((3, *shape_zyx)),
            corner_lps_mm=corner_lps_mm,
            spacing_mm=spacing_mm,
        )

    @property
    def nodes_lps_mm(self) -> FloatArray:
        """The places (z, y, x, 3) of the coefficients."""
        indices = np.moveaxis(np.indices(self.coefficients_mm.shape[1:]).astype(float), 0, -1)
        places: FloatArray = indices[..., ::-1] * self.spacing_mm + np.asarray(self.corner_lps_mm)
        return places

    def __call__(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return (..., 3) mm for (..., 3) LPS mm."""
        offset = (points_lps_mm - np.asarray(self.corner_lps_mm)) / self.spacing_mm
        index = np.moveaxis(offset[..., ::-1], -1, 0)
        moved = [
            ndimage.map_coordinates(along, index, order=3, prefilter=False, mode="nearest")
            for along in self.coefficients_mm
        ]
        return np.stack(moved, axis=-1)

    def like(self, lattice: "Displacement") -> "Displacement":
        """Return the same displacement with its coefficients where those of a lattice are."""
        values = np.moveaxis(self(lattice.nodes_lps_mm), -1, 0)
        return Displacement(
            coefficients_mm=np.stack(
                [ndimage.spline_filter(along, order=3, mode="nearest") for along in values]
            ),
            corner_lps_mm=lattice.corner_lps_mm,
            spacing_mm=lattice.spacing_mm,
        )

    def gradient(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return (..., 3, 3): how the displacement (rows) changes along x, y, z (columns)."""
        slopes = [
            (self(points_lps_mm + step) - self(points_lps_mm - step)) / (2 * _STEP_MM)
            for step in np.eye(3) * _STEP_MM
        ]
        return np.stack(slopes, axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How far a displacement is from moving everything alike."""

    largest: float  # below 1 the map folds nowhere and has exactly one way back
    least_volume_ratio: float  # Jacobian determinant; folded where it is not positive

    @classmethod
    def of(cls, displacement: Displacement) -> Self:
        """Look at the coefficients' places and half way between them."""
        nodes = displacement.nodes_lps_mm
        half_mm = displacement.spacing_mm / 2
        gradients = np.concatenate(
            [displacement.gradient(nodes + shift).reshape(-1, 3, 3) for shift in (0.0, half_mm)]
        )
        return cls(
            largest=float(np.linalg.norm(gradients, ord=2, axis=(1, 2)).max()),
            least_volume_ratio=float(np.linalg.det(gradients + np.eye(3)).min()),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeformableMap:
    """First the displacement, then the affine map; LPS mm to LPS mm."""

    displacement: Displacement
    affine: AffineMap

    def __call__(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return (N, 3) LPS mm for (N, 3) LPS mm."""
        return self.affine(points_lps_mm + self.displacement(points_lps_mm))

    def inverse(self) -> "InverseMap":
        """Return the map of the way back."""
        return InverseMap(displacement=self.displacement, affine=self.affine.inverse())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InverseMap:
    """Undoes an affine map (``affine`` is its inverse), then a displacement.

    The point that was displaced is found by iteration: each round brings it nearer by the
    displacement's strain, which must be below 1.
    """

    displacement: Displacement
    affine: AffineMap

    def __call__(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return (N, 3) LPS mm for (N, 3) LPS mm."""
        displaced = self.affine(points_lps_mm)
        found = displaced
        for _ in range(_ROUNDS):
            last, found = found, displaced - self.displacement(found)
            if np.abs(found - last).max(initial=0.0) < _CLOSE_MM:
                break
        return found


def lattice_over(
    low_lps_mm: FloatArray, high_lps_mm: FloatArray, spacing_mm: float
) -> Displacement:
    """Return the displacement of nothing with coefficients enough for all points of a box."""
    counts = np.ceil((high_lps_mm - low_lps_mm) / spacing_mm).astype(int) + 4
    x, y, z = (int(count) for count in counts)
    return Displacement.none((z, y, x), as_point(low_lps_mm - spacing_mm), spacing_mm)
