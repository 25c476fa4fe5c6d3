"""Writes any volume as a DICOM CT series (PS3.3 A.3), in plain or awkward forms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, RLELossless

from wetread.domain.geometry import VolumeGeometry
from wetread.domain.studies import StoredInstance
from wetread.domain.uids import derive_uid

Amend = Callable[[int, Dataset], None]
"""Changes the dataset of slice k before it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesIdentity:
    """Whose series it is, and what the console says of it."""

    patient_id: str
    issuer_of_patient_id: str
    patient_name: str  # alphabetic=ideographic=phonetic (PS3.5 6.2.1)
    character_set: tuple[str, ...]
    birth_date: date
    sex: str
    study_instance_uid: str
    series_instance_uid: str
    frame_of_reference_uid: str
    acquired_at: datetime
    accession_number: str
    study_description: str = "CT CHEST"
    series_description: str = "CHEST 2.0 STANDARD"
    series_number: int = 2
    kernel: str = "STANDARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelForm:
    """How Hounsfield units are stored; the default is what most scanners do."""

    signed: bool = False
    bits_stored: int = 12
    slopes: tuple[float, ...] = (1.0,)  # of slice k: slopes[k % len(slopes)]
    intercept: float = -1024.0
    padding: int | None = None  # stored outside the circle of the scan field
    transfer_syntax: UID = ExplicitVRLittleEndian  # RLE Lossless, or any that does not compress


def write_ct_series(
    hu: NDArray[np.int16],
    geometry: VolumeGeometry,
    identity: SeriesIdentity,
    folder: Path,
    *,
    form: PixelForm | None = None,
    file_order: Sequence[int] | None = None,
    amend: Amend | None = None,
) -> tuple[StoredInstance, ...]:
    """Write one file per slice and return them in the order of their file names.

    ``file_order`` lists slice indices in the order of names and instance numbers; slices it
    leaves out are not written. ``amend`` may break a slice on purpose, for a test.
    """
    form = form or PixelForm()
    folder.mkdir(parents=True, exist_ok=True)
    instances = []
    for number, k in enumerate(range(len(hu)) if file_order is None else file_order, start=1):
        ds = _slice_dataset(hu[k], geometry, identity, form, k, number)
        if amend is not None:
            amend(k, ds)
        ds.file_meta = FileMetaDataset()
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.file_meta.TransferSyntaxUID = form.transfer_syntax
        if form.transfer_syntax == RLELossless:
            ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            ds.compress(RLELossless, generate_instance_uid=False)
        path = folder / f"{number:04d}.dcm"
        dcmwrite(path, ds, enforce_file_format=True)
        instances.append(
            StoredInstance(
                study_instance_uid=identity.study_instance_uid,
                series_instance_uid=identity.series_instance_uid,
                sop_instance_uid=ds.SOPInstanceUID,
                sop_class_uid=ds.SOPClassUID,
                transfer_syntax_uid=form.transfer_syntax,
                path=path,
            )
        )
    return tuple(instances)


def _slice_dataset(
    hu: NDArray[np.int16],
    geometry: VolumeGeometry,
    identity: SeriesIdentity,
    form: PixelForm,
    k: int,
    number: int,
) -> Dataset:
    """Return the dataset of slice ``k`` with all modules of the CT image IOD."""
    ds = Dataset()
    _add_patient_and_study(ds, identity)
    _add_series_and_scanner(ds, identity, geometry)
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = derive_uid(identity.series_instance_uid, "slice", k)
    ds.InstanceNumber = number
    ds.ImageComments = "Generated phantom, not a person"
    ds.ImageOrientationPatient = [_decimal(v) for a in (2, 1) for v in geometry.direction_zyx[a]]
    position = geometry.lps_from_voxel(np.array([k, 0.0, 0.0]))
    ds.ImagePositionPatient = [_decimal(value) for value in position]
    ds.SliceLocation = _decimal(float(position @ np.asarray(geometry.direction_zyx[0])))
    ds.PixelSpacing = [_decimal(value) for value in geometry.spacing_zyx_mm[1:]]
    ds.SliceThickness = _decimal(geometry.spacing_zyx_mm[0])
    _add_pixels(ds, hu, form, form.slopes[k % len(form.slopes)])
    return ds


def _add_patient_and_study(ds: Dataset, identity: SeriesIdentity) -> None:
    """Add the patient, general study and patient study modules."""
    at = identity.acquired_at
    ds.SpecificCharacterSet = list(identity.character_set)
    ds.PatientName = identity.patient_name
    ds.PatientID = identity.patient_id
    ds.IssuerOfPatientID = identity.issuer_of_patient_id
    ds.PatientBirthDate = f"{identity.birth_date:%Y%m%d}"
    ds.PatientSex = identity.sex
    birthday = (identity.birth_date.month, identity.birth_date.day)
    years = at.year - identity.birth_date.year - ((at.month, at.day) < birthday)
    ds.PatientAge = f"{years:03d}Y"
    ds.StudyInstanceUID = identity.study_instance_uid
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = f"{at:%Y%m%d}"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = f"{at:%H%M%S}"
    ds.TimezoneOffsetFromUTC = f"{at:%z}"
    ds.StudyID = "1"
    ds.AccessionNumber = identity.accession_number
    ds.ReferringPhysicianName = ""
    ds.StudyDescription = identity.study_description


def _add_series_and_scanner(
    ds: Dataset, identity: SeriesIdentity, geometry: VolumeGeometry
) -> None:
    """Add the general series, frame of reference, equipment and CT image modules."""
    ds.Modality = "CT"
    ds.SeriesInstanceUID = identity.series_instance_uid
    ds.SeriesNumber = identity.series_number
    ds.SeriesDescription = identity.series_description
    ds.BodyPartExamined = "CHEST"
    ds.PatientPosition = "HFS"
    ds.FrameOfReferenceUID = identity.frame_of_reference_uid
    ds.PositionReferenceIndicator = ""
    ds.Manufacturer = "Wetread phantom"
    ds.ManufacturerModelName = "Generated chest"
    ds.StationName = "PHANTOM"
    ds.DeviceSerialNumber = "0"
    ds.SoftwareVersions = "1"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.AcquisitionNumber = 1
    ds.ScanOptions = "HELICAL MODE"
    ds.KVP = "120"
    ds.XRayTubeCurrent = 200
    ds.ExposureTime = 500
    ds.Exposure = 100
    ds.GantryDetectorTilt = "0"
    ds.ConvolutionKernel = identity.kernel
    ds.ReconstructionDiameter = _decimal(geometry.extent_zyx_mm[2])
    ds.BurnedInAnnotation = "NO"


def _add_pixels(ds: Dataset, hu: NDArray[np.int16], form: PixelForm, slope: float) -> None:
    """Add the image pixel module, modality rescale and two windows."""
    lowest = -(1 << form.bits_stored - 1) if form.signed else 0
    highest = lowest + (1 << form.bits_stored) - 1
    stored = np.rint((hu.astype(np.float64) - form.intercept) / slope)
    stored = np.clip(stored, lowest, highest)
    ds.Rows, ds.Columns = hu.shape
    ds.PixelRepresentation = int(form.signed)
    if form.padding is not None:
        row, column = (np.arange(size) - (size - 1) / 2 for size in hu.shape)
        outside = np.hypot(row[:, None], column[None, :]) > min(hu.shape) / 2
        stored[outside] = form.padding
        ds.PixelPaddingValue = form.padding
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = 16
    ds.BitsStored = form.bits_stored
    ds.HighBit = form.bits_stored - 1
    ds.RescaleSlope = _decimal(slope)
    ds.RescaleIntercept = _decimal(form.intercept)
    ds.RescaleType = "HU"
    ds.WindowCenter, ds.WindowWidth = ["-600", "40"], ["1500", "400"]
    ds.WindowCenterWidthExplanation = ["LUNG", "MEDIASTINUM"]
    order = "<" if form.transfer_syntax.is_little_endian else ">"
    mask = np.int64(0xFFFF)  # two's complement, sign extended over the allocated bits
    ds.PixelData = (stored.astype(np.int64) & mask).astype(f"{order}u2").tobytes()
    ds["PixelData"].VR = "OW"


def _decimal(value: float) -> str:
    """Write a number within the 16 characters of a decimal string (PS3.5 6.2)."""
    text = f"{value:.10g}"
    return text if len(text) <= 16 else f"{value:.8g}"  # noqa: PLR2004 - as the docstring says
