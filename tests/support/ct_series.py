"""Write small CT series whose headers are good in every way, or wrong where a test asks."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydicom import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from wetread.domain.studies import StoredInstance
from wetread.domain.uids import derive_uid

_SIDE = 8


def ct_slice(
    *, study: str = "study", series: str = "series", number: int = 0, spacing_mm: float = 2.5
) -> Dataset:
    """Return the complete dataset of one slice of 8 × 8 pixels; other arguments name UIDs."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = derive_uid("slice", study, series, number)
    dataset.StudyInstanceUID = derive_uid(study)
    dataset.SeriesInstanceUID = derive_uid(study, series)
    dataset.FrameOfReferenceUID = derive_uid("frame", study)
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.BodyPartExamined = "CHEST"
    dataset.SeriesDescription = series
    dataset.PatientName = "TEST^INVENTED"
    dataset.PatientID = "T-0001"
    dataset.ConvolutionKernel = "STANDARD"
    dataset.SliceThickness = spacing_mm
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.ImagePositionPatient = [-4, -4, -100 + spacing_mm * number]
    dataset.InstanceNumber = number + 1
    dataset.Rows = dataset.Columns = _SIDE
    dataset.PixelSpacing = [0.7, 0.7]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = 0
    dataset.RescaleSlope = 1
    dataset.RescaleIntercept = -1024
    dataset.RescaleType = "HU"
    dataset.PixelData = bytes(2 * _SIDE * _SIDE)
    return dataset


def write_series(
    folder: Path,
    *,
    study: str = "study",
    series: str = "series",
    count: int = 40,
    spacing_mm: float = 2.5,
    change: Callable[[Dataset, int], None] | None = None,
    **attributes: Any,
) -> list[StoredInstance]:
    """Write slices of 40 × 2.5 mm; ``attributes`` replace values by keyword, None deletes.

    ``change`` may alter each dataset, given its number from 0.
    """
    datasets = []
    for number in range(count):
        dataset = ct_slice(study=study, series=series, number=number, spacing_mm=spacing_mm)
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        if change is not None:
            change(dataset, number)
        datasets.append(dataset)
    return write_files(folder / series, datasets)


def write_files(folder: Path, datasets: Sequence[Dataset]) -> list[StoredInstance]:
    """Write each dataset as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = []
    for at, dataset in enumerate(datasets):
        path = folder / f"{at:04}.dcm"
        dataset.save_as(path, enforce_file_format=True)
        stored.append(
            StoredInstance(
                study_instance_uid=dataset.StudyInstanceUID,
                series_instance_uid=dataset.SeriesInstanceUID,
                sop_instance_uid=dataset.SOPInstanceUID,
                sop_class_uid=dataset.SOPClassUID,
                transfer_syntax_uid=dataset.file_meta.TransferSyntaxUID,
                path=path,
            )
        )
    return stored
