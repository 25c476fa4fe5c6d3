"""Small instances to send, right or wrong."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydicom import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pynetdicom.dsutils import encode

from tests.support.ct_series import ct_slice

JAPANESE_CHARACTER_SETS = ["", "ISO 2022 IR 87"]


def instance(number: int = 0, *, study: str = "study", **attributes: Any) -> Dataset:
    """Return a CT image; ``attributes`` are set by keyword, legal or not; None removes one."""
    dataset = ct_slice(study=study, number=number)
    dataset.StudyDate = "20250102"
    dataset.StudyDescription = "Chest"
    dataset.AccessionNumber = "A1"
    with _unchecked():
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
    return dataset


def encoded(dataset: Dataset, syntax: UID = ExplicitVRLittleEndian) -> bytes:
    """Return the dataset as C-STORE carries it."""
    with _unchecked():
        data = encode(dataset, syntax.is_implicit_VR, syntax.is_little_endian, syntax.is_deflated)
    assert data is not None
    return data


def written(folder: Path, number: int = 0, **attributes: Any) -> Path:
    """Write `instance` as a file of its own and return where it lies."""
    dataset = instance(number, **attributes)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    path = folder / f"{number}.dcm"
    dataset.save_as(path, enforce_file_format=True)
    return path


@contextmanager
def _unchecked() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pydicom")
        yield
