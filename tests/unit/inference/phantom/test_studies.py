import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy import ndimage

from inference.phantom.nodules import Attachment
from inference.phantom.studies import (
    PHANTOM_PATIENT,
    TINY,
    PhantomNodule,
    PhantomPair,
    PhantomStudy,
    TimePoint,
    make_patient,
    write_phantom_study,
)
from inference.volumes.reader import SeriesReader
from wetread.domain.findings import NoduleType
from wetread.domain.uids import is_uid
from wetread.domain.volumes import CtVolume


@pytest.fixture(scope="module")
def current(small_phantom: PhantomPair) -> CtVolume:
    return SeriesReader().read(small_phantom.current.instances)


@pytest.fixture(scope="module")
def prior(small_phantom: PhantomPair) -> CtVolume:
    return SeriesReader().read(small_phantom.prior.instances)


def names(study: PhantomStudy) -> dict[str, PhantomNodule]:
    return {nodule.name: nodule for nodule in study.nodules}


def around(volume: CtVolume, nodule: PhantomNodule) -> tuple[np.ndarray, np.ndarray]:
    """Return HU of the voxels about a nodule and their distances from its centre in mm."""
    geometry = volume.geometry
    center = geometry.voxel_from_lps(np.asarray(nodule.center_lps_mm))
    reach = (1.2 * nodule.diameter_mm + 4) / np.asarray(geometry.spacing_zyx_mm)
    low = np.maximum(center - reach, 0).astype(int)
    box = tuple(slice(a, int(b) + 1) for a, b in zip(low, center + reach, strict=True))
    hu = volume.hu[box]
    voxels = np.stack(np.indices(hu.shape), axis=-1) + low.astype(float)
    return hu, np.linalg.norm(geometry.lps_from_voxel(voxels) - nodule.center_lps_mm, axis=-1)


def test_both_studies_are_of_one_patient_half_a_year_apart(small_phantom: PhantomPair) -> None:
    prior, current = small_phantom.prior, small_phantom.current
    assert prior.patient_key == current.patient_key == PHANTOM_PATIENT
    assert timedelta(days=150) < current.study_date - prior.study_date < timedelta(days=210)
    assert prior.study_instance_uid != current.study_instance_uid
    uids = {each.sop_instance_uid for study in (prior, current) for each in study.instances}
    assert len(uids) == len(prior.instances) + len(current.instances)
    assert all(is_uid(uid) for uid in uids)


def test_the_headers_name_the_patient_in_japanese(small_phantom: PhantomPair) -> None:
    for study, alphabetic in (
        (small_phantom.prior, "ｶｸｳ^ﾊﾅｺ"),
        (small_phantom.current, "KAKUU^HANAKO"),
    ):
        ds = pydicom.dcmread(study.instances[0].path)
        assert ds.SpecificCharacterSet[1] == "ISO 2022 IR 87"
        assert str(ds.PatientName) == f"{alphabetic}=架空^花子=かくう^はなこ"
        assert (ds.IssuerOfPatientID, ds.PatientID) == ("DEMO-HOSPITAL", "DEMO-0001")
        assert ds.PatientBirthDate == "19580314"
        assert ds.StudyDate == f"{study.study_date:%Y%m%d}"


def test_one_nodule_has_grown_and_one_is_new(small_phantom: PhantomPair) -> None:
    prior, current = names(small_phantom.prior), names(small_phantom.current)
    assert set(current) - set(prior) == {"new"}
    assert current["grown"].volume_mm3 > 2 * prior["grown"].volume_mm3
    assert current["glass"].diameter_mm == prior["glass"].diameter_mm
    assert {nodule.type for nodule in current.values()} == set(NoduleType)
    assert {nodule.attachment for nodule in current.values()} == set(Attachment)


def test_the_truth_lies_beside_the_study(small_phantom: PhantomPair) -> None:
    study = small_phantom.current
    text = study.folder.with_suffix(".json").read_text(encoding="utf-8")
    truth = json.loads(text)
    assert truth["study_instance_uid"] == study.study_instance_uid
    assert truth["nodules"][0]["center_lps_mm"] == list(study.nodules[0].center_lps_mm)
    assert str(study.folder) not in text


def test_every_nodule_has_the_density_of_its_type(
    small_phantom: PhantomPair, current: CtVolume, prior: CtVolume
) -> None:
    for study, volume in ((small_phantom.current, current), (small_phantom.prior, prior)):
        for nodule in study.nodules:
            core = nodule.solid_diameter_mm or nodule.diameter_mm
            hu, apart = around(volume, nodule)
            density = np.median(hu[apart < 0.3 * core])
            if nodule.type is NoduleType.GROUND_GLASS:
                assert -720 < density < -480, nodule.name
            else:
                assert -150 < density < 120, nodule.name


def test_a_lone_solid_nodule_has_its_true_volume(
    small_phantom: PhantomPair, current: CtVolume, prior: CtVolume
) -> None:
    """Partial volume included: what it adds in HU, over its contrast, is its volume."""
    for study, volume in ((small_phantom.current, current), (small_phantom.prior, prior)):
        nodule = names(study)["grown"]
        hu, apart = around(volume, nodule)
        shell = (apart > 0.75 * nodule.diameter_mm) & (apart < 1.1 * nodule.diameter_mm)
        lung = np.median(hu[shell])
        near = apart < 0.75 * nodule.diameter_mm
        added = (hu[near] - lung).sum() / (38 - lung)
        measured_mm3 = added * volume.geometry.voxel_volume_mm3
        assert measured_mm3 == pytest.approx(nodule.volume_mm3, rel=0.15)


def test_the_new_nodule_is_not_in_the_prior(small_phantom: PhantomPair, prior: CtVolume) -> None:
    new = names(small_phantom.current)["new"]
    hu, apart = around(prior, new)
    solid = ndimage.binary_opening(hu > -200, np.ones((2, 4, 4)))
    assert not solid[apart < 12].any()


def test_lungs_are_air_filled_threaded_with_vessels_and_closed_to_the_outside(
    current: CtVolume,
) -> None:
    air = current.hu < -500
    labels, count = ndimage.label(air)
    volumes_ml = (
        ndimage.sum_labels(air, labels, range(1, count + 1))
        * current.geometry.voxel_volume_mm3
        / 1000
    )
    outside = {labels[0, 0, 0], labels[0, 0, -1], labels[0, -1, 0], labels[0, -1, -1]}
    enclosed = [v for n, v in enumerate(volumes_ml, start=1) if n not in outside and v > 500]
    assert 3000 < sum(enclosed) < 7000
    lungs = np.isin(
        labels, [n for n, v in enumerate(volumes_ml, 1) if n not in outside and v > 500]
    )
    filled = ndimage.binary_closing(lungs, iterations=3)
    vessels = np.mean(current.hu[filled] > -500)
    assert 0.02 < vessels < 0.12
    assert -890 < np.median(current.hu[lungs]) < -820


def test_lung_is_denser_at_the_back(current: CtVolume) -> None:
    middle = current.hu[50:80]
    front, back = middle[:, 70:100], middle[:, 150:180]
    assert np.median(back[back < -700]) - np.median(front[front < -700]) > 10


def test_the_prior_is_breathed_and_placed_differently(current: CtVolume, prior: CtVolume) -> None:
    shift = np.subtract(prior.geometry.origin_lps_mm, current.geometry.origin_lps_mm)
    assert np.abs(shift).min() > 1
    assert np.mean(np.abs(prior.hu.astype(int) - current.hu) > 300) > 0.02


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    one, same, other = (
        write_phantom_study(make_patient(seed), tmp_path / name, TimePoint.PRIOR, size=TINY)
        for name, seed in (("one", 3), ("same", 3), ("other", 4))
    )
    for a, b in zip(one.instances, same.instances, strict=True):
        assert a.path.read_bytes() == b.path.read_bytes()
    assert one.study_instance_uid != other.study_instance_uid
    middle = len(one.instances) // 2
    pixels = [pydicom.dcmread(study.instances[middle].path).pixel_array for study in (one, other)]
    assert (pixels[0] != pixels[1]).any()
