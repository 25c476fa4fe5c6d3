"""What a displacement adds to the affine map, and when it is refused."""

import numpy as np
import pytest

from inference.lungs import segment_lungs
from inference.registration import AffineRegistrar, DeformableRegistrar, Registrar, Registration
from inference.registration.deformable import is_recognised, is_sound
from inference.registration.residual import Residual
from inference.registration.spline import Strain
from tests.support.breathing_chest import Breath, BreathingChest

INHALED = Breath(shift_mm=(8.0, -6.0, 20.0), stretch_z=-0.08, bend_mm=5.0)


def register(registrar: Registrar, prior: BreathingChest) -> Registration:
    current, before = BreathingChest().scan(breath=INHALED, noise_seed=8), prior.scan()
    return registrar.register(
        current=current,
        current_lungs=segment_lungs(current),
        prior=before,
        prior_lungs=segment_lungs(before),
    )


def test_bending_is_followed_better_than_by_the_affine_map() -> None:
    rest = np.random.default_rng(3).uniform([-100, -40, -70], [-50, 40, 70], size=(200, 3))
    here = INHALED.scan_from_rest(rest)
    error_mm = {}
    for registrar in (AffineRegistrar(), DeformableRegistrar()):
        registration = register(registrar, BreathingChest())
        assert registration.trusted
        error = np.linalg.norm(registration.prior_from_current(here) - rest, axis=1)
        error_mm[type(registrar)] = float(np.median(error))
    assert error_mm[DeformableRegistrar] < 0.5 * error_mm[AffineRegistrar]


def test_another_patient_is_not_trusted() -> None:
    assert not register(DeformableRegistrar(), BreathingChest(seed=2, width=0.8)).trusted


@pytest.mark.parametrize(("largest", "volume_ratio"), [(0.9, 0.5), (0.5, -0.1), (np.nan, 0.5)])
def test_a_map_that_strains_or_folds_is_not_sound(largest: float, volume_ratio: float) -> None:
    assert is_sound(Strain(largest=0.5, least_volume_ratio=0.6))
    assert not is_sound(Strain(largest=largest, least_volume_ratio=volume_ratio))


@pytest.mark.parametrize(
    ("places", "recognised", "median_mm"),
    [(5, 1.0, 0.5), (100, 0.5, 0.5), (100, 1.0, 5.0), (100, 1.0, np.nan)],
)
def test_lungs_that_are_not_recognised_are_not_trusted(
    places: int, recognised: float, median_mm: float
) -> None:
    assert is_recognised(Residual(places=100, recognised=1.0, median_mm=0.5))
    assert not is_recognised(Residual(places=places, recognised=recognised, median_mm=median_mm))
