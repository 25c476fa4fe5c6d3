import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import ndimage

from inference.lungs.balls import close, dilate, fill_holes
from wetread.domain.geometry import Point

masks = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=3, max_dims=3, min_side=1, max_side=9))
spacings = st.tuples(*[st.sampled_from((0.7, 1.0, 1.25, 2.5))] * 3)
radii = st.sampled_from((2.5, 3.0, 4.1))


@settings(deadline=None)
@given(masks, radii, spacings)
def test_what_is_dilated_lies_within_the_radius(
    mask: np.ndarray, radius_mm: float, spacing: Point
) -> None:
    # Where nothing is set SciPy measures to a place outside of the array.
    distance = ndimage.distance_transform_edt(~mask, sampling=spacing) if mask.any() else np.inf

    np.testing.assert_array_equal(
        dilate(mask, radius_mm, spacing), np.broadcast_to(distance <= radius_mm + 1e-6, mask.shape)
    )


@settings(deadline=None)
@given(masks)
def test_holes_are_filled_as_scipy_does(mask: np.ndarray) -> None:
    np.testing.assert_array_equal(fill_holes(mask), ndimage.binary_fill_holes(mask))


@settings(deadline=None)
@given(masks, radii, spacings)
def test_closing_keeps_the_mask_and_closes_no_further(
    mask: np.ndarray, radius_mm: float, spacing: Point
) -> None:
    padded = np.pad(mask, 7)
    closed = close(padded, radius_mm, spacing)

    assert np.all(closed[padded])
    assert np.all(dilate(padded, radius_mm, spacing)[closed] | fill_holes(padded)[closed])


def test_a_ball_is_closed_over_a_narrow_cleft_and_not_over_a_wide_one() -> None:
    two_blocks = np.zeros((9, 30, 30), dtype=bool)
    two_blocks[:, 4:26, 2:10] = two_blocks[:, 4:26, 14:22] = True  # 4 voxels apart

    assert close(np.pad(two_blocks, 6), 3.0, (1.0, 1.0, 1.0))[10, 21, 18]
    assert not close(np.pad(two_blocks, 6), 3.0, (1.0, 2.0, 2.0))[10, 21, 18]
