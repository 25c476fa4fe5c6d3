"""The registration on a real baseline and follow-up scan with landmarks set by people."""

from pathlib import Path

import numpy as np
import pytest

from inference.lungs import segment_lungs
from inference.registration import AffineRegistrar, DeformableRegistrar, Registrar
from inference.volumes.images import read_image_file
from wetread.domain.geometry import FloatArray, as_point

pytestmark = pytest.mark.real_ct


@pytest.fixture(scope="module")
def pair_dir(real_ct_dir: Path) -> Path:
    folder = real_ct_dir / "registration"
    if not folder.is_dir():
        pytest.skip("WETREAD_REAL_CT holds no folder `registration`")
    return folder


@pytest.mark.parametrize(("now", "before"), [("followup", "baseline"), ("baseline", "followup")])
@pytest.mark.parametrize(
    ("registrar", "most_mm"), [(AffineRegistrar(), 7.0), (DeformableRegistrar(), 3.0)]
)
def test_landmarks_come_near(
    pair_dir: Path, now: str, before: str, registrar: Registrar, most_mm: float
) -> None:
    current = read_image_file(pair_dir / f"3DCT_lung_{now}.mha")
    prior = read_image_file(pair_dir / f"3DCT_lung_{before}.mha")
    here: FloatArray = np.loadtxt(pair_dir / f"{now}_landmarks.txt", skiprows=2)
    there: FloatArray = np.loadtxt(pair_dir / f"{before}_landmarks.txt", skiprows=2)
    shown = [
        current.geometry.contains(as_point(one)) and prior.geometry.contains(as_point(other))
        for one, other in zip(here, there, strict=True)
    ]
    registration = registrar.register(
        current=current,
        current_lungs=segment_lungs(current),
        prior=prior,
        prior_lungs=segment_lungs(prior),
    )
    error_mm = np.linalg.norm(registration.prior_from_current(here) - there, axis=1)[shown]
    assert np.linalg.norm(here - there, axis=1)[shown].mean() > 30.0
    assert registration.trusted
    assert error_mm.mean() < most_mm
    assert np.median(error_mm) < registration.error_mm
    back = registration.current_from_prior(registration.prior_from_current(here))
    np.testing.assert_allclose(back, here, atol=0.01)
