"""Where marks and words lie on an image: DICOM pixel coordinates, never outside the image.

Points are (column, row); the top-left corner of the first pixel is (0, 0) (PS3.3 C.10.5.1.2).
"""

from collections.abc import Sequence
from textwrap import wrap
from typing import Final, TypeAlias

import numpy as np
from pydicom import Dataset

from wetread.domain.findings import ImageMark
from wetread.domain.geometry import FloatArray

Size: TypeAlias = tuple[int, int]
"""Columns and rows of an image."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""

# Shares of the image that a letter and a line of text take, as readers find them legible.
_LETTER_WIDTH: Final = 0.0105
_LINE_HEIGHT: Final = 0.032
_MARGIN: Final = 0.02
_PLACE: Final = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")


def outline_points(mark: ImageMark, size: Size) -> FloatArray:
    """Return the (N + 1, 2) closed outline, its first point repeated at the end."""
    points = np.asarray([*mark.outline_px, mark.outline_px[0]], dtype=float)
    return np.asarray(np.clip(points, 0.0, size))


def circle_points(mark: ImageMark, size: Size) -> FloatArray:
    """Return (2, 2): the centre, and a point of the circle that lies inside the image."""
    center = np.clip(np.asarray(mark.center_px, dtype=float), 0.0, size)
    rims = center + mark.radius_px * np.asarray([[1, 0], [-1, 0], [0, 1], [0, -1]])
    inside = np.all((rims >= 0.0) & (rims <= size), axis=1)
    return np.stack([center, np.clip(rims[int(np.argmax(inside))], 0.0, size)])


def encloses(mark: ImageMark) -> bool:
    """Tell whether the outline of a mark encloses anything: it takes three points."""
    return len(mark.outline_px) > 2  # noqa: PLR2004


def outline_lps_mm(mark: ImageMark, image: Dataset) -> FloatArray | None:
    """Return the (N + 1, 3) closed outline in patient coordinates (PS3.3 C.7.6.2.1.1).

    None where the mark has no outline, or the image's place is not known.
    """
    place = [image.get(keyword) for keyword in _PLACE]
    if not encloses(mark) or not all(place):
        return None
    position, orientation, spacing = (np.asarray(value, dtype=float) for value in place)
    # The centre of the first pixel lies at its position, half a pixel from the corner at (0, 0).
    steps = (outline_points(mark, (image.Columns, image.Rows)) - 0.5) * spacing[::-1]
    return np.asarray(position + steps @ orientation.reshape(2, 3))


def label_boxes(lines: Sequence[str], mark: ImageMark, size: Size) -> tuple[Box, ...]:
    """Return the boxes of a label's lines, one below the other beside the circle of a mark."""
    columns, rows = size
    width = min(max(map(len, lines)) * _LETTER_WIDTH * columns, columns)
    height = _LINE_HEIGHT * rows
    (x, y), gap = mark.center_px, mark.radius_px + _MARGIN * columns / 2
    left = x + gap if x + gap + width <= columns else x - gap - width
    left = min(max(left, 0.0), columns - width)
    top = min(max(y - len(lines) * height / 2, 0.0), rows - len(lines) * height)
    tops = [top + index * height for index in range(len(lines))]
    right = min(left + width, columns)
    return tuple((left, top, right, min(top + height, rows)) for top in tops)


def heading_boxes(lines: Sequence[str], size: Size) -> tuple[tuple[str, Box], ...]:
    """Return the lines, wrapped to the image's width, each with its box from the top-left down."""
    columns, rows = size
    left, right = _MARGIN * columns, (1 - _MARGIN) * columns
    letters = int((right - left) / (_LETTER_WIDTH * columns))
    wrapped = [part for line in lines for part in wrap(line, letters)]
    fitting = wrapped[: int((1 - 2 * _MARGIN) / _LINE_HEIGHT)]
    return tuple(
        (
            text,
            (
                left,
                (_MARGIN + index * _LINE_HEIGHT) * rows,
                right,
                (_MARGIN + (index + 1) * _LINE_HEIGHT) * rows,
            ),
        )
        for index, text in enumerate(fitting)
    )
