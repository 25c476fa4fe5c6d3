import numpy as np
import pytest

from inference.registration import AffineMap

POINTS = np.array([[1.0, 2.0, 3.0], [-40.0, 50.0, 600.0]])


def test_an_affine_map_turns_then_moves() -> None:
    quarter_turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    turned = AffineMap.from_arrays(quarter_turn, np.array([10.0, 0.0, 0.0]))(POINTS)
    np.testing.assert_allclose(turned, [[8.0, 1.0, 3.0], [-40.0, -40.0, 600.0]])


def test_the_inverse_leads_back() -> None:
    sheared = AffineMap.from_arrays(
        np.array([[1.1, 0.1, 0.0], [0.0, 0.9, 0.05], [0.0, 0.0, 1.0]]), np.array([5.0, 6.0, 7.0])
    )
    np.testing.assert_allclose(sheared.inverse()(sheared(POINTS)), POINTS)


@pytest.mark.parametrize(("scale", "stretch"), [(1.0, 1.0), (1.25, 1.25), (0.8, 1.25)])
def test_shrinking_counts_as_stretching(scale: float, stretch: float) -> None:
    scaled = AffineMap.from_arrays(np.diag([1.0, 1.0, scale]), np.zeros(3))
    assert scaled.largest_stretch == pytest.approx(stretch)
