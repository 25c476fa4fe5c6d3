"""A chest of ellipsoids in which the size and place of everything is known exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.volumes import AXIAL, volume_of
from wetread.domain.geometry import Point, VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

LUNG_HU, BODY_HU, AIR_HU = -860.0, 40.0, -1000.0
_LUNGS = ((-75.0, 0.0, 0.0), (75.0, 0.0, 0.0))  # LPS: the right lung first
_LUNG_HALF_MM = (50.0, 70.0, 105.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball:
    """An ellipsoid along the patient's axes; half axes x, y, z in mm."""

    center_lps_mm: Point
    half_mm: Point
    hu: float = BODY_HU

    @property
    def volume_mm3(self) -> float:
        """The exact volume."""
        return float(4 / 3 * np.pi * np.prod(self.half_mm))


def ball(center_lps_mm: Point, diameter_mm: float, hu: float = BODY_HU) -> Ball:
    """Return a ball."""
    half = diameter_mm / 2
    return Ball(center_lps_mm=center_lps_mm, half_mm=(half, half, half), hu=hu)


def chest(
    balls: Sequence[Ball] = (),
    *,
    spacing_zyx_mm: Point = (2.5, 1.4, 1.4),
    axes_lps: tuple[Point, Point, Point] = AXIAL,
    lungs: int = 2,
    height_mm: float = 240.0,
    noise_hu: float = 0.0,
) -> CtVolume:
    """Return a body of 300 × 220 mm with lungs, a windpipe and balls; blurred by its voxels."""
    extent_lps = np.asarray([310.0, 225.0, height_mm])
    axes = np.asarray(axes_lps)
    extent = np.abs(axes) @ extent_lps
    shape = np.ceil(extent / np.asarray(spacing_zyx_mm)).astype(int)
    half = (axes * ((shape - 1) / 2 * np.asarray(spacing_zyx_mm))[:, None]).sum(axis=0)
    geometry = VolumeGeometry(
        shape_zyx=(int(shape[0]), int(shape[1]), int(shape[2])),
        spacing_zyx_mm=spacing_zyx_mm,
        origin_lps_mm=as_point(-half),
        direction_zyx=axes_lps,
    )
    blur_mm = float(np.mean(spacing_zyx_mm))
    hu = np.full(geometry.shape_zyx, AIR_HU, dtype=np.float32)
    _paint(hu, geometry, (0.0, 0.0, 0.0), (150.0, 105.0, 1e4), BODY_HU, blur_mm)
    for center in _LUNGS[:lungs]:
        _paint(hu, geometry, center, _LUNG_HALF_MM, LUNG_HU, blur_mm)
    if lungs:
        _paint(hu, geometry, (0.0, 0.0, 80.0), (9.0, 9.0, 70.0), AIR_HU, blur_mm)
    for item in balls:
        _paint(hu, geometry, item.center_lps_mm, item.half_mm, item.hu, blur_mm)
    if noise_hu:
        noise = np.random.default_rng(5).standard_normal(hu.shape, dtype=np.float32)
        hu += noise * np.float32(noise_hu)
    return volume_of(geometry, np.rint(hu).astype(np.int16))


def _paint(
    hu: NDArray[np.float32],
    geometry: VolumeGeometry,
    center: Point,
    half: Point,
    value: float,
    blur_mm: float,
) -> None:
    """Paint an ellipsoid whose axes are the grid's, touching only the voxels around it."""
    middle = geometry.voxel_from_lps(np.asarray(center))
    along = np.abs(np.asarray(geometry.direction_zyx)) @ np.asarray(half)
    spacing = np.asarray(geometry.spacing_zyx_mm)
    reach = (along + 2 * blur_mm) / spacing
    lower = np.clip(np.floor(middle - reach).astype(int), 0, hu.shape)
    upper = np.clip(np.ceil(middle + reach).astype(int) + 1, 0, hu.shape)
    z, y, x = (
        ((np.arange(lower[axis], upper[axis]) - middle[axis]) * spacing[axis] / along[axis])
        .astype(np.float32)
        .reshape([-1 if a == axis else 1 for a in range(3)])
        for axis in range(3)
    )
    radius = np.sqrt(z**2 + y**2 + x**2)
    steep = np.sqrt((z / along[0]) ** 2 + (y / along[1]) ** 2 + (x / along[2]) ** 2)
    # To first order the distance to the surface: exact for a ball.
    inside_mm = (1 - radius) * np.maximum(radius, 1e-6) / np.maximum(steep, 1e-9)
    share = np.clip(inside_mm / blur_mm + 0.5, 0, 1)
    box = hu[lower[0] : upper[0], lower[1] : upper[1], lower[2] : upper[2]]
    box += share * (value - box)
