"""Marks and labels never leave the image, wherever the nodule lies."""

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from routing.results.drawing import circle_points, heading_boxes, label_boxes, outline_points
from wetread.domain.findings import ImageMark

sizes = st.tuples(st.integers(16, 1024), st.integers(16, 1024))


@st.composite
def marks(draw: st.DrawFn) -> tuple[ImageMark, tuple[int, int]]:
    columns, rows = size = draw(sizes)
    point = st.tuples(st.floats(-5, columns + 5), st.floats(-5, rows + 5))
    mark = ImageMark(
        sop_instance_uid="1.2",
        center_px=draw(st.tuples(st.floats(0, columns), st.floats(0, rows))),
        radius_px=draw(st.floats(0.1, 60)),
        outline_px=tuple(draw(st.lists(point, min_size=3, max_size=6))),
    )
    return mark, size


@given(marks())
def test_points_lie_inside_the_image(case: tuple[ImageMark, tuple[int, int]]) -> None:
    mark, size = case
    outline = outline_points(mark, size)
    circle = circle_points(mark, size)
    for points in (outline, circle):
        assert np.all(points >= 0)
        assert np.all(points <= size)
    np.testing.assert_array_equal(outline[0], outline[-1])
    np.testing.assert_allclose(circle[0], mark.center_px)


@given(marks())
def test_a_circle_that_fits_keeps_its_radius(case: tuple[ImageMark, tuple[int, int]]) -> None:
    mark, size = case
    (x, y), radius = mark.center_px, mark.radius_px
    if radius <= max(x, size[0] - x, y, size[1] - y):  # some point of the rim is inside
        center, rim = circle_points(mark, size)
        np.testing.assert_allclose(np.linalg.norm(rim - center), radius, rtol=1e-6)


@given(marks(), st.lists(st.text("abc ", min_size=1, max_size=120), min_size=1, max_size=3))
def test_a_label_lies_inside_the_image(
    case: tuple[ImageMark, tuple[int, int]], lines: list[str]
) -> None:
    mark, (columns, rows) = case
    above = 0.0
    for left, top, right, bottom in label_boxes(lines, mark, (columns, rows)):
        assert 0 <= left < right <= columns
        assert above <= top < bottom <= rows
        above = top


@given(sizes, st.lists(st.text("ab ", max_size=200), max_size=4))
def test_a_heading_keeps_every_word_inside_the_image(
    size: tuple[int, int], lines: list[str]
) -> None:
    boxes = heading_boxes(lines, size)
    for _, (left, top, right, bottom) in boxes:
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
    shown = "".join(text for text, _ in boxes).replace(" ", "")
    assert "".join(lines).replace(" ", "").startswith(shown)
