"""How the slices of a series lie to each other (PS3.3 C.7.6.2.1.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from wetread.domain.errors import VolumeError
from wetread.domain.geometry import FloatArray, Point, as_point

_SAME_PLACE_MM = 0.01  # positions are written with a few decimals
_GAP_FACTOR = 1.5  # a distance this many times the usual one hides a slice
_NAMED_WITHIN_COSINE = np.cos(np.radians(15.0))
_PERPENDICULAR_TOLERANCE = 1e-2


class Orientation(StrEnum):
    """The plane of the slices, by the patient axis their normal is near to."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    OBLIQUE = "oblique"


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceStack:
    """A pile of parallel slices, measured; what is good enough is for others to judge.

    Indices count the slices as they were given; distances are along the normal.
    """

    order: tuple[int, ...]  # indices, ascending along the normal
    direction_zyx: tuple[Point, Point, Point]  # normal, down the columns, along the rows; LPS
    orientation: Orientation
    first_position_lps_mm: Point  # of slice order[0]: the centre of its first pixel
    spacing_mm: float  # of the regular stack, missing slices counted; 0 for a single place
    jitter_mm: float  # largest difference of a distance from the median; gaps left out
    deviation_mm: float  # largest distance of a slice from its place in the regular stack
    tilt_degrees: float  # between the normal and the line through the positions
    misalignment_degrees: float  # largest angle between a slice's axis and the commonest
    gaps: tuple[int, ...]  # k: slices are missing between order[k] and order[k + 1]
    missing_slices: int
    duplicates: tuple[tuple[int, int], ...]  # index pairs at one position
    coverage_mm: float  # first to last slice, half a spacing on either side included


def describe_stack(
    orientations: FloatArray | Sequence[Sequence[float]],
    positions_lps_mm: FloatArray | Sequence[Sequence[float]],
) -> SliceStack:
    """Describe slices given as ImageOrientationPatient (n, 6) and ImagePositionPatient (n, 3).

    Raise `VolumeError` only where there is nothing to describe: no slices, values that are not
    numbers, or an orientation that is not two perpendicular directions.
    """
    cosines = np.asarray(orientations, dtype=float).reshape(-1, 2, 3)
    positions = np.asarray(positions_lps_mm, dtype=float).reshape(-1, 3)
    if len(positions) == 0 or len(cosines) != len(positions):
        raise VolumeError(f"{len(cosines)} orientations and {len(positions)} positions of slices")
    if not (np.isfinite(cosines).all() and np.isfinite(positions).all()):
        raise VolumeError("a slice's position or orientation is not a number")
    frames = _frames(cosines)
    kinds, counts = np.unique(frames.round(6), axis=0, return_counts=True)
    axes = frames[np.abs(frames - kinds[counts.argmax()]).max(axis=(1, 2)).argmin()]
    order = np.argsort(positions @ axes[0], kind="stable")
    placed = positions[order]
    distances = np.diff(placed @ axes[0])
    same = distances <= _SAME_PLACE_MM
    median = float(np.median(distances[~same])) if not same.all() else 0.0
    gap = distances > _GAP_FACTOR * median
    steps = np.where(same, 0, 1)
    steps[gap] = np.rint(distances[gap] / median)
    place = np.concatenate(([0], np.cumsum(steps)))
    line = (placed[-1] - placed[0]) / max(int(place[-1]), 1)
    spacing = float(line @ axes[0]) if median else 0.0
    return SliceStack(
        order=tuple(int(index) for index in order),
        direction_zyx=(as_point(axes[0]), as_point(axes[1]), as_point(axes[2])),
        orientation=_orientation(axes[0]),
        first_position_lps_mm=as_point(placed[0]),
        spacing_mm=spacing,
        jitter_mm=float(np.abs(distances[~same & ~gap] - median).max(initial=0.0)),
        deviation_mm=float(
            np.linalg.norm(placed - placed[0] - place[:, None] * line, axis=1).max()
        ),
        tilt_degrees=_angle_degrees(line, axes[0]) if median else 0.0,
        misalignment_degrees=max(
            _angle_degrees(axis, common)
            for frame in kinds
            for axis, common in zip(frame, axes, strict=True)
        ),
        gaps=tuple(int(index) for index in np.flatnonzero(gap)),
        missing_slices=int(steps[gap].sum() - gap.sum()),
        duplicates=tuple((int(order[k]), int(order[k + 1])) for k in np.flatnonzero(same)),
        coverage_mm=float(distances.sum()) + spacing,
    )


def _frames(cosines: FloatArray) -> FloatArray:
    """Turn row and column cosines (n, 2, 3) into unit axes (n, 3, 3): normal, column, row."""
    lengths = np.linalg.norm(cosines, axis=2, keepdims=True)
    if not (lengths > 0).all():
        raise VolumeError("a slice's orientation has a direction of no length")
    row, column = np.moveaxis(cosines / lengths, 1, 0)
    if np.abs((row * column).sum(axis=1)).max() > _PERPENDICULAR_TOLERANCE:
        raise VolumeError("a slice's rows and columns are not perpendicular")
    normal = np.cross(row, column)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return np.stack([normal, np.cross(normal, row), row], axis=1)


def _angle_degrees(one: FloatArray, other: FloatArray) -> float:
    """Return the angle between two vectors; exact for small angles too."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other)))


def _orientation(normal: FloatArray) -> Orientation:
    """Name the plane whose normal lies near a patient axis."""
    axis = int(np.abs(normal).argmax())
    if abs(normal[axis]) < _NAMED_WITHIN_COSINE:
        return Orientation.OBLIQUE
    return (Orientation.SAGITTAL, Orientation.CORONAL, Orientation.AXIAL)[axis]
