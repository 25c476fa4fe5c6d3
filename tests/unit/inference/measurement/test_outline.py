import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from inference.measurement.measurer import enclosing_circle
from inference.measurement.outline import measure_axes, trace_outline
from wetread.domain.geometry import FloatArray


def test_a_disc_has_an_outline_at_its_radius() -> None:
    rows, columns = np.indices((40, 50))
    distance = np.hypot(rows - 18.3, columns - 24.6)
    outline = trace_outline(np.clip(9.5 - distance + 0.5, 0, 1).astype(np.float32))

    assert np.hypot(outline[:, 0] - 18.3, outline[:, 1] - 24.6) == pytest.approx(9.5, abs=0.1)


def test_the_longest_of_two_outlines_is_taken() -> None:
    image = np.zeros((20, 20), dtype=np.float32)
    image[2:4, 2:4] = 1
    image[8:16, 8:16] = 1

    assert trace_outline(image).min() > 7


def test_an_empty_image_has_no_outline() -> None:
    assert trace_outline(np.zeros((5, 5), dtype=np.float32)).shape == (0, 2)


@given(hnp.arrays(np.float32, (7, 9), elements=st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0])))
def test_every_outline_closes_and_walks_less_than_two_voxels_at_a_time(
    image: NDArray[np.float32],
) -> None:
    outline = trace_outline(image)

    steps = np.linalg.norm(outline - np.roll(outline, -1, axis=0), axis=1)
    assert (image > 0.5).any() == bool(len(outline))
    assert np.all(steps < 1.5)


@given(
    half=st.tuples(st.floats(2, 30), st.floats(2, 30)),
    turn=st.floats(0, np.pi),
    shift=st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_the_axes_of_an_ellipse_are_found_however_it_lies(
    half: tuple[float, float], turn: float, shift: tuple[float, float]
) -> None:
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    points = np.stack([half[0] * np.cos(angle), half[1] * np.sin(angle)], axis=1)
    rotation = np.asarray([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])

    long_axis, short_axis = measure_axes(points @ rotation.T + np.asarray(shift))

    assert long_axis == pytest.approx(2 * max(half), rel=0.01)
    assert short_axis == pytest.approx(2 * min(half), rel=0.02)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(0, 100))
)
def test_the_circle_encloses_all_points_and_is_no_larger_than_needed(points: FloatArray) -> None:
    center, radius = enclosing_circle(points)

    farthest = max(np.linalg.norm(p - q) for p in points for q in points)
    assert np.all(np.linalg.norm(points - center, axis=1) <= radius)
    assert radius <= 1.03 * farthest / np.sqrt(3) + 0.02
