"""The outlines of the trunk: skin, chest cavity, mediastinum, diaphragm, lungs (LPS mm).

The origin lies in the middle of the chest at the height of the hila; carina at z = 25 mm,
apices at z = 130 mm, the lowest recesses at z = −125 mm. An adult lying on the back, arms up.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inference.phantom.shapes import Field, Points, Profile, to_ellipsoid, to_tube, union
from wetread.domain.geometry import FloatArray

_BODY_HALF_WIDTH = Profile.through(
    (-200, 164), (-120, 168), (-40, 173), (40, 171), (90, 166), (125, 168), (150, 178), (200, 180)
)
_BODY_HALF_DEPTH = Profile.through(
    (-200, 124), (-120, 128), (-40, 132), (20, 130), (70, 117), (110, 99), (150, 88), (200, 82)
)
_BODY_CENTER_Y = Profile.through((-200, 3), (-40, 4), (60, 8), (120, 13), (200, 16))

_CAVITY_HALF_WIDTH = Profile.through(
    (-200, 138), (-120, 140), (-60, 141), (0, 136), (40, 124), (75, 104), (100, 84), (118, 66),
    (128, 47), (133, 25), (200, 20),
)  # fmt: skip
_CAVITY_HALF_DEPTH = Profile.through(
    (-200, 100), (-120, 104), (-60, 107), (0, 103), (40, 93), (75, 77), (100, 60), (118, 43),
    (128, 29), (133, 16), (200, 12),
)  # fmt: skip
_CAVITY_CENTER_Y = Profile.through((-200, 2), (-40, 2), (40, 8), (90, 16), (130, 26), (200, 26))

_PEDICLE_HALF_WIDTH = Profile.through(
    (-200, 24), (-60, 28), (-20, 35), (10, 36), (35, 32), (60, 29), (90, 25), (130, 22), (200, 24)
)
_PEDICLE_HALF_DEPTH = Profile.through(
    (-200, 40), (-20, 46), (30, 46), (60, 42), (90, 40), (130, 44), (200, 46)
)
SPINE_CENTER_Y = Profile.through((-200, 62), (-100, 68), (-20, 72), (40, 68), (90, 56), (150, 44))
_MIDLINE_X_MM = 2.0


class Lobe(StrEnum):
    """The five lobes of the lungs."""

    RIGHT_UPPER = "right_upper"
    RIGHT_MIDDLE = "right_middle"
    RIGHT_LOWER = "right_lower"
    LEFT_UPPER = "left_upper"
    LEFT_LOWER = "left_lower"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlines:
    """Distances in mm to the large surfaces, at the same places; negative inside."""

    skin: Field
    cavity: Field  # within the ribs
    heart: Field  # within its fat
    spine: Field  # the column of vertebral bodies
    mediastinum: Field  # all between the lungs, the spine included
    right_dome: Field  # halves of the diaphragm; negative in the abdomen
    left_dome: Field
    abdomen: Field  # all below the diaphragm, its sloping rim included
    lungs: Field


def outlines(points: Points) -> Outlines:
    """Return the distances at each place."""
    cavity, heart, spine = _to_cavity(points), _to_heart(points), _to_spine(points)
    mediastinum = _to_mediastinum(points, heart, spine)
    right = to_ellipsoid(points, (-68, -4, -140), (86, 98, 84))
    left = to_ellipsoid(points, (72, -2, -146), (82, 98, 78))
    rim = (points.z + 108 + np.float32(0.22) * points.y) * np.float32(0.95)
    abdomen = union(union(right, left, rounding_mm=12), rim, rounding_mm=4)
    return Outlines(
        skin=_to_skin(points),
        cavity=cavity,
        heart=heart,
        spine=spine,
        mediastinum=mediastinum,
        right_dome=right,
        left_dome=left,
        abdomen=abdomen,
        lungs=np.maximum(np.maximum(cavity + 1, -mediastinum), -abdomen),
    )


def _to_skin(points: Points) -> Field:
    """Return the distance to the surface of the body."""
    y = points.y - _BODY_CENTER_Y.at(points.z)
    furrow = np.float32(9) * np.exp(-((points.x / 26) ** 2)) * (y > 0)  # along the spine
    breast = np.float32(7) * np.exp(-(((np.abs(points.x) - 82) / 45) ** 2)) * (y < 0)
    breast = breast * np.exp(-(((points.z + 25) / 55) ** 2))
    half_depth = _BODY_HALF_DEPTH.at(points.z) + breast - furrow
    return to_tube(points.x, y, _BODY_HALF_WIDTH.at(points.z), half_depth)


def _to_cavity(points: Points) -> Field:
    """Return the distance to the inner surface of the rib cage."""
    return to_tube(
        points.x,
        points.y - _CAVITY_CENTER_Y.at(points.z),
        _CAVITY_HALF_WIDTH.at(points.z),
        _CAVITY_HALF_DEPTH.at(points.z),
    )


def _to_heart(points: Points) -> Field:
    """Return the distance to ventricles and atria together."""
    ventricles = to_ellipsoid(points, (26, -34, -54), (60, 38, 42), turned_degrees=-32)
    atria = to_ellipsoid(points, (-8, -10, -32), (38, 34, 38))
    return union(ventricles, atria, rounding_mm=14)


def _to_spine(points: Points) -> Field:
    """Return the distance to the column of vertebral bodies."""
    y = points.y - SPINE_CENTER_Y.at(points.z)
    ratio = np.sqrt(np.square(points.x / 20) + np.square(y / np.float32(16.5)))
    return np.asarray((ratio - 1) * np.float32(17.5), dtype=np.float32)


def _to_mediastinum(points: Points, heart: Field, spine: Field) -> Field:
    """Return the distance to everything between the lungs, the spine included."""
    pedicle = to_tube(
        points.x - 3,
        points.y + 2,
        _PEDICLE_HALF_WIDTH.at(points.z),
        _PEDICLE_HALF_DEPTH.at(points.z),
    )
    behind_breastbone = np.clip(front_of_cavity_y(points.z) + 26 - points.y, 0, None)
    septum = np.maximum(
        np.abs(points.x - 2 - points.z * np.float32(0.02))
        - 3
        - np.float32(0.7) * behind_breastbone,
        points.y + 10,
    )
    widening = np.clip(points.y - 78, 0, None) * np.float32(0.55)
    back = np.maximum(np.abs(points.x - 3) - 18 - widening, 15 - points.y)
    whole = union(heart - 5, pedicle, rounding_mm=16)
    whole = union(whole, septum, rounding_mm=14)
    return union(whole, union(back, spine - 4, rounding_mm=8), rounding_mm=12)


def front_of_cavity_y(z: Field) -> Field:
    """Return how far forward the cavity reaches in the midline."""
    return _CAVITY_CENTER_Y.at(z) - _CAVITY_HALF_DEPTH.at(z)


def cavity_point(z: FloatArray, angle: FloatArray, outward_mm: float) -> FloatArray:
    """Return (n, 3) points on the cavity's wall; angle 0 is the back, +π/2 the left side."""
    half_width, half_depth = _CAVITY_HALF_WIDTH.at(z), _CAVITY_HALF_DEPTH.at(z)
    sine, cosine = np.sin(angle), np.cos(angle)
    u, v = np.abs(sine / half_width), np.abs(cosine / half_depth)
    radius = (u**2.5 + v**2.5) ** -0.4 + outward_mm
    return np.stack([radius * sine, _CAVITY_CENTER_Y.at(z) + radius * cosine, z], axis=-1)


def to_oblique_fissure(points: Points) -> Field:
    """Return the distance to the oblique fissures; positive towards the upper lobes."""
    plane = points.z - points.y * np.float32(1.05) + np.float32(6)
    bulge = np.float32(9) * np.cos(points.x / 48)
    return np.asarray((plane + bulge) * np.float32(0.69), dtype=np.float32)


def to_minor_fissure(points: Points) -> Field:
    """Return the distance to the horizontal fissure of the right lung; positive above."""
    return np.asarray(
        points.z - 4 - 6 * np.cos((points.x + 60) / 40) + points.y * np.float32(0.08),
        dtype=np.float32,
    )


def spine_center_y(z: float) -> float:
    """Return how far back the middle of a vertebral body lies."""
    return float(SPINE_CENTER_Y.at(np.array(z)))


def lobe_masks(points: Points) -> dict[Lobe, NDArray[np.bool_]]:
    """Tell for points inside the lungs which lobe each belongs to."""
    right = points.x < _MIDLINE_X_MM
    upper = to_oblique_fissure(points) > 0
    above = to_minor_fissure(points) > 0
    return {
        Lobe.RIGHT_UPPER: right & upper & above,
        Lobe.RIGHT_MIDDLE: right & upper & ~above,
        Lobe.RIGHT_LOWER: right & ~upper,
        Lobe.LEFT_UPPER: ~right & upper,
        Lobe.LEFT_LOWER: ~right & ~upper,
    }
