"""The network sees what the bundle's own transforms would show it."""

from itertools import permutations, product

import numpy as np
import pytest

from inference.detection.retinanet.preprocessing import orient_to_ras, prepare_image
from tests.support.stock_retinanet import stock_image
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.volumes import CtVolume

AXES = np.eye(3)


def volume(directions: np.ndarray, seed: int = 0) -> CtVolume:
    shape = (9, 13, 11)
    hu = np.random.default_rng(seed).integers(-1200, 600, shape, dtype=np.int16)
    z, y, x = (tuple(float(value) for value in row) for row in directions)
    return CtVolume(
        series_instance_uid="1.2",
        frame_of_reference_uid="1.3",
        hu=hu,
        geometry=VolumeGeometry(
            shape_zyx=shape,
            spacing_zyx_mm=(3.0, 0.61, 0.83),
            origin_lps_mm=(-12.0, 7.0, 40.0),
            direction_zyx=(z, y, x),
        ),
        sop_instance_uids=tuple("abcdefghi"),
    )


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_voxels_are_those_of_the_transforms_and_lie_where_they_did(order: tuple[int, ...]) -> None:
    for signs in product((1, -1), repeat=3):
        source = volume(AXES[list(order)] * np.asarray(signs)[:, None])
        theirs, ours = stock_image(source), prepare_image(source)

        np.testing.assert_allclose(ours.values, theirs[0].as_tensor(), atol=1e-5)
        corners = np.asarray(list(product((0.0, 1.0), repeat=3))) * np.asarray(theirs.shape[1:])
        world = corners @ theirs.affine[:3, :3].numpy().T + theirs.affine[:3, 3].numpy()
        np.testing.assert_allclose(
            ours.geometry.lps_from_voxel(corners[:, ::-1]), world * (-1, -1, 1), atol=1e-3
        )


def test_a_tilted_volume_keeps_its_tilt() -> None:
    angle = np.deg2rad(20)
    turn = np.asarray(
        [[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    source = volume(AXES[::-1] @ turn)

    oriented = orient_to_ras(source)
    index = np.asarray([2.0, 3.0, 4.0])
    place = oriented.geometry.lps_from_voxel(index)
    original = np.rint(source.geometry.voxel_from_lps(place)).astype(int)
    assert oriented.hu[2, 3, 4] == source.hu[tuple(original)]
    np.testing.assert_allclose(source.geometry.lps_from_voxel(original.astype(float)), place)
