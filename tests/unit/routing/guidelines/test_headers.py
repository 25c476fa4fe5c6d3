"""Age and slice thickness, as the header of an image states them or not."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import Dataset

from routing.guidelines.headers import age_years, read_facts_header
from tests.support.ct_series import write_series


def _age(folder: Path, **stated: str) -> int | None:
    def change(dataset: Dataset, _: int) -> None:
        for keyword, value in stated.items():
            setattr(dataset, keyword, value)

    image = write_series(folder, count=1, change=change)[0]
    header = read_facts_header(image, ())
    assert header is not None
    return age_years(header)


@pytest.mark.parametrize(
    ("stated", "years"),
    [
        ({"PatientAge": "045Y"}, 45),
        ({"PatientAge": "018M"}, 1),
        ({"PatientAge": "051W"}, 0),
        ({"PatientAge": "045Y", "PatientBirthDate": "20000101", "StudyDate": "20200101"}, 45),
        ({"PatientBirthDate": "19900601", "StudyDate": "20250531"}, 34),
        ({"PatientBirthDate": "19900601", "StudyDate": "20250601"}, 35),
        ({"PatientBirthDate": "20260601", "StudyDate": "20250601"}, None),
        ({"PatientBirthDate": "", "StudyDate": "20250601"}, None),
        ({}, None),
    ],
)
def test_the_age_is_stated_or_told_by_the_dates(
    tmp_path: Path, stated: dict[str, str], years: int | None
) -> None:
    assert _age(tmp_path, **stated) == years


def test_of_a_file_that_cannot_be_read_nothing_is_known(tmp_path: Path) -> None:
    image = write_series(tmp_path, count=1)[0]
    gone = replace(image, path=tmp_path / "gone.dcm")
    assert read_facts_header(gone, ()) is None
    assert read_facts_header(None, ()) is None
