from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from inference.phantom.ct_series import PixelForm, write_ct_series
from inference.volumes.pixels import AIR_HU
from inference.volumes.reader import SeriesReader
from tests.support.volumes import IDENTITY, geometries, grid, hu_at, hu_of
from wetread.domain.errors import StudyError, UnreadableInstance, VolumeError
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume

Break = Callable[[int, Dataset], None]


def read_back(
    folder: Path, *, geometry: VolumeGeometry | None = None, form: PixelForm | None = None
) -> tuple[CtVolume, np.ndarray]:
    geometry = geometry or grid()
    hu = hu_of(geometry)
    instances = write_ct_series(hu, geometry, IDENTITY, folder, form=form)
    return SeriesReader().read(instances), hu


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(geometries(minimum=4, maximum=8), st.data())
def test_any_orientation_and_file_order_keeps_hu_where_they_are_in_the_patient(
    tmp_path: Path, geometry: VolumeGeometry, data: st.DataObject
) -> None:
    hu = hu_of(geometry)
    assume(np.mean(hu < -500) > 0.02)  # else it is refused as no image of a body
    assume(np.mean(hu > -200) > 0.02)
    order = data.draw(st.permutations(range(len(hu))))
    instances = write_ct_series(hu, geometry, IDENTITY, tmp_path, file_order=order)
    volume = SeriesReader().read(instances[: len(hu)])
    voxels = np.stack(np.indices(volume.hu.shape), axis=-1).astype(float)
    at = volume.geometry.lps_from_voxel(voxels)
    assert np.abs(volume.hu - hu_at(at)).max() < 1.1
    np.testing.assert_allclose(volume.geometry.affine, geometry.affine, atol=1e-4)
    written = {k: instances[number].sop_instance_uid for number, k in enumerate(order)}
    assert volume.sop_instance_uids == tuple(written[k] for k in range(len(hu)))


def test_the_volume_names_its_series_and_frame(tmp_path: Path) -> None:
    volume, hu = read_back(tmp_path)
    assert volume.series_instance_uid == IDENTITY.series_instance_uid
    assert volume.frame_of_reference_uid == IDENTITY.frame_of_reference_uid
    assert volume.hu.dtype == np.int16
    np.testing.assert_array_equal(volume.hu, hu)


@pytest.mark.parametrize(
    "form",
    [
        PixelForm(signed=True, bits_stored=16, intercept=0),
        PixelForm(signed=True, bits_stored=12, intercept=0),
        PixelForm(bits_stored=16, intercept=-32768),
        PixelForm(bits_stored=16, slopes=(0.25,), intercept=-1100.5),
        PixelForm(bits_stored=16, slopes=(0.25, 0.3173, 0.051), intercept=-1100),
        PixelForm(transfer_syntax=ImplicitVRLittleEndian),
        PixelForm(transfer_syntax=ExplicitVRBigEndian),
        PixelForm(transfer_syntax=DeflatedExplicitVRLittleEndian),
        PixelForm(transfer_syntax=RLELossless),
        PixelForm(transfer_syntax=RLELossless, signed=True, bits_stored=16, intercept=0),
    ],
)
def test_every_way_of_storing_reads_back_the_same(tmp_path: Path, form: PixelForm) -> None:
    volume, hu = read_back(tmp_path, form=form)
    np.testing.assert_allclose(volume.hu, hu, atol=0 if form.slopes == (1.0,) else 1)


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless]
)
@pytest.mark.parametrize(
    ("signed", "bits_stored", "padding"), [(True, 16, -2000), (False, 16, 63536), (False, 12, 4095)]
)
def test_outside_the_scan_field_is_air(
    tmp_path: Path, syntax: UID, *, signed: bool, bits_stored: int, padding: int
) -> None:
    form = PixelForm(
        signed=signed, bits_stored=bits_stored, padding=padding, transfer_syntax=syntax
    )
    volume, hu = read_back(tmp_path, form=form)
    assert (volume.hu[:, 0, 0] == AIR_HU).all()
    np.testing.assert_array_equal(volume.hu[:, 4, 3], hu[:, 4, 3])


def test_overlay_bits_above_the_stored_bits_are_dropped(tmp_path: Path) -> None:
    def draw_overlay(_: int, ds: Dataset) -> None:
        ds.PixelData = (np.frombuffer(ds.PixelData, "<u2") | 0x9000).tobytes()

    hu = hu_of(grid())
    instances = write_ct_series(hu, grid(), IDENTITY, tmp_path, amend=draw_overlay)
    np.testing.assert_array_equal(SeriesReader().read(instances).hu, hu)


def test_bytes_after_the_pixels_are_ignored(tmp_path: Path) -> None:
    def append(_: int, ds: Dataset) -> None:
        ds.PixelData += b"\0" * 64

    hu = hu_of(grid())
    instances = write_ct_series(hu, grid(), IDENTITY, tmp_path, amend=append)
    np.testing.assert_array_equal(SeriesReader().read(instances).hu, hu)


def test_positions_rounded_to_a_tenth_are_read(tmp_path: Path) -> None:
    geometry = grid(shape=(40, 9, 8), spacing=(0.625, 0.7, 0.7))

    def shorten(_: int, ds: Dataset) -> None:
        ds.ImagePositionPatient[2] = round(float(ds.ImagePositionPatient[2]), 1)

    instances = write_ct_series(hu_of(geometry), geometry, IDENTITY, tmp_path, amend=shorten)
    assert SeriesReader().read(instances).geometry.spacing_zyx_mm[0] == pytest.approx(0.625, 5e-3)


def on_slice(k: int, **values: object) -> Break:
    """Set attributes of one slice; None deletes them."""

    def amend(index: int, ds: Dataset) -> None:
        for keyword, value in values.items() if index == k else ():
            if value is None:
                del ds[keyword]
            else:
                setattr(ds, keyword, value)

    return amend


def on_all(**values: object) -> Break:
    def amend(index: int, ds: Dataset) -> None:
        on_slice(index, **values)(index, ds)

    return amend


def tilted(_: int, ds: Dataset) -> None:
    x, y, z = ds.ImagePositionPatient
    ds.ImagePositionPatient = [x, y + 0.2 * (z + 101), z]


def uneven(k: int, ds: Dataset) -> None:
    x, y, z = ds.ImagePositionPatient
    ds.ImagePositionPatient = [x, y, z + (0.6 if k == 3 else 0)]


BROKEN: list[tuple[Break, type[StudyError], str]] = [
    (on_slice(2, PixelData=None), UnreadableInstance, "0003.dcm has no pixel data"),
    (on_slice(2, PixelData=b"\0" * 64), UnreadableInstance, "0003.dcm has 64 of 144 bytes"),
    (on_slice(2, Rows=8), VolumeError, "0001.dcm and 0003.dcm differ in size: 9 × 8 and 8 × 8"),
    (on_slice(2, PixelSpacing=[0.7, 0.81]), VolumeError, "differ in pixel spacing"),
    (on_all(PixelSpacing=[0.7, 0]), VolumeError, "0001.dcm has a pixel spacing that is not pos"),
    (on_all(PixelSpacing=[-0.7, 0.7]), VolumeError, "0001.dcm has a pixel spacing that is not pos"),
    (on_slice(1, PixelSpacing=[0.7]), VolumeError, "0002.dcm has a PixelSpacing of"),
    (on_slice(1, PixelSpacing=None), VolumeError, "0002.dcm has no PixelSpacing"),
    (on_slice(1, ImagePositionPatient=None), VolumeError, "0002.dcm has no ImagePositionPatient"),
    (on_slice(1, ImageOrientationPatient=None), VolumeError, "0002.dcm has no ImageOrientationPat"),
    (
        on_slice(1, ImageOrientationPatient=[1, 0, 0, 0, 0, -1]),
        VolumeError,
        "differ in orientation by 90.0 degrees",
    ),
    (
        on_slice(3, ImagePositionPatient=[-12.5, 7.25, -99]),
        VolumeError,
        "1 slices lie where another does, the first are 0002.dcm and 0004.dcm",
    ),
    (tilted, VolumeError, "the gantry was tilted by 11.3 degrees"),
    (uneven, VolumeError, "not equally spaced: up to 0.60 mm off their distance of 2.00 mm"),
    (on_slice(4, FrameOfReferenceUID="1.2.3"), VolumeError, "do not share a frame of reference"),
    (on_slice(4, SamplesPerPixel=3), VolumeError, "0005.dcm is a colour image"),
    (on_slice(4, PhotometricInterpretation="RGB"), VolumeError, "0005.dcm is a colour image"),
    (on_slice(4, NumberOfFrames=20), VolumeError, "0005.dcm is a multi-frame image"),
    (on_all(SOPClassUID=EnhancedCTImageStorage), VolumeError, "0001.dcm is a multi-frame image"),
    (on_slice(4, RescaleSlope=None), VolumeError, "0005.dcm has no RescaleSlope"),
    (on_slice(4, RescaleIntercept=""), VolumeError, "0005.dcm has no RescaleIntercept"),
    (on_slice(4, RescaleSlope=0), VolumeError, "0005.dcm has a rescale slope of 0"),
    (on_slice(4, RescaleType="Z_EFF"), VolumeError, "0005.dcm is rescaled to Z_EFF"),
    (on_slice(4, BitsAllocated=32), VolumeError, "0005.dcm has 12 bits stored of 32"),
    (on_slice(4, HighBit=9), VolumeError, "0005.dcm has 12 bits stored of 16"),
    (on_all(RescaleIntercept=200), VolumeError, "hardly a pixel has the value of air"),
    (on_all(RescaleIntercept=-2048), VolumeError, "hardly a pixel has the value of soft tissue"),
]


@pytest.mark.parametrize(("amend", "error", "message"), BROKEN)
def test_a_series_that_is_no_volume_is_refused_with_a_sentence(
    tmp_path: Path, amend: Break, error: type[StudyError], message: str
) -> None:
    instances = write_ct_series(hu_of(grid()), grid(), IDENTITY, tmp_path, amend=amend)
    with pytest.raises(error) as caught:
        SeriesReader().read(instances)
    assert message in str(caught.value)
    assert type(caught.value) is error
    assert not {IDENTITY.patient_id, "INVENTED", "NOBODY"} & set(str(caught.value).split())


def written(folder: Path) -> list[StoredInstance]:
    return list(write_ct_series(hu_of(grid()), grid(), IDENTITY, folder))


def test_a_missing_slice_is_named_by_its_neighbours(tmp_path: Path) -> None:
    instances = written(tmp_path)
    with pytest.raises(VolumeError, match=r"1 slices are missing.* 0003\.dcm and 0005\.dcm"):
        SeriesReader().read(instances[:3] + instances[4:])


def test_one_slice_is_no_volume(tmp_path: Path) -> None:
    with pytest.raises(VolumeError, match="the series has 1"):
        SeriesReader().read(written(tmp_path)[:1])


def test_no_slice_is_no_volume() -> None:
    with pytest.raises(VolumeError, match="the series has 0"):
        SeriesReader().read([])


def test_two_series_are_no_volume(tmp_path: Path) -> None:
    instances = written(tmp_path)
    instances[3] = replace(instances[3], series_instance_uid="1.2.3")
    with pytest.raises(VolumeError, match="different series"):
        SeriesReader().read(instances)


@pytest.mark.parametrize("content", [b"", b"no DICOM" * 100, b"\0" * 128 + b"DICM"])
def test_a_file_that_is_no_dicom_is_unreadable(tmp_path: Path, content: bytes) -> None:
    instances = written(tmp_path)
    instances[2].path.write_bytes(content)
    with pytest.raises(UnreadableInstance, match=r"0003\.dcm"):
        SeriesReader().read(instances)


def test_a_file_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    instances = written(tmp_path)
    instances[2].path.unlink()
    with pytest.raises(UnreadableInstance, match=r"0003\.dcm"):
        SeriesReader().read(instances)


@pytest.mark.filterwarnings("ignore:End of file reached before delimiter:UserWarning")
@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless]
)
@pytest.mark.parametrize("share", [0.3, 0.97])
def test_a_file_cut_short_is_unreadable(tmp_path: Path, syntax: UID, share: float) -> None:
    form = PixelForm(transfer_syntax=syntax)
    instances = write_ct_series(hu_of(grid()), grid(), IDENTITY, tmp_path, form=form)
    content = instances[2].path.read_bytes()
    instances[2].path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises((UnreadableInstance, VolumeError), match=r"0003\.dcm"):
        SeriesReader().read(instances)
