"""What a batch decides, objective by objective, and what it says."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from routing.reading.assignment.batch import assign_batch
from routing.reading.assignment.policy import load_assignment_policy
from tests.support.assignment import NOW, PATIENT, on_shift, study
from wetread.domain.assignment.outcomes import Batch, ReaderOnShift
from wetread.domain.assignment.studies import StudyToAssign

_SHIPPED = load_assignment_policy()
_WHOLE_SHIFTS = replace(_SHIPPED, ahead_minutes=None)


def _assign(studies: list[StudyToAssign], readers: list[ReaderOnShift]) -> Batch:
    return assign_batch(studies, readers, _WHOLE_SHIFTS, NOW)


def _who(studies: list[StudyToAssign], readers: list[ReaderOnShift]) -> dict[str, str]:
    batch = _assign(studies, readers)
    return {one.study_instance_uid: one.reader_id for one in batch.assignments}


def test_the_higher_score_reads_it() -> None:
    readers = [on_shift("A", {"胸部CT": 50}), on_shift("B", {"胸部CT": 90})]
    assert _who([study("1")], readers) == {"1": "B"}


def test_a_tardy_urgent_study_goes_to_whom_is_free_not_to_the_best() -> None:
    urgent = study("1", urgency_weight=16.0, due_at=NOW + timedelta(minutes=60))
    readers = [
        on_shift("busy", {"胸部CT": 100}, queued_minutes=300),
        on_shift("free", {"胸部CT": 60}),
    ]
    assert _who([urgent], readers) == {"1": "free"}


def test_specialists_are_kept_for_what_only_they_read_well() -> None:
    both = {"胸部CT": 90, "側頭骨CT": 90}
    readers = [
        on_shift("specialist", both, shift_minutes=10),
        on_shift("chest", {"胸部CT": 80, "側頭骨CT": 10}, shift_minutes=10),
    ]
    older = study("1", requested_at=NOW - timedelta(hours=5))
    given = _who([older, study("2", "側頭骨CT", difficulty=1.5)], readers)
    assert given == {"1": "chest", "2": "specialist"}


def test_scores_within_a_step_are_shared_out_fairly() -> None:
    readers = [on_shift("A", {"胸部CT": 84}), on_shift("B", {"胸部CT": 88})]
    given = Counter(_who([study(str(number)) for number in range(10)], readers).values())
    assert given == {"A": 5, "B": 5}


def test_a_fair_share_follows_the_length_of_the_shift() -> None:
    readers = [on_shift("half", shift_minutes=240), on_shift("whole", shift_minutes=480)]
    given = Counter(_who([study(str(number)) for number in range(12)], readers).values())
    assert given == {"half": 4, "whole": 8}


def test_a_move_makes_room_for_what_is_left() -> None:
    readers = [
        on_shift("wide", {"胸部CT": 90, "脳MR": 90}, shift_minutes=20),
        on_shift("chest", {"胸部CT": 50}, shift_minutes=14),
    ]
    studies = [study("long", minutes=14.0, urgency_weight=4.0), study("head", "脳MR", minutes=20.0)]
    assert _who(studies, readers) == {"long": "chest", "head": "wide"}
    studies = [study(str(number), minutes=7.0) for number in range(4)]
    assert len(_who([*studies, study("long", minutes=12.0)], readers)) == 4


def test_hard_cases_are_shared_out_too() -> None:
    readers = [on_shift("A"), on_shift("B")]
    studies = [study(str(number), difficulty=1.0 + (number % 2)) for number in range(8)]
    hard = {one.study_instance_uid for one in studies if one.difficulty > 1}
    given = _who(studies, readers)
    assert Counter(given[uid] for uid in hard) == {"A": 2, "B": 2}


def test_below_the_floor_only_where_nobody_else_has_room_and_it_is_said() -> None:
    low = on_shift("low", {"胸部CT": 10})
    high = on_shift("high", {"胸部CT": 90}, shift_minutes=10)
    batch = _assign([study("1"), study("2")], [low, high])
    told = {one.reader_id: [words.english for words in one.reasons] for one in batch.assignments}
    assert set(told) == {"low", "high"}
    assert "Nobody on shift with a score of 20 or more has room." in told["low"]
    assert not any("has room" in reason for reason in told["high"])


def test_reviewed_quality_ranks_beyond_a_step_and_keeps_nobody_out() -> None:
    usual = on_shift("usual", {"胸部CT": 85}, queued_minutes=20, discrepancy_rate=0.002)
    other = on_shift("other", {"胸部CT": 85}, discrepancy_rate=0.004)
    poor = on_shift("poor", {"胸部CT": 85}, discrepancy_rate=0.5)
    assert _who([study("1")], [usual, other]) == {"1": "other"}
    assert _who([study("1")], [usual, poor]) == {"1": "usual"}
    assert "score of 20" not in str(_assign([study("1")], [on_shift("A", discrepancy_rate=0.9)]))


@pytest.mark.parametrize(
    ("reader", "reason"),
    [
        (on_shift("A", {"胸部CT": 0}), "no score for 胸部CT: 1"),
        (on_shift("A", {"脳CT": 90}), "no score for 胸部CT: 1"),
        (on_shift("A", sites=frozenset({"Other"})), "no contract with the hospital: 1"),
        (on_shift("A", conflict_sites=frozenset({"Invented Hospital"})), "barred by a conflict"),
        (on_shift("A", conflict_patients=frozenset({PATIENT})), "barred by a conflict"),
        (on_shift("refuser"), "refused it: 1"),
        (on_shift("A", shift_minutes=9), "nothing to spare now: 1"),
    ],
)
def test_where_nobody_may_read_it_the_reason_is_told(reader: ReaderOnShift, reason: str) -> None:
    batch = _assign([study("1", refused_by=frozenset({"refuser"}))], [reader])
    assert batch.assignments == ()
    assert reason in batch.unassigned[0].reason.english
    assert "1 名" in batch.unassigned[0].reason.japanese


def test_nobody_on_shift_and_nothing_to_read_are_no_errors() -> None:
    assert _assign([study("1")], []).unassigned[0].reason.english == "Nobody is on shift."
    assert _assign([], [on_shift("A")]) == Batch(assignments=(), unassigned=())


def test_an_assignment_says_score_time_and_share() -> None:
    readers = [on_shift("A", queued_minutes=20), on_shift("B", {"胸部CT": 70})]
    (one,) = _assign([study("1", due_at=NOW + timedelta(minutes=90))], readers).assignments
    score, time, share = (words.english for words in one.reasons)
    assert score == "Score 80 for 胸部CT; the best who may read it and is on shift has 80."
    assert time == "Expected to be read in 30 min, 60 min before it is due."
    assert share.startswith("With this batch the reader has 200 % of their fair share of minutes")


def test_who_has_enough_to_read_is_given_no_more() -> None:
    busy = on_shift("busy", {"胸部CT": 100}, queued_minutes=10)
    free = on_shift("free", {"胸部CT": 60})
    given = assign_batch([study("1")], [busy, free], _SHIPPED, NOW).assignments
    assert [one.reader_id for one in given] == ["free"]


def test_what_is_left_for_later_is_what_stands_last() -> None:
    studies = [
        study(str(number), requested_at=NOW - timedelta(minutes=number)) for number in range(9)
    ]
    batch = assign_batch(studies, [on_shift("A")], _SHIPPED, NOW)
    assert [one.study_instance_uid for one in batch.assignments] == ["8", "7"]
    assert "nothing to spare now: 1" in batch.unassigned[0].reason.english


def test_a_long_study_that_stands_first_is_not_passed_by_short_ones() -> None:
    first = study("long", minutes=17.0, requested_at=NOW - timedelta(hours=2))
    short = [study(str(number), minutes=1.5) for number in range(8)]
    batch = assign_batch([first, *short], [on_shift("A", queued_minutes=9)], _SHIPPED, NOW)
    assert "long" in {one.study_instance_uid for one in batch.assignments}
