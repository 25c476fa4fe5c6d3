"""The registration on a real baseline and follow-up scan with landmarks set by people."""

import time
from pathlib import Path

import numpy as np
import pytest
import SimpleITK

from inference.lungs import segment_lungs
from inference.registration import AffineRegistrar
from wetread.domain.geometry import FloatArray, VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume

pytestmark = pytest.mark.real_ct


@pytest.fixture(scope="module")
def pair_dir(real_ct_dir: Path) -> Path:
    folder = real_ct_dir / "registration"
    if not folder.is_dir():
        pytest.skip("WETREAD_REAL_CT holds no folder `registration`")
    return folder


def read_volume(path: Path) -> CtVolume:
    image = SimpleITK.ReadImage(str(path))
    hu = SimpleITK.GetArrayFromImage(image).astype(np.int16)
    z, y, x = hu.shape
    dx, dy, dz = image.GetSpacing()
    columns = np.asarray(image.GetDirection()).reshape(3, 3).T
    return CtVolume(
        series_instance_uid="1.2.3",
        frame_of_reference_uid="1.2.4",
        hu=hu,
        geometry=VolumeGeometry(
            shape_zyx=(z, y, x),
            spacing_zyx_mm=(dz, dy, dx),
            origin_lps_mm=as_point(np.asarray(image.GetOrigin())),
            direction_zyx=(as_point(columns[2]), as_point(columns[1]), as_point(columns[0])),
        ),
        sop_instance_uids=tuple(f"1.2.5.{k}" for k in range(z)),
    )


@pytest.mark.parametrize(("now", "before"), [("followup", "baseline"), ("baseline", "followup")])
def test_landmarks_come_within_a_centimetre(pair_dir: Path, now: str, before: str) -> None:
    current = read_volume(pair_dir / f"3DCT_lung_{now}.mha")
    prior = read_volume(pair_dir / f"3DCT_lung_{before}.mha")
    here: FloatArray = np.loadtxt(pair_dir / f"{now}_landmarks.txt", skiprows=2)
    there: FloatArray = np.loadtxt(pair_dir / f"{before}_landmarks.txt", skiprows=2)
    shown = [
        current.geometry.contains(as_point(one)) and prior.geometry.contains(as_point(other))
        for one, other in zip(here, there, strict=True)
    ]
    started = time.perf_counter()
    registration = AffineRegistrar().register(
        current=current,
        current_lungs=segment_lungs(current),
        prior=prior,
        prior_lungs=segment_lungs(prior),
    )
    seconds = time.perf_counter() - started
    error_mm = np.linalg.norm(registration.prior_from_current(here) - there, axis=1)[shown]
    assert np.linalg.norm(here - there, axis=1)[shown].mean() > 30.0
    assert registration.trusted
    assert error_mm.mean() < 7.0
    assert np.median(error_mm) < registration.error_mm
    assert seconds < 30.0  # two to three on an idle machine
