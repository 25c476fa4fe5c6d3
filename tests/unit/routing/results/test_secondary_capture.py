"""The summary pages: one for every outcome, both languages, each nodule with its prior beside."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread

from routing.results.encode import encode_results
from routing.results.material import NodulePictures
from routing.results.objects import ObjectKind
from routing.results.page_text import font, wrap
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about
from tests.support.findings import findings, nodule
from wetread.domain.findings import Change, ChangeState, Findings, GrowthVerdict, Outcome
from wetread.domain.studies import StoredInstance

GREEN, BLUE = (0, 200, 0), (0, 0, 200)
ALARM, WARNING = (255, 120, 90), (255, 214, 0)
KINDS: Final = (ObjectKind.SECONDARY_CAPTURE,)
GROWN: Final = Change(
    state=ChangeState.MATCHED,
    prior_study_instance_uid="1.2.9",
    volume_change_percent=48.5,
    doubling_time_days=320.5,
    verdict=GrowthVerdict.GROWN,
)


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(
        tmp_path / "ct", PatientName="Phantom^Invented", StudyDescription="CT CHEST"
    )


def picture(color: tuple[int, int, int]) -> bytes:
    content = BytesIO()
    Image.new("RGB", (800, 800), color).save(content, "PNG")
    return content.getvalue()


def pages(
    found: Findings,
    series: tuple[StoredInstance, ...],
    folder: Path,
    pictures: dict[str, NodulePictures] | None = None,
) -> list[Dataset]:
    made = encode_results(
        about(found, series),
        series,
        folder=folder,
        encoded_at=ENCODED_AT,
        kinds=KINDS,
        pictures=pictures,
    )
    return [dcmread(one.path) for one in made]


def count(page: Dataset, color: tuple[int, int, int]) -> int:
    return int((page.pixel_array == color).all(axis=-1).sum())


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.ANALYSED, "slices of 5 mm"),
        (Outcome.PARTIAL, "no comparison"),
        (Outcome.NOT_ANALYSED, "no series"),
        (Outcome.FAILED, "detect stopped"),
    ],
)
def test_what_is_not_whole_alarms(
    outcome: Outcome, reason: str, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    (page,) = pages(findings(outcome=outcome, reason=reason), series, tmp_path / "out")
    assert count(page, ALARM) > 500
    assert count(page, WARNING) > 200  # research use
    (negative,) = pages(findings(), series, tmp_path / "negative")
    assert count(negative, ALARM) == 0
    assert count(negative, WARNING) > 200


def test_each_nodule_is_shown_with_its_prior_beside(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = replace(nodule(series[1].sop_instance_uid), change=GROWN)
    alone = nodule(series[3].sop_instance_uid, number=2)
    pictures = {
        marked.tracking_uid: NodulePictures(current=picture(GREEN), prior=picture(BLUE)),
        alone.tracking_uid: NodulePictures(current=picture(GREEN)),
    }
    (page,) = pages(findings(marked, alone), series, tmp_path / "out", pictures)
    assert count(page, GREEN) == 2 * 372**2
    assert count(page, BLUE) == 372**2
    green = np.argwhere((page.pixel_array == GREEN).all(axis=-1))
    blue = np.argwhere((page.pixel_array == BLUE).all(axis=-1))
    assert blue[0][0] == green[0][0]
    assert blue[0][1] > green[0][1] + 371
    assert [one.ReferencedSOPInstanceUID for one in page.SourceImageSequence] == [
        series[1].sop_instance_uid,
        series[3].sop_instance_uid,
    ]


def test_many_nodules_take_many_pages_of_one_series(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = [nodule(series[1].sop_instance_uid, number=number) for number in range(1, 6)]
    made = pages(findings(*marked), series, tmp_path / "out")
    assert len(made) == 3
    assert len({one.SOPInstanceUID for one in made}) == 3
    assert {one.SeriesInstanceUID for one in made} == {made[0].SeriesInstanceUID}
    assert [one.InstanceNumber for one in made] == [1, 1001, 2001]
    assert all(count(one, WARNING) > 200 for one in made)


def test_the_capture_says_whose_it_is_in_its_header_only(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    (page,) = pages(findings(), series, tmp_path / "out")
    assert (page.StudyDescription, page.PatientAge) == ("CT CHEST", "065Y")
    assert page.PatientName == "Phantom^Invented"
    assert page.BurnedInAnnotation == "NO"
    assert (page.ConversionType, page.Modality) == ("WSD", "OT")
    assert "research use" in page.SeriesDescription
    assert page.DateOfSecondaryCapture == "20260105"


def test_every_letter_we_write_is_in_the_font() -> None:
    missing = bytes(font(20).getmask("\uffff"))
    for text in ("結節", "医師は確認していません", "倍加時間", "すりガラス型", "mm³", "Nodule"):
        assert all(bytes(font(20).getmask(letter)) != missing for letter in text), text


def test_lines_break_between_words_and_anywhere_in_japanese() -> None:
    assert wrap("a word or two", 70, 20) == ("a word", "or two")
    lines = wrap("研究用。ソフトウェアによる結果で、医師は確認していません。", 200, 20)
    assert len(lines) > 1
    assert all(font(20).getlength(line) <= 200 for line in lines)
    assert "".join(wrap("x" * 100, 100, 20)) == "x" * 100
