"""Volumes agree with what another toolkit, ITK, makes of the same files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - the toolkit's own abbreviation

from inference.phantom.ct_series import PixelForm, write_ct_series
from inference.phantom.studies import PhantomPair
from inference.volumes.reader import SeriesReader
from tests.support.volumes import IDENTITY, grid, hu_of
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume


def assert_agrees_with_itk(volume: CtVolume, instances: Sequence[StoredInstance]) -> None:
    path_of = {instance.sop_instance_uid: instance.path for instance in instances}
    paths = [str(path_of[uid]) for uid in volume.sop_instance_uids]
    image = sitk.ReadImage(paths)
    np.testing.assert_array_equal(volume.hu, np.rint(sitk.GetArrayFromImage(image)))
    for voxel_zyx in [(0, 0, 0), (1, 2, 3), tuple(n - 1 for n in volume.hu.shape)]:
        z, y, x = (int(v) for v in voxel_zyx)
        np.testing.assert_allclose(
            volume.geometry.lps_from_voxel(np.array([z, y, x], dtype=float)),
            image.TransformIndexToPhysicalPoint((x, y, z)),
            atol=0.01,
        )


def test_the_phantom(small_phantom: PhantomPair) -> None:
    instances = small_phantom.prior.instances
    assert_agrees_with_itk(SeriesReader().read(instances), instances)


@pytest.mark.parametrize(
    "form", [PixelForm(bits_stored=16, slopes=(0.25,), intercept=-1100), PixelForm(signed=True)]
)
def test_other_pixel_forms(tmp_path: Path, form: PixelForm) -> None:
    instances = write_ct_series(hu_of(grid()), grid(), IDENTITY, tmp_path, form=form)
    assert_agrees_with_itk(SeriesReader().read(instances), instances)


@pytest.mark.real_ct
def test_real_chests(real_ct_dir: Path) -> None:
    folders = sorted({path.parent for path in real_ct_dir.rglob("*.dcm")})
    assert folders, f"no .dcm files under {real_ct_dir}"
    for folder in folders:
        instances = [stored_instance(path) for path in sorted(folder.glob("*.dcm"))]
        volume = SeriesReader().read(instances)
        assert volume.geometry.extent_zyx_mm[0] > 200
        aerated = np.mean((volume.hu > -950) & (volume.hu < -600))
        assert 0.05 < aerated < 0.4, folder.name
        padded = pydicom.dcmread(instances[0].path, stop_before_pixels=True).get(
            "PixelPaddingValue"
        )
        if padded is None:
            assert_agrees_with_itk(volume, instances)


def stored_instance(path: Path) -> StoredInstance:
    ds = pydicom.dcmread(path, stop_before_pixels=True)
    return StoredInstance(
        study_instance_uid=ds.StudyInstanceUID,
        series_instance_uid=ds.SeriesInstanceUID,
        sop_instance_uid=ds.SOPInstanceUID,
        sop_class_uid=ds.SOPClassUID,
        transfer_syntax_uid=ds.file_meta.TransferSyntaxUID,
        path=path,
    )
