"""Made-up lungs with vessels and nodules that can be scanned in any breath, with exact truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from tests.support.findings import circle_outline
from wetread.domain.findings import ImageMark, Measurement, Nodule, NoduleType
from wetread.domain.geometry import FloatArray, Point, VolumeGeometry, as_point
from wetread.domain.uids import derive_uid
from wetread.domain.volumes import CtVolume

_EDGE_MM = 3.0  # over which one tissue goes over into the next
_LUNG_HU, _TISSUE_HU, _AIR_HU = -860.0, 30.0, -1000.0
_BODY_MM = np.array([165.0, 115.0, 400.0])
_LUNGS = (
    (np.array([-75.0, 0.0, 0.0]), np.array([58.0, 82.0, 115.0])),
    (np.array([78.0, 5.0, -5.0]), np.array([52.0, 80.0, 110.0])),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ball:
    """A round nodule at rest."""

    center_lps_mm: Point
    diameter_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Breath:
    """How far the chest of a scan is from rest: shifted, stretched along z, and bent smoothly."""

    shift_mm: Point = (0.0, 0.0, 0.0)
    stretch_z: float = 0.0
    bend_mm: float = 0.0

    def rest_from_scan(self, points: FloatArray) -> FloatArray:
        """Return where points (N, 3) of the scan lie at rest."""
        return points - self._moved(points)

    def scan_from_rest(self, points: FloatArray) -> FloatArray:
        """Return where points (N, 3) at rest lie in the scan."""
        found = points
        for _ in range(50):
            found = points + self._moved(found)
        return found

    def _moved(self, points: FloatArray) -> FloatArray:
        x, y, z = np.moveaxis(points / 60.0, -1, 0)
        bend = np.stack([np.sin(y + z), np.sin(z - x + 1), np.sin(x + y + 2)], axis=-1)
        moved: FloatArray = self.bend_mm * bend + np.asarray(self.shift_mm)
        moved[..., 2] += self.stretch_z * (points[..., 2] - 110.0)
        return moved


class BreathingChest:
    """Lungs whose vessels follow from a seed; ``width`` other than 1 makes another patient."""

    def __init__(self, seed: int = 1, width: float = 1.0) -> None:
        self._width = np.array([width, 1.0, 1.0])
        rng = np.random.default_rng(seed)
        points, radii = [], []
        for center, half in _LUNGS:
            hilum = center + np.array([-0.6 * np.sign(center[0]) * half[0], 5.0, 0.0])
            for _ in range(45):
                end = center + half * rng.normal(size=3) * 0.5
                bend = rng.normal(scale=12.0, size=3)
                t = np.linspace(0, 1, 60)[:, None]
                points.append(hilum + t * (end - hilum) + t * (1 - t) * bend)
                radii.append(4.0 - 2.8 * t[:, 0])
        self._vessels = KDTree(np.concatenate(points))
        self._radii = np.concatenate(radii)

    def scan(
        self,
        balls: Sequence[Ball] = (),
        breath: Breath | None = None,
        *,
        spacing_mm: float = 3.0,
        low_lps_mm: Point = (-171.0, -120.0, -141.0),
        high_lps_mm: Point = (171.0, 120.0, 141.0),
        noise_seed: int = 7,
    ) -> CtVolume:
        """Return the CT of the box between two corners."""
        size = np.subtract(high_lps_mm, low_lps_mm) // spacing_mm
        x, y, z = (int(count) + 1 for count in size)
        geometry = VolumeGeometry(
            shape_zyx=(z, y, x),
            spacing_zyx_mm=(spacing_mm,) * 3,
            origin_lps_mm=low_lps_mm,
            direction_zyx=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
        )
        indices = np.moveaxis(np.indices((z, y, x)).astype(float), 0, -1).reshape(-1, 3)
        rest = (breath or Breath()).rest_from_scan(geometry.lps_from_voxel(indices))
        hu = self._hu_at_rest(rest / self._width, rest, balls)
        hu += np.random.default_rng(noise_seed).normal(scale=15.0, size=hu.shape)
        return CtVolume(
            series_instance_uid=derive_uid("breathing chest", noise_seed),
            frame_of_reference_uid=derive_uid("breathing chest frame", noise_seed),
            hu=hu.reshape(z, y, x).astype(np.int16),
            geometry=geometry,
            sop_instance_uids=tuple(derive_uid("slice", noise_seed, k) for k in range(z)),
        )

    def _hu_at_rest(
        self, shape_mm: FloatArray, rest_mm: FloatArray, balls: Sequence[Ball]
    ) -> FloatArray:
        body = _inside(1 - np.linalg.norm(shape_mm / _BODY_MM, axis=1), 0.01)
        lung = np.zeros(len(shape_mm))
        for center, half in _LUNGS:
            depth_mm = (1 - np.linalg.norm((shape_mm - center) / half, axis=1)) * half.min()
            lung = np.maximum(lung, _inside(depth_mm, _EDGE_MM))
        vessel = np.zeros(len(shape_mm))
        distance, nearest = self._vessels.query(shape_mm[lung > 0])
        vessel[lung > 0] = _inside(self._radii[nearest] - distance, _EDGE_MM)
        for ball in balls:
            away = np.linalg.norm(rest_mm - np.asarray(ball.center_lps_mm), axis=1)
            vessel = np.maximum(vessel, _inside(ball.diameter_mm / 2 - away, _EDGE_MM))
        air = lung * (1 - vessel)
        hu: FloatArray = _AIR_HU + body * (_TISSUE_HU - _AIR_HU) + air * (_LUNG_HU - _TISSUE_HU)
        return hu


def _inside(depth: NDArray[np.float64], edge: float) -> FloatArray:
    share: FloatArray = np.clip(depth / edge + 0.5, 0.0, 1.0)
    return share


def measured(
    center_lps_mm: Point | FloatArray,
    diameter_mm: float,
    nodule_type: NoduleType = NoduleType.SOLID,
) -> Measurement:
    """Return the measurement of a ball."""
    return Measurement(
        center_lps_mm=as_point(np.asarray(center_lps_mm, dtype=float)),
        long_axis_mm=diameter_mm,
        short_axis_mm=diameter_mm,
        volume_mm3=float(np.pi / 6 * diameter_mm**3),
        type=nodule_type,
        side="right",
        mark=ImageMark(
            sop_instance_uid="1.2.3",
            center_px=(20.5, 30.5),
            radius_px=6.0,
            outline_px=circle_outline((20.5, 30.5), 6.0),
        ),
    )


def tracked(number: int, measurement: Measurement) -> Nodule:
    """Return the nodule of a prior study."""
    return Nodule(
        tracking_id=f"Nodule {number}",
        tracking_uid=derive_uid("tracked", number),
        measurement=measurement,
        score=0.9,
    )


def seen(balls: Sequence[Ball], breath: Breath) -> list[Measurement]:
    """Return balls at rest as they are measured in a scan."""
    return [
        measured(breath.scan_from_rest(np.asarray([ball.center_lps_mm]))[0], ball.diameter_mm)
        for ball in balls
    ]
