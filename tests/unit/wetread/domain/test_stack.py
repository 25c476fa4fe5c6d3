import numpy as np
import pytest

from wetread.domain.errors import VolumeError
from wetread.domain.geometry import FloatArray
from wetread.domain.stack import Orientation, SliceStack, describe_stack

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def axial(*z_mm: float, shift_mm: FloatArray | None = None) -> SliceStack:
    positions = np.array([[-10.0, 5.0, z] for z in z_mm])
    return describe_stack(
        [AXIAL] * len(z_mm), positions if shift_mm is None else positions + shift_mm
    )


def test_a_regular_stack() -> None:
    stack = axial(4.0, 1.0, 7.0, 10.0)
    assert stack.order == (1, 0, 2, 3)
    assert stack.first_position_lps_mm == (-10.0, 5.0, 1.0)
    assert stack.direction_zyx == ((0, 0, 1), (0, 1, 0), (1, 0, 0))
    assert stack.orientation is Orientation.AXIAL
    assert (stack.spacing_mm, stack.coverage_mm) == (3.0, 12.0)
    assert (stack.jitter_mm, stack.deviation_mm, stack.tilt_degrees) == (0.0, 0.0, 0.0)
    assert (stack.gaps, stack.missing_slices, stack.duplicates) == ((), 0, ())


def test_missing_slices_are_counted_and_do_not_stretch_the_spacing() -> None:
    stack = axial(0, 1, 2, 5, 6, 8)
    assert stack.gaps == (2, 4)
    assert stack.missing_slices == 3
    assert stack.spacing_mm == pytest.approx(1.0)
    assert stack.jitter_mm == pytest.approx(0.0)
    assert stack.coverage_mm == pytest.approx(9.0)


def test_slices_at_one_place_are_named_and_do_not_shrink_the_spacing() -> None:
    stack = axial(0, 2, 2.004, 4, 4, 6)
    assert stack.duplicates == ((1, 2), (3, 4))
    assert stack.spacing_mm == pytest.approx(2.0)
    assert stack.missing_slices == 0


def test_two_series_in_one_lie_in_pairs() -> None:
    stack = axial(*[0.0, 1, 2, 3] * 2)
    assert len(stack.duplicates) == 4
    assert stack.spacing_mm == pytest.approx(1.0)


def test_positions_rounded_to_a_tenth_keep_the_true_spacing() -> None:
    stack = axial(*np.round(np.arange(321) * 0.625, 1))
    assert stack.spacing_mm == pytest.approx(0.625, abs=1e-3)
    assert stack.jitter_mm == pytest.approx(0.1)
    assert stack.deviation_mm < 0.06


def test_slices_that_drift_deviate_though_each_distance_is_nearly_right() -> None:
    distances = np.repeat([1.0, 1.09], 100)
    stack = axial(*np.cumsum(distances))
    assert stack.jitter_mm < 0.1
    assert stack.deviation_mm == pytest.approx(100 * 0.045, rel=0.02)


def test_a_tilted_gantry_shows_as_an_angle_not_as_deviation() -> None:
    z = np.arange(10) * 2.0
    shift = np.stack([0 * z, z * np.tan(np.radians(12)), 0 * z], axis=1)
    stack = axial(*z, shift_mm=shift)
    assert stack.tilt_degrees == pytest.approx(12.0)
    assert stack.deviation_mm == pytest.approx(0.0, abs=1e-9)
    assert stack.spacing_mm == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("cosines", "orientation"),
    [
        (AXIAL, Orientation.AXIAL),
        ((-1, 0, 0, 0, 1, 0), Orientation.AXIAL),  # prone or feet first
        (CORONAL, Orientation.CORONAL),
        (SAGITTAL, Orientation.SAGITTAL),
        ((1, 0, 0, 0, 0.995, 0.0999), Orientation.AXIAL),
        ((1, 0, 0, 0, 0.7071, 0.7071), Orientation.OBLIQUE),
    ],
)
def test_the_plane_is_named_by_its_normal(
    cosines: tuple[float, ...], orientation: Orientation
) -> None:
    assert describe_stack([cosines] * 2, [[0, 0, 0], [1, 1, 1]]).orientation is orientation


def test_a_localiser_among_axial_slices_is_misaligned() -> None:
    stack = describe_stack([AXIAL, CORONAL, AXIAL], [[0, 0, 0], [0, 0, 50], [0, 0, 1]])
    assert stack.misalignment_degrees == pytest.approx(90.0)
    assert stack.orientation is Orientation.AXIAL


def test_a_single_slice_has_a_place_but_no_spacing() -> None:
    stack = axial(3.0)
    assert stack.order == (0,)
    assert (stack.spacing_mm, stack.coverage_mm, stack.tilt_degrees) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("orientations", "positions"),
    [
        ([], []),
        ([AXIAL], [[0, 0, 0], [0, 0, 1]]),
        ([AXIAL, (0, 0, 0, 0, 1, 0)], [[0, 0, 0], [0, 0, 1]]),
        ([AXIAL, (1, 0, 0, 0.7, 0.7, 0)], [[0, 0, 0], [0, 0, 1]]),
        ([AXIAL, AXIAL], [[0, 0, 0], [0, 0, float("nan")]]),
    ],
)
def test_what_is_no_stack_is_refused(
    orientations: list[tuple[float, ...]], positions: list[list[float]]
) -> None:
    with pytest.raises(VolumeError):
        describe_stack(orientations, positions)
