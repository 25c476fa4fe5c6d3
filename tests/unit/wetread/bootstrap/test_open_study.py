from datetime import date
from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from tests.support.instances import instance
from wetread.bootstrap.analysis import open_study


def write(folder: Path, dataset: Dataset) -> Path:
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.save_as(folder / "image.dcm", enforce_file_format=True)
    return folder


@pytest.mark.parametrize(
    ("written", "day"), [("20250102", date(2025, 1, 2)), ("20251399", None), ("", None)]
)
def test_a_study_date_that_is_no_day_is_unknown(
    tmp_path: Path, written: str, day: date | None
) -> None:
    study = open_study(write(tmp_path, instance(StudyDate=written)))

    assert study.study_date == day
