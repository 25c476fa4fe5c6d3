import numpy as np
import pytest

from inference.detection.network.encoding import encode_hu
from inference.detection.network.training.appearance import change_appearance
from inference.detection.network.training.lungs import TrainingLung
from inference.detection.network.training.pasting import paste_nodule
from inference.detection.network.training.patches import PATCH, PatchMaker
from inference.development.sources import NoduleCrop

LUNG_HU, NODULE_HU = -850, 50


def _ball_crop(diameter_mm: float = 10.0) -> NoduleCrop:
    z, y, x = np.meshgrid(*(np.arange(-8, 9) * s for s in (2.0, 1.0, 1.0)), indexing="ij")
    mask = z**2 + y**2 + x**2 <= (diameter_mm / 2) ** 2
    return NoduleCrop(
        name="ball",
        patient="nobody",
        texture=5,
        hu=np.where(mask, NODULE_HU, LUNG_HU).astype(np.int16),
        mask=mask,
        spacing_zyx_mm=(2.0, 1.0, 1.0),
    )


def _lung() -> TrainingLung:
    shape = (100, 100, 100)
    return TrainingLung(
        name="0001",
        patient="nobody",
        hu=np.full(shape, LUNG_HU, dtype=np.int16),
        depth_mm=np.full(shape, 30, dtype=np.uint8),
        findings=np.array([[50.0, 50, 50, 6, 0]]),
        slice_mm=1.0,
    )


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.8])
def test_a_pasted_nodule_lies_where_it_should_and_is_as_large(scale: float) -> None:
    hu = np.full((PATCH,) * 3, LUNG_HU, dtype=np.float32)
    center = np.array([30.0, 25.5, 36.2])

    paste_nodule(hu, _ball_crop(), center, scale, np.random.default_rng(1))

    share = (hu - LUNG_HU) / (NODULE_HU - LUNG_HU)
    middle = [
        float((share.sum(axis=other) * np.arange(PATCH)).sum() / share.sum())
        for other in ((1, 2), (0, 2), (0, 1))
    ]
    volume_mm3 = float((share > 0.5).sum())
    assert middle == pytest.approx(center, abs=0.4)
    assert (6 * volume_mm3 / np.pi) ** (1 / 3) == pytest.approx(10 * scale, abs=1.2)


def test_findings_of_a_patch_lie_on_what_was_put_there() -> None:
    maker = PatchMaker(lungs=[_lung()], crops=[_ball_crop()], hard={})
    random = np.random.default_rng(0)
    seen = 0
    for _ in range(12):
        patch = maker.make(random)
        for z, y, x, diameter, is_nodule in patch.findings:
            inside = all(4 < c < PATCH - 5 for c in (z, y, x))
            if is_nodule and inside and diameter > 6:
                here = patch.image[round(z), round(y), round(x)]
                assert here > encode_hu(np.float32(-400))
                seen += 1
    assert seen > 3


def test_the_same_seed_gives_the_same_patch() -> None:
    maker = PatchMaker(lungs=[_lung()], crops=[_ball_crop()], hard={"0001": np.array([[50.0] * 3])})
    first, second = (maker.make(np.random.default_rng(5)) for _ in range(2))

    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.findings, second.findings)


def test_thick_slices_blur_along_the_body_only_and_never_become_thinner() -> None:
    hu = np.full((PATCH,) * 3, LUNG_HU, dtype=np.float32)
    hu[32] = 0.0
    profiles = [
        change_appearance(hu, 1.0, np.random.default_rng(seed)).mean(axis=(1, 2)) - LUNG_HU
        for seed in range(20)
    ]
    widths = [float((profile > 0.25 * profile.max()).sum()) for profile in profiles]
    kept = [
        change_appearance(hu, 5.0, np.random.default_rng(seed)).mean(axis=(1, 2)) - LUNG_HU
        for seed in range(20)
    ]

    assert max(widths) >= 4
    assert all((profile > 0.5 * profile.max()).sum() == 1 for profile in kept)
