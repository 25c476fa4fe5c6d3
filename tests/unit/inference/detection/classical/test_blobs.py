import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection.classical.blobs import find_blobs
from inference.detection.classical.lung_image import LungImage
from inference.detection.classical.rays import cast_rays, directions
from tests.support.volumes import grid
from wetread.domain.geometry import Point

SHAPE = (60, 70, 80)


def image_with(center: Point, half: Point, hu: float = 0.0) -> NDArray[np.float32]:
    grid = np.stack(np.indices(SHAPE), axis=-1)
    radius = np.sqrt((((grid - np.asarray(center)) / np.asarray(half)) ** 2).sum(axis=-1))
    return np.where(radius <= 1, np.float32(hu), np.float32(-850))


@pytest.mark.parametrize("radius_mm", [2.5, 4.0, 7.0, 12.0])
def test_a_ball_is_the_first_blob_and_rays_find_its_place_and_size(radius_mm: float) -> None:
    image, inside = image_with((30, 36, 41), (radius_mm,) * 3), np.ones(SHAPE, dtype=bool)
    blobs = find_blobs(image, inside, limit=1)
    rays = cast_rays(
        LungImage(hu=image, filled=image, inside=inside, geometry=grid(SHAPE, (1.0, 1.0, 1.0))),
        blobs.center,
        blobs.radius_mm,
    )

    assert blobs.roundness[0] > 0.8
    assert rays.center[0] == pytest.approx((30, 36, 41), abs=0.5)
    assert rays.radius_mm[0] == pytest.approx(radius_mm, abs=0.8)
    assert rays.edge[0].std() < 0.2
    assert not rays.open_.any()


def test_a_faint_ball_is_found() -> None:
    image = image_with((30, 36, 41), (5, 5, 5), hu=-700.0)
    blobs = find_blobs(image, np.ones(SHAPE, dtype=bool), limit=10)

    assert np.linalg.norm(blobs.center[0] - (30, 36, 41)) < 2


def test_a_tube_gives_no_blob_along_its_middle() -> None:
    image = image_with((30, 36, 40), (3, 3, 1e6))
    blobs = find_blobs(image, np.ones(SHAPE, dtype=bool), limit=10)

    assert not np.any(np.abs(blobs.center[:, 2] - 40) < 20)


def test_nothing_is_sought_outside_the_lungs() -> None:
    inside = np.zeros(SHAPE, dtype=bool)
    inside[:, :, :20] = True
    blobs = find_blobs(image_with((30, 36, 41), (5, 5, 5)), inside, limit=10)

    assert len(blobs.center) == 0


def test_ray_directions_are_even() -> None:
    unit = directions(128)

    assert np.linalg.norm(unit, axis=1) == pytest.approx(np.ones(128))
    assert np.linalg.norm(unit.mean(axis=0)) < 0.02
    assert np.linalg.eigvalsh(unit.T @ unit / 128) == pytest.approx(np.full(3, 1 / 3), abs=0.01)
