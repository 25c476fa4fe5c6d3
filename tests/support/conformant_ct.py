"""A small CT series that meets its IOD to the letter, for tests of what is made from headers."""

from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from wetread.domain.studies import StoredInstance
from wetread.domain.uids import derive_uid


def write_conformant_series(
    folder: Path,
    *,
    study: str = "study",
    series: str = "series",
    slices: int = 5,
    columns: int = 64,
    rows: int = 64,
    transfer_syntax_uid: str = ExplicitVRLittleEndian,
    **attributes: object,
) -> tuple[StoredInstance, ...]:
    """Write the slices, feet first, and return them; ``attributes`` override by keyword.

    An attribute given as None is left out. The same ``study`` and ``series`` give the same UIDs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    instances = []
    for number in range(slices):
        dataset = _ct_slice(study, series, number, (rows, columns))
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = transfer_syntax_uid
        path = folder / f"{series}-{number:04}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        instances.append(
            StoredInstance(
                study_instance_uid=dataset.StudyInstanceUID,
                series_instance_uid=dataset.SeriesInstanceUID,
                sop_instance_uid=dataset.SOPInstanceUID,
                sop_class_uid=dataset.SOPClassUID,
                transfer_syntax_uid=transfer_syntax_uid,
                path=path,
            )
        )
    return tuple(instances)


def _ct_slice(study: str, series: str, number: int, shape: tuple[int, int]) -> Dataset:
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = CTImageStorage
    ds.SOPInstanceUID = derive_uid("test instance", study, series, number)
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20260105"
    ds.StudyTime = ds.SeriesTime = ds.AcquisitionTime = ds.ContentTime = "101500"
    ds.AccessionNumber = "TEST0001"
    ds.Modality = "CT"
    ds.Manufacturer = "Test"
    ds.ReferringPhysicianName = "Referrer^Invented"
    ds.StudyDescription = "CT CHEST"
    ds.SeriesDescription = "Lung 1 mm"
    ds.PatientName = "Phantom^Invented"
    ds.PatientID = "TEST-1"
    ds.PatientBirthDate = "19600101"
    ds.PatientSex = "O"
    ds.PatientAge = "065Y"
    ds.SliceThickness = "1"
    ds.KVP = "120"
    ds.PatientPosition = "HFS"
    ds.StudyInstanceUID = derive_uid("test study", study)
    ds.SeriesInstanceUID = derive_uid("test series", study, series)
    ds.StudyID = "1"
    ds.SeriesNumber = 2
    ds.AcquisitionNumber = 1
    ds.InstanceNumber = number + 1
    ds.ImagePositionPatient = [-22.4, -22.4, number]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.FrameOfReferenceUID = derive_uid("test frame", study)
    ds.PositionReferenceIndicator = ""
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = shape
    ds.PixelSpacing = [0.7, 0.7]
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 1
    ds.WindowCenter, ds.WindowWidth = "-600", "1500"
    ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1", "HU"
    ds.PixelData = np.full(shape, -850, np.int16).tobytes()
    return ds
