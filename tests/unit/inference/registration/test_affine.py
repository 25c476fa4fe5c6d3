"""The affine registration against made-up chests whose motion is known exactly."""

from dataclasses import replace

import numpy as np
import pytest

from inference.lungs import segment_lungs
from inference.registration import AffineRegistrar, Quality, Registration
from inference.registration.affine import is_trustworthy
from tests.support.breathing_chest import Breath, BreathingChest
from wetread.domain.geometry import FloatArray, as_point
from wetread.domain.volumes import CtVolume

CHEST = BreathingChest()
REST = Breath()
INHALED = Breath(shift_mm=(8.0, -6.0, 20.0), stretch_z=-0.08, bend_mm=5.0)


def _points_in_lungs() -> FloatArray:
    ball = np.random.default_rng(3).normal(size=(200, 3))
    ball *= np.random.default_rng(4).random((200, 1)) ** (1 / 3) / np.linalg.norm(
        ball, axis=1, keepdims=True
    )
    right = ball[:100] * [45.0, 65.0, 90.0] + np.array([-75.0, 0.0, 0.0])
    left = ball[100:] * [40.0, 65.0, 85.0] + np.array([78.0, 5.0, -5.0])
    return np.concatenate([right, left])


POINTS = _points_in_lungs()


@pytest.fixture(scope="module")
def inhaled() -> CtVolume:
    return CHEST.scan(breath=INHALED, noise_seed=8)


@pytest.fixture(scope="module")
def resting() -> CtVolume:
    return CHEST.scan()


def register(current: CtVolume, prior: CtVolume) -> Registration:
    return AffineRegistrar().register(
        current=current,
        current_lungs=segment_lungs(current),
        prior=prior,
        prior_lungs=segment_lungs(prior),
    )


def error_mm(registration: Registration, current: Breath, prior: Breath) -> FloatArray:
    mapped = registration.prior_from_current(current.scan_from_rest(POINTS))
    error: FloatArray = np.linalg.norm(mapped - prior.scan_from_rest(POINTS), axis=1)
    return error


def test_a_scan_lies_on_itself(resting: CtVolume) -> None:
    registration = register(resting, resting)
    assert registration.trusted
    np.testing.assert_allclose(registration.prior_from_current(POINTS), POINTS, atol=0.05)


def test_shift_and_breath_are_followed_either_way(inhaled: CtVolume, resting: CtVolume) -> None:
    for current, prior, here, there in (
        (inhaled, resting, INHALED, REST),
        (resting, inhaled, REST, INHALED),
    ):
        registration = register(current, prior)
        error = error_mm(registration, here, there)
        assert registration.trusted
        assert error.mean() < 4.5  # the bending alone, which no affine map can follow, is 4 to 5
        assert error.max() < 10.0


def test_the_way_back_undoes_the_way_there(inhaled: CtVolume, resting: CtVolume) -> None:
    registration = register(inhaled, resting)
    there = registration.prior_from_current(POINTS)
    np.testing.assert_allclose(registration.current_from_prior(there), POINTS, atol=1e-6)
    turned = registration.reversed()
    np.testing.assert_array_equal(turned.current_from_prior(POINTS), there)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        pytest.param((-171.0, -120.0, -20.0), (171.0, 120.0, 141.0), id="no bases"),
        pytest.param((-171.0, -120.0, -141.0), (171.0, 120.0, 0.0), id="no apices"),
        pytest.param((-140.0, -90.0, -141.0), (140.0, 95.0, 141.0), id="small field of view"),
    ],
)
def test_a_prior_that_shows_less_is_still_followed(
    inhaled: CtVolume,
    low: tuple[float, float, float],
    high: tuple[float, float, float],
) -> None:
    prior = CHEST.scan(low_lps_mm=low, high_lps_mm=high)
    registration = register(inhaled, prior)
    shown = [prior.geometry.contains(as_point(point)) for point in POINTS]
    assert registration.trusted
    assert error_mm(registration, INHALED, REST)[shown].mean() < 5.0


def test_moving_both_scans_moves_nothing_else(inhaled: CtVolume, resting: CtVolume) -> None:
    offset = np.array([300.0, -40.0, 1000.0])

    def moved(volume: CtVolume) -> CtVolume:
        origin = as_point(np.asarray(volume.geometry.origin_lps_mm) + offset)
        return replace(volume, geometry=replace(volume.geometry, origin_lps_mm=origin))

    here = register(inhaled, resting)
    away = register(moved(inhaled), moved(resting))
    np.testing.assert_allclose(
        away.prior_from_current(POINTS + offset),
        here.prior_from_current(POINTS) + offset,
        atol=0.05,
    )
    assert away.trusted is here.trusted


def test_the_same_scans_give_the_same_map(inhaled: CtVolume, resting: CtVolume) -> None:
    assert register(inhaled, resting) == register(inhaled, resting)


def test_another_patient_is_not_trusted(inhaled: CtVolume) -> None:
    assert not register(inhaled, BreathingChest(seed=2, width=0.8).scan()).trusted


@pytest.mark.parametrize(
    "worse",
    [
        {"lung_dice": 0.7},
        {"correlation": 0.7},
        {"texture_correlation": 0.4},
        {"shared_lung": 0.1},
        {"largest_stretch": 1.5},
        {"correlation": float("nan")},
    ],
)
def test_one_bad_figure_is_enough_for_distrust(worse: dict[str, float]) -> None:
    good = Quality(
        lung_dice=0.95,
        correlation=0.95,
        texture_correlation=0.8,
        shared_lung=1.0,
        largest_stretch=1.05,
    )
    assert is_trustworthy(good)
    assert not is_trustworthy(replace(good, **worse))
    assert not is_trustworthy(Quality.none())
