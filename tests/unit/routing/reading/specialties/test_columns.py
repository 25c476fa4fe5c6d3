"""Which column a study belongs to, and what told it."""

from pathlib import Path

import pytest
from pydicom import Dataset

import routing.reading.specialties.columns as shipped
from routing.reading.specialties.columns import load_column_rules
from routing.reading.specialties.headers import read_study_facts
from tests.support.ct_series import write_series
from wetread.domain.errors import ConfigurationError
from wetread.domain.specialties import MappedColumn, StudyFacts, Unmapped

_RULES = load_column_rules()
_TABLE = {
    f"{part}{end}"
    for part in ("脳", "眼窩", "副鼻腔", "側頭骨", "唾液腺", "胸部")
    for end in ("CT", "MR")
}


def _column(**facts: tuple[str, ...]) -> str:
    found = _RULES.find_column(StudyFacts(**facts), _TABLE)
    return found.column if isinstance(found, MappedColumn) else f"? {found.reason.english}"


@pytest.mark.parametrize(
    ("description", "column"),
    [
        ("CHEST CT", "胸部CT"),
        ("胸部単純ＣＴ", "胸部CT"),
        ("head^routine", "脳CT"),
        ("Brain+Orbit", "眼窩CT"),
        ("副鼻腔 CT", "副鼻腔CT"),
        ("頭部CT(側頭骨)", "側頭骨CT"),
        ("Lt. parotid", "唾液腺CT"),
    ],
)
def test_a_description_names_the_part_and_the_narrower_part_counts(
    description: str, column: str
) -> None:
    assert _column(modalities=("CT",), descriptions=(description,)) == column


@pytest.mark.parametrize("description", ["forehead", "headache clinic", "orchestra", ""])
def test_a_word_within_a_word_names_nothing(description: str) -> None:
    assert _column(modalities=("CT",), descriptions=(description,)).startswith("? Nothing")


def test_a_code_counts_more_than_words_and_words_more_than_the_protocol() -> None:
    facts = {"modalities": ("MR", "SR"), "body_parts": ("CHEST",), "descriptions": ("Orbit",)}
    assert _column(**facts) == "眼窩MR"
    assert _column(**facts, jj1017_codes=("7000000100000000",)) == "脳MR"
    assert _column(**facts, jj1017_codes=("7000000999000000",)) == "眼窩MR"
    assert _column(modalities=("MR",), body_parts=("chest ",)) == "胸部MR"


def test_what_told_it_is_kept_in_both_languages() -> None:
    found = _RULES.find_column(StudyFacts(modalities=("CT",), body_parts=("HEAD",)), _TABLE)
    assert isinstance(found, MappedColumn)
    assert found.provenance == ("BodyPartExamined HEAD", "BodyPartExamined HEAD")


def test_a_table_may_name_a_part_otherwise() -> None:
    facts = StudyFacts(modalities=("CT",), body_parts=("HEAD",))
    assert isinstance(found := _RULES.find_column(facts, {"頭部CT"}), MappedColumn)
    assert found.column == "頭部CT"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "modality –"),
        ({"modalities": ("US",)}, "modality US"),
        ({"modalities": ("CT",), "body_parts": ("ABDOMEN",)}, "has no column 腹部CT"),
        ({"modalities": ("CT",), "body_parts": ("?",)}, "Nothing in the headers"),
    ],
)
def test_what_has_no_column_says_why(facts: dict[str, tuple[str, ...]], reason: str) -> None:
    found = _RULES.find_column(StudyFacts(**facts), _TABLE)
    assert isinstance(found, Unmapped)
    assert reason in found.reason.english
    assert found.reason.japanese


def test_a_misspelled_table_is_refused(tmp_path: Path) -> None:
    text = Path(shipped.__file__).with_name("columns.toml").read_text(encoding="utf-8")
    path = tmp_path / "columns.toml"
    path.write_text(text.replace('words = ["orbit"', 'word = ["orbit"'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="word"):
        load_column_rules(path)


def _code(value: str, scheme: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, "test"
    return item


def test_headers_tell_it_and_broken_files_tell_nothing(tmp_path: Path) -> None:
    def order(dataset: Dataset, _number: int) -> None:
        request = Dataset()
        request.ScheduledProtocolCodeSequence = [_code("6000000200000000", "JJ1017-16M")]
        dataset.RequestAttributesSequence = [request]
        dataset.ProcedureCodeSequence = [_code("LOCAL", "99SITE")]

    instances = write_series(
        tmp_path,
        count=2,
        StudyDescription="胸部CT",
        change=order,
        SpecificCharacterSet="ISO_IR 192",
    )
    instances += write_series(tmp_path, series="other", count=1, BodyPartExamined="ABDOMEN")
    broken = write_series(tmp_path, series="broken", count=1)
    broken[0].path.write_bytes(b"nothing")
    assert read_study_facts([*instances, *broken]) == StudyFacts(
        modalities=("CT",),
        body_parts=("CHEST", "ABDOMEN"),
        descriptions=("胸部CT",),
        jj1017_codes=("6000000200000000",),
    )
    assert read_study_facts([]) == StudyFacts()
