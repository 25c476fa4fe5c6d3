"""From the headers of a study to its category."""

from pathlib import Path

from pydicom import Dataset

from routing.guidelines.guide import StudyGuide
from routing.guidelines.loading import load_guide
from tests.support.ct_series import write_series
from tests.support.nodules import ball_nodule
from wetread.domain.findings import Outcome
from wetread.domain.guidelines.guidance import Guidance, GuidanceStatus, Indication

_LUNG_RADS = {
    Indication.SCREENING: "lung-rads-v2022",
    Indication.INCIDENTAL: "fleischner-2017",
    Indication.FOLLOW_UP: None,
}


def _guided(folder: Path, given: Indication | None, guide: StudyGuide, words: str) -> Guidance:
    def change(dataset: Dataset, _: int) -> None:
        dataset.StudyDescription = words
        dataset.PatientAge = "060Y"

    image = write_series(folder, count=1, spacing_mm=1.25, change=change)[0]
    return guide.guide(
        [ball_nodule(9.0)],
        outcome=Outcome.ANALYSED,
        reason=None,
        image=image,
        site="Hospital A",
        given=given,
    )


def test_the_words_of_the_request_choose_the_guideline(tmp_path: Path) -> None:
    guidance = _guided(tmp_path, None, load_guide(None, _LUNG_RADS), "Lung screening")
    assert (guidance.guideline, guidance.category) == ("Lung-RADS v2022", "4A")


def test_what_somebody_told_wins_over_the_words(tmp_path: Path) -> None:
    guide = load_guide(None, _LUNG_RADS)
    guidance = _guided(tmp_path, Indication.INCIDENTAL, guide, "Lung screening")
    assert (guidance.guideline, guidance.category) == ("Fleischner 2017", ">8 mm")


def test_an_indication_without_guideline_or_words_has_no_category(tmp_path: Path) -> None:
    guide = load_guide(None, _LUNG_RADS)
    for given, words in ((Indication.FOLLOW_UP, ""), (None, "Chest CT")):
        guidance = _guided(tmp_path / words, given, guide, words)
        assert guidance.status is GuidanceStatus.NOT_APPLICABLE
        assert (guidance.guideline, guidance.category) == (None, None)


def test_a_study_whose_headers_cannot_be_read_has_no_category() -> None:
    guidance = load_guide(None, _LUNG_RADS).guide(
        [ball_nodule(9.0)],
        outcome=Outcome.ANALYSED,
        reason=None,
        image=None,
        site="Hospital A",
        given=Indication.SCREENING,
    )
    assert guidance.category is None
    assert "slice thickness is not known" in guidance.english[0]
