"""How the patient lies and breathes in one scan, as a smooth map between scan and anatomy."""

from dataclasses import dataclass

import numpy as np

from inference.phantom.shapes import Field, Points
from wetread.domain.geometry import FloatArray, Point

_LOWEST_Z_MM, _STILL_Z_MM = -130.0, 110.0  # the diaphragm moves most, the apices hardly
_INVERSION_STEPS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Shift, turn about the long axis, depth of breath and a slight bend; all zero is neutral."""

    shift_lps_mm: Point = (0.0, 0.0, 0.0)
    turn_degrees: float = 0.0
    raised_diaphragm_mm: float = 0.0  # by breathing out
    bend_mm: float = 0.0

    def to_anatomy(self, points: Points) -> Points:
        """Return where in the neutral anatomy the points of this scan lie."""
        if self == Pose():
            return points
        x, y, z = (
            axis - np.float32(shift)
            for axis, shift in zip((points.x, points.y, points.z), self.shift_lps_mm, strict=True)
        )
        lower = np.clip((_STILL_Z_MM - z) / (_STILL_Z_MM - _LOWEST_Z_MM), 0, 1.2)
        breath = np.float32(self.raised_diaphragm_mm) * lower * lower
        bend = np.float32(self.bend_mm)
        deeper = z - breath * (1 + y / 400)
        flatter = y * (1 + breath / 400) + bend * np.cos(z / 70)
        sideways = x * (1 + breath / 600) + bend * np.sin(z / 60 + y / 80)
        cosine = np.float32(np.cos(np.radians(self.turn_degrees)))
        sine = np.float32(np.sin(np.radians(self.turn_degrees)))
        return Points(
            x=_single(cosine * sideways + sine * flatter),
            y=_single(cosine * flatter - sine * sideways),
            z=_single(deeper),
        )

    def from_anatomy(self, points_lps_mm: FloatArray) -> FloatArray:
        """Return where (n, 3) points of the neutral anatomy lie in this scan."""
        scan = points_lps_mm.copy()
        if self == Pose():
            return scan
        for _ in range(_INVERSION_STEPS):  # the map moves points little, so this converges
            there = self.to_anatomy(Points.of(scan))
            scan += points_lps_mm - np.stack([there.x, there.y, there.z], axis=-1)
        return scan


def _single(values: Field) -> Field:
    return np.asarray(values, dtype=np.float32)
