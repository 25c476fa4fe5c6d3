"""A smooth displacement can be undone, and finer coefficients say the same."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.registration.maps import AffineMap
from inference.registration.spline import DeformableMap, Displacement, Strain, lattice_over

LOW, HIGH = np.array([-60.0, -50.0, 900.0]), np.array([70.0, 80.0, 1050.0])


def displacement(seed: int, size_mm: float) -> Displacement:
    lattice = lattice_over(LOW, HIGH, 32.0)
    values = np.random.default_rng(seed).uniform(-size_mm, size_mm, lattice.coefficients_mm.shape)
    return Displacement(
        coefficients_mm=values,
        corner_lps_mm=lattice.corner_lps_mm,
        spacing_mm=lattice.spacing_mm,
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), size_mm=st.floats(0.0, 8.0))
def test_the_way_back_undoes_the_way_there(seed: int, size_mm: float) -> None:
    bend = displacement(seed, size_mm)
    affine = AffineMap.from_arrays(np.diag([1.1, 0.9, 1.2]), np.array([30.0, -4.0, 200.0]))
    there = DeformableMap(displacement=bend, affine=affine)
    points = np.random.default_rng(seed).uniform(LOW - 40, HIGH + 40, size=(50, 3))
    strain = Strain.of(bend)
    assert strain.largest < 1
    assert strain.least_volume_ratio > 0
    np.testing.assert_allclose(there.inverse()(there(points)), points, atol=0.01)


def test_finer_coefficients_say_the_same() -> None:
    coarse = displacement(3, 10.0)
    fine = coarse.like(lattice_over(LOW, HIGH, 10.0))
    points = np.random.default_rng(4).uniform(LOW + 10, HIGH - 10, size=(100, 3))
    np.testing.assert_allclose(fine(points), coarse(points), atol=0.1)
