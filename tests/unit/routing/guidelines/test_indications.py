"""Which words of the headers tell the indication, and what a site may change."""

from pathlib import Path

import pytest

from routing.guidelines.indications import PatientFact, load_indication_rules
from routing.guidelines.loading import load_guide
from wetread.domain.errors import ConfigurationError
from wetread.domain.guidelines.guidance import Indication

_SITE_FILE = """
name = "site"
effective_from = 2026-04-01
source = "our hospital"
verified = true
[[rules]]
code = "screening_centre"
indication = "screening"
sites = ["Screening Centre*"]
guideline = "lung-rads-v2022"
"""


@pytest.mark.parametrize(
    ("keyword", "words", "indication"),
    [
        ("StudyDescription", "Lung screening", Indication.SCREENING),
        ("StudyDescription", "胸部CT検診", Indication.SCREENING),
        ("ProtocolName", "chest ldct 1mm", Indication.SCREENING),
        ("AdmittingDiagnosesDescription", "Pneumonia", Indication.INCIDENTAL),
        ("ReasonForStudy", "肺結節の経過観察", Indication.FOLLOW_UP),
        ("StudyDescription", "Nodule follow-up after screening", Indication.FOLLOW_UP),
    ],
)
def test_usual_words_tell_the_indication(keyword: str, words: str, indication: Indication) -> None:
    rule = load_indication_rules().first_rule({keyword: (words,)}, "Hospital A")
    assert rule is not None
    assert rule.indication is indication


@pytest.mark.parametrize("words", ["Chest CT", "胸部単純CT", ""])
def test_other_words_tell_nothing(words: str) -> None:
    assert load_indication_rules().first_rule({"StudyDescription": (words,)}, "Any") is None


def test_what_is_said_of_the_patient_is_known_and_silence_is_not_a_no() -> None:
    rules = load_indication_rules()
    stated = {"AdmittingDiagnosesDescription": ("肺癌術後",)}
    assert rules.tells(PatientFact.KNOWN_CANCER, stated, "A") is True
    assert rules.tells(PatientFact.IMMUNOSUPPRESSED, stated, "A") is None


def test_a_site_may_decide_alone_and_choose_its_guideline(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(_SITE_FILE, encoding="utf-8")
    guide = load_guide(path, {})
    rule = guide.indications.first_rule({}, "Screening Centre West")
    assert rule is not None
    assert guide.by_name[rule.guideline or ""].name == "Lung-RADS v2022"
    assert guide.indications.first_rule({}, "Hospital A") is None


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('sites = ["Screening Centre*"]', "", "give attributes"),
        ('sites = ["Screening Centre*"]', 'attributes = ["Nothing"]\none_of = ["*"]', "Nothing"),
        ('sites = ["Screening Centre*"]', 'site = ["A"]\nsites = ["A"]', "site"),
        ('"screening"', '"sreening"', "indication"),
        ('"lung-rads-v2022"', '"lung-rads"', "lung-rads"),
    ],
)
def test_a_rule_that_is_not_understood_is_refused(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in _SITE_FILE
    path = tmp_path / "site.toml"
    path.write_text(_SITE_FILE.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_guide(path, {})
