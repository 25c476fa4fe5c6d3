"""Which word of which reader counts, and what cannot be said."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.feedback import MISSED, word
from tests.support.findings import nodule
from wetread.domain.errors import FeedbackError
from wetread.domain.feedback import (
    Act,
    CorrectedMark,
    Standing,
    added_nodules,
    last_words,
    name_missed,
    standing_of,
)

OTHER = "Reader B"


@pytest.mark.parametrize(
    ("words", "standing"),
    [
        ([], Standing.OPEN),
        ([word(Act.ACCEPT)], Standing.ACCEPTED),
        ([word(Act.CHANGE)], Standing.ACCEPTED),
        ([word(Act.ADD)], Standing.ACCEPTED),
        ([word(Act.REJECT)], Standing.REJECTED),
        ([word(Act.ACCEPT), word(Act.REJECT, minute=1)], Standing.REJECTED),
        ([word(Act.REJECT, minute=1), word(Act.ACCEPT)], Standing.REJECTED),
        ([word(Act.ADD), word(Act.REJECT)], Standing.REJECTED),
        ([word(Act.ACCEPT), word(Act.REJECT, actor=OTHER)], Standing.DISPUTED),
        (
            [word(Act.ACCEPT), word(Act.REJECT, actor=OTHER), word(Act.CHANGE, actor=OTHER)],
            Standing.ACCEPTED,
        ),
    ],
)
def test_the_last_word_of_each_reader_counts(words: list[Any], standing: Standing) -> None:
    assert standing_of(words) is standing


def test_a_reader_is_the_same_on_a_page_and_in_a_report() -> None:
    first = word(Act.ACCEPT, actor="YAMADA^Taro")
    second = word(Act.REJECT, minute=1, actor=" Yamada  taro ")
    other_nodule = word(Act.ACCEPT, minute=2, tracking_uid="1.8")
    assert last_words([second, first, other_nodule]) == (second, other_nodule)


@pytest.mark.parametrize(
    "changes",
    [
        {"act": Act.ACCEPT, "corrected": MISSED},
        {"act": Act.REJECT, "corrected": MISSED},
        {"act": Act.CHANGE, "corrected": None},
        {"act": Act.CHANGE, "corrected": CorrectedMark()},
        {"act": Act.ADD, "corrected": CorrectedMark(long_axis_mm=8.0)},
        {"act": Act.ADD, "corrected": CorrectedMark(center_lps_mm=(1.0, 2.0, 3.0))},
    ],
)
def test_an_act_tells_what_it_needs_and_no_more(changes: dict[str, Any]) -> None:
    with pytest.raises(FeedbackError):
        word(**changes)


@pytest.mark.parametrize(
    "values",
    [
        {"long_axis_mm": 0.0},
        {"volume_mm3": -1.0},
        {"short_axis_mm": float("nan")},
        {"center_lps_mm": (0.0, float("inf"), 0.0)},
        {"long_axis_mm": 4.0, "short_axis_mm": 5.0},
    ],
)
def test_what_cannot_be_measured_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(FeedbackError):
        CorrectedMark(**values)


def test_a_missed_nodule_has_one_name_whoever_adds_it() -> None:
    name = name_missed("1.2.3", MISSED, [nodule("1.2")], [])
    added = word(Act.ADD, tracking_uid=name)
    near = replace(MISSED, center_lps_mm=(63.0, 10.0, -100.0), long_axis_mm=5.0)
    far = replace(MISSED, center_lps_mm=(65.0, 10.0, -100.0), long_axis_mm=5.0)
    assert name_missed("1.2.3", near, [], [word(Act.ACCEPT), added]) == name
    assert name_missed("1.2.3", far, [], [added]) != name
    assert name_missed("1.2.4", MISSED, [], []) != name
    assert added_nodules([word(Act.ACCEPT), added, word(Act.REJECT, tracking_uid=name)]) == (name,)


def test_a_nodule_that_is_marked_was_not_missed() -> None:
    marked = nodule("1.2")
    place = CorrectedMark(center_lps_mm=marked.measurement.center_lps_mm, long_axis_mm=5.0)
    with pytest.raises(FeedbackError, match="Nodule 1 is marked"):
        name_missed("1.2.3", place, [marked], [])
    with pytest.raises(FeedbackError, match="place"):
        name_missed("1.2.3", None, [], [])
