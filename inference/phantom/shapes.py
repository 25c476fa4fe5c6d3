"""Signed distances to simple bodies: negative inside, millimetres, LPS."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from wetread.domain.geometry import FloatArray, Point

Field: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Places in LPS mm; the three arrays broadcast against each other."""

    x: Field
    y: Field
    z: Field

    @classmethod
    def of(cls, points_lps_mm: FloatArray) -> "Points":
        """Take (n, 3) points."""
        x, y, z = np.asarray(points_lps_mm, dtype=np.float32).T
        return cls(x=x, y=y, z=z)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Profile:
    """A smooth curve through knots over z, held as a table of 1 mm steps."""

    z_mm: Field
    values: Field

    @classmethod
    def through(cls, *knots: tuple[float, float]) -> "Profile":
        """Interpolate monotonically between (z, value) knots; constant beyond them."""
        z, values = np.array(sorted(knots)).T
        table = np.arange(z[0], z[-1] + 1, dtype=np.float32)
        curve = PchipInterpolator(z, values)(np.minimum(table, z[-1]))
        return cls(z_mm=table, values=curve.astype(np.float32))

    def at(self, z: Field | FloatArray) -> Field:
        """Return the value at each z."""
        return np.interp(z, self.z_mm, self.values).astype(np.float32)


def to_ellipsoid(
    points: Points, center: Point, semi_axes_mm: Point, *, turned_degrees: float = 0.0
) -> Field:
    """Return the approximate distance to an ellipsoid, turned about z; exact on its surface."""
    x, y, z = points.x - center[0], points.y - center[1], points.z - center[2]
    if turned_degrees:
        cosine, sine = np.cos(np.radians(turned_degrees)), np.sin(np.radians(turned_degrees))
        x, y = (
            x * np.float32(cosine) + y * np.float32(sine),
            y * np.float32(cosine) - x * np.float32(sine),
        )
    a, b, c = (np.float32(axis) for axis in semi_axes_mm)
    u, v, w = (x / a) ** 2, (y / b) ** 2, (z / c) ** 2
    ratio = u + v + w
    slope = np.sqrt(u / (a * a) + v / (b * b) + w / (c * c)) + np.float32(1e-6)
    return np.asarray((ratio - np.sqrt(ratio)) / slope, dtype=np.float32)


def to_tube(x: Field, y: Field, half_width: Field, half_depth: Field) -> Field:
    """Return the radial distance to a rounded box (exponent 2.5) around the origin of x and y."""
    u, v = np.abs(x / half_width), np.abs(y / half_depth)
    size = (u * u * np.sqrt(u) + v * v * np.sqrt(v)) ** np.float32(0.4) + np.float32(1e-6)
    return np.asarray(np.hypot(x, y) * (1 - 1 / size), dtype=np.float32)


def union(one: Field, other: Field, *, rounding_mm: float) -> Field:
    """Return the smooth minimum of two distances: the crease is filled."""
    rounding = np.float32(rounding_mm)
    share = np.clip(rounding - np.abs(one - other), 0, None) / rounding
    return np.asarray(np.minimum(one, other) - share * share * rounding / 4, dtype=np.float32)


def covered(distance: Field, *, edge_mm: float = 1.0) -> Field:
    """Return the share of a voxel inside a body whose edge is blurred over ``edge_mm``."""
    return np.asarray(np.clip(0.5 - distance / np.float32(edge_mm), 0, 1), dtype=np.float32)


def paint(image: Field, value: Field | float, share: Field) -> None:
    """Mix ``value`` into the image, in place, by the share it covers."""
    image += share * (value - image)
