import numpy as np
import pytest

from inference.evaluation import ScanCandidates, match_scan, match_scans
from inference.evaluation.matching import MISSED, MOST_CANDIDATES
from tests.support.evaluation import candidates, excluded, nodule, truth


def test_a_hit_is_less_than_the_radius_away() -> None:
    match = match_scan(truth("a", [nodule(0.0, 10.0)]), candidates("a", (4.9, 0.7), (5.0, 0.9)))
    assert match.nodule_score.tolist() == [0.7]
    assert match.nodule_candidate.tolist() == [0]
    assert match.is_false.tolist() == [False, True]


def test_of_several_on_one_nodule_the_highest_counts_and_the_others_are_nothing() -> None:
    match = match_scan(truth("a", [nodule(0.0)]), candidates("a", (1.0, 0.2), (2.0, 0.8), (0, 0.5)))
    assert match.nodule_score.tolist() == [0.8]
    assert match.nodule_candidate.tolist() == [1]
    assert not match.is_false.any()


def test_candidates_on_excluded_findings_are_nothing() -> None:
    match = match_scan(truth("a", [], [excluded(0.0)]), candidates("a", (1.0, 0.9), (9.0, 0.1)))
    assert match.is_false.tolist() == [False, True]


def test_a_candidate_on_a_nodule_and_an_excluded_finding_hits() -> None:
    match = match_scan(truth("a", [nodule(0.0)], [excluded(2.0)]), candidates("a", (2.0, 0.9)))
    assert match.nodule_score.tolist() == [0.9]


def test_a_candidate_within_two_nodules_hits_both() -> None:
    match = match_scan(truth("a", [nodule(0.0), nodule(4.0)]), candidates("a", (2.0, 0.9)))
    assert match.nodule_score.tolist() == [0.9, 0.9]


def test_without_candidates_every_nodule_is_missed() -> None:
    match = match_scans([truth("a", [nodule(0.0), nodule(40.0)])], [])[0]
    assert match.nodule_score.tolist() == [MISSED, MISSED]
    assert match.nodule_candidate.tolist() == [-1, -1]


def test_of_more_than_a_hundred_those_above_the_first_to_drop_count() -> None:
    ranked = [(100.0 + 20 * number, 1.0 - number / 1000) for number in range(MOST_CANDIDATES + 1)]
    assert match_scan(truth("a"), candidates("a", *ranked)).is_false.sum() == MOST_CANDIDATES
    tied = [(x, max(score, 0.95)) for x, score in ranked]
    assert match_scan(truth("a"), candidates("a", *tied)).is_false.sum() == 50


def test_scans_are_told_apart() -> None:
    with pytest.raises(ValueError, match="nothing is known"):
        match_scans([truth("a")], [candidates("b", (0.0, 1.0))])
    with pytest.raises(ValueError, match="two sets"):
        match_scans([truth("a")], [candidates("a"), candidates("a")])
    with pytest.raises(ValueError, match="twice"):
        match_scans([truth("a"), truth("a")], [])


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        candidates("a", (0.0, wrong))
    with pytest.raises(ValueError, match="not a number"):
        candidates("a", (wrong, 0.5))
    with pytest.raises(ValueError, match="do not fit"):
        ScanCandidates(scan="a", center_lps_mm=np.zeros((2, 3)), score=np.zeros(3))
