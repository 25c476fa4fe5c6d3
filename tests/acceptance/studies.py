"""Studies to send: quick ones that are not analysed, and a piece of chest that is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.uid import MRImageStorage

from inference.phantom.studies import PhantomStudy
from tests.support.ct_series import write_files
from tests.support.instances import instance
from wetread.domain.uids import derive_uid

NAME = "KAKUU^JIROU=架空^次郎=かくう^じろう"
HALF_WIDTH_NAME = "ｶｸｳ^ｼﾞﾛｳ=架空^次郎=かくう^じろう"
PATIENT_ID = "INVENTED-4711"
SLICES_OF_CHEST = slice(45, 81)  # 90 mm with three large nodules; 80 mm are analysed at least


def thick_ct(name: str, *, count: int = 5, **attributes: Any) -> list[Dataset]:
    """Return a CT study that is too little to be analysed."""
    patient = {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        "PatientName": NAME,
        "PatientID": PATIENT_ID,
        "PatientBirthDate": "19600102",
        "PatientSex": "M",
        "StudyTime": "091500",
        "StudyID": "1",
        "ReferringPhysicianName": "",
        "SliceThickness": 5,
    }
    return [instance(number, study=name, **patient | attributes) for number in range(count)]


def mr(name: str) -> list[Dataset]:
    """Return an MR study."""
    return thick_ct(
        name,
        SOPClassUID=MRImageStorage,
        Modality="MR",
        SpecificCharacterSet=["ISO 2022 IR 13", "ISO 2022 IR 87"],
        PatientName=HALF_WIDTH_NAME,
    )


def chest(name: str, source: PhantomStudy) -> list[Dataset]:
    """Return a piece of a generated chest as a study of its own."""
    datasets = []
    for stored in source.instances[SLICES_OF_CHEST]:
        dataset = dcmread(stored.path)
        dataset.StudyInstanceUID = derive_uid(name)
        dataset.SeriesInstanceUID = derive_uid(name, "series")
        dataset.SOPInstanceUID = derive_uid(name, dataset.SOPInstanceUID)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        datasets.append(dataset)
    return datasets


def written(folder: Path, datasets: Sequence[Dataset]) -> Path:
    """Write datasets as files; return the folder."""
    write_files(folder, datasets)
    return folder


def raw_name(dataset: Dataset) -> bytes:
    """Return the bytes of the patient's name; the dataset was read and nothing was looked at."""
    value = dataset.get_item("PatientName").value
    assert isinstance(value, bytes)
    return value
