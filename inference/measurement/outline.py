"""The outline of a nodule in one slice, and its axes."""

import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import FloatArray

_LEVEL = 0.5
_CHORDS = 64


def trace_outline(share: NDArray[np.float32]) -> FloatArray:
    """Return the longest closed contour at one half of a (rows, columns) image.

    (N, 2) points (row, column) in voxel indices, not repeated at the end; empty where the image
    stays below one half. Marching squares: points lie on the lines between voxel centres.
    """
    image = np.pad(np.asarray(share, dtype=float), 1)
    above = image > _LEVEL
    follows: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    cells = above[:-1, :-1].astype(int) + above[:-1, 1:] + above[1:, :-1] + above[1:, 1:]
    for row, column in np.argwhere((cells > 0) & (cells < 4)):  # noqa: PLR2004 corners of a cell
        follows.update(_segments(above, image, int(row), int(column)))
    loops = []
    while follows:
        start, edge = next(iter(follows.items()))
        del follows[start]
        loop = [start]
        while edge != start:
            loop.append(edge)
            edge = follows.pop(edge)
        loops.append(loop)
    if not loops:
        return np.empty((0, 2))
    longest = max(loops, key=len)
    return np.asarray([_crossing(image, edge) for edge in longest]) - 1


def _segments(
    above: NDArray[np.bool_], image: FloatArray, row: int, column: int
) -> dict[tuple[int, int, int], tuple[int, int, int]]:
    """Return the directed contour pieces in one cell, from edge to edge, inside on the left.

    An edge is (row, column, axis): from that voxel one step along the axis.
    """
    corners = ((row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column))
    edges = ((row, column, 1), (row, column + 1, 0), (row + 1, column, 1), (row, column, 0))
    inside = [bool(above[corner]) for corner in corners]
    # Going round the cell, the contour enters where inside begins and leaves where it ends.
    begins = [i for i in range(4) if not inside[i] and inside[(i + 1) % 4]]
    ends = [i for i in range(4) if inside[i] and not inside[(i + 1) % 4]]
    if len(begins) == 1:
        return {edges[begins[0]]: edges[ends[0]]}
    joined = float(np.mean([image[corner] for corner in corners])) > _LEVEL
    step = -1 if joined else 1  # a saddle: the two insides touch, or they do not
    return {edges[i]: edges[(i + step) % 4] for i in begins}


def _crossing(image: FloatArray, edge: tuple[int, int, int]) -> tuple[float, float]:
    row, column, axis = edge
    first = image[row, column]
    second = image[row + 1, column] if axis == 0 else image[row, column + 1]
    share = float((_LEVEL - first) / (second - first))
    return (row + share, float(column)) if axis == 0 else (float(row), column + share)


def measure_axes(points_mm: FloatArray) -> tuple[float, float]:
    """Return the long axis of a closed (N, 2) outline and the longest chord square to it, in mm."""
    apart = points_mm[:, None] - points_mm[None]
    lengths = np.hypot(apart[..., 0], apart[..., 1])
    first, second = np.unravel_index(int(np.argmax(lengths)), lengths.shape)
    long_axis = float(lengths[first, second])
    if long_axis == 0:
        return 0.0, 0.0
    along = (points_mm[second] - points_mm[first]) / long_axis
    across = np.asarray([-along[1], along[0]])
    t, s = (points_mm - points_mm[first]) @ along, (points_mm - points_mm[first]) @ across
    t_next, s_next = np.roll(t, -1), np.roll(s, -1)
    best = 0.0
    for cut in np.linspace(0, long_axis, _CHORDS + 2)[1:-1]:
        crossed = (t > cut) != (t_next > cut)
        if crossed.any():
            share = (cut - t[crossed]) / (t_next[crossed] - t[crossed])
            where = s[crossed] + share * (s_next[crossed] - s[crossed])
            best = max(best, float(np.ptp(where)))
    return long_axis, best
