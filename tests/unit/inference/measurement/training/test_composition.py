import numpy as np
import pytest
from scipy import ndimage

from inference.development.sources import NoduleCrop
from inference.measurement.training.composition import Blending, Pose, Scene, compose_scene
from inference.measurement.training.nodules import prepare_nodule

_ALONG = np.arange(-20.0, 20.5, 0.5)
_OFFSETS = (_ALONG, _ALONG, _ALONG)
_SHAPE = (len(_ALONG),) * 3
_LUNG_HU = -860.0


def ball_crop(radius_mm: float = 5.0) -> NoduleCrop:
    """Return a solid ball as crops are cut: no slice beyond it, room within the slices."""
    spacing = (1.0, 0.5, 0.5)
    z, y, x = (np.arange(-n, n + 1) * s for n, s in zip((5, 20, 20), spacing, strict=True))
    inside = z[:, None, None] ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2 <= radius_mm**2
    return NoduleCrop(
        name="ball",
        patient="nobody",
        texture=5,
        hu=np.where(inside, 30, -900).astype(np.int16),
        mask=inside,
        spacing_zyx_mm=spacing,
    )


def show(pose: Pose, blending: Blending, *, lung: bool = True) -> Scene:
    background = np.full(_SHAPE, _LUNG_HU, dtype=np.float32)
    mask = np.full(_SHAPE, lung)
    return compose_scene(background, mask, _OFFSETS, prepare_nodule(ball_crop()), pose, blending)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.5])
@pytest.mark.parametrize("margin_mm", [None, 0.0, 2.0])
def test_the_readers_volume_is_kept_and_scaled(scale: float, margin_mm: float | None) -> None:
    crop = ball_crop()
    scene = show(Pose(scale=scale, turn=0.7), Blending(margin_mm=margin_mm, feather_mm=1.0))

    volume_mm3 = float(scene.share.sum()) * 0.5**3
    assert volume_mm3 == pytest.approx(np.pi / 6 * (scale * crop.diameter_mm) ** 3, rel=0.02)
    assert ndimage.center_of_mass(scene.share) == pytest.approx([40, 40, 40], abs=0.1)
    assert scene.hu[40, 40, 40] == pytest.approx(30)


def test_what_is_known_ends_with_the_crop_where_its_own_surroundings_are_kept() -> None:
    scene = show(Pose(), Blending(margin_mm=None, feather_mm=1.0))

    assert scene.known[40, 40, 40] == 1
    assert scene.known[40, 40, 56] == 1  # 8 mm aside: still the crop
    assert scene.known[40, 40, 70] == 0
    assert scene.known[60, 40, 40] == 0  # 10 mm higher: beyond its last slice
    assert scene.hu[60, 40, 40] == _LUNG_HU


def test_a_nodule_put_elsewhere_ends_at_the_wall_and_is_known_everywhere() -> None:
    scene = show(Pose(), Blending(margin_mm=1.0, feather_mm=1.0), lung=False)

    assert scene.share.max() == 0
    assert np.all(scene.hu == _LUNG_HU)
    assert np.all(scene.known == 1)
