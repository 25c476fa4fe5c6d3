"""What no batch may do, whatever studies and readers there are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.reading.assignment.batch import assign_batch
from routing.reading.assignment.policy import load_assignment_policy
from tests.support.assignment import NOW, on_shift, study
from wetread.domain.assignment.outcomes import ReaderOnShift
from wetread.domain.assignment.studies import StudyToAssign, obstacle

_POLICY = replace(load_assignment_policy(), ahead_minutes=None)  # whole shifts
_COLUMNS = ("胸部CT", "脳MR", "側頭骨CT")
_SITES = ("Hospital A", "Hospital B")
_READERS = ("R1", "R2", "R3", "R4", "R5")


@st.composite
def _readers(draw: st.DrawFn) -> list[ReaderOnShift]:
    return [
        on_shift(
            name,
            {column: draw(st.sampled_from((0, 10, 50, 80, 100))) for column in _COLUMNS},
            shift_minutes=draw(st.integers(1, 60)),
            sites=draw(st.none() | st.frozensets(st.sampled_from(_SITES))),
            discrepancy_rate=draw(st.floats(0, 0.5)),
        )
        for name in draw(st.lists(st.sampled_from(_READERS), unique=True))
    ]


@st.composite
def _studies(draw: st.DrawFn) -> list[StudyToAssign]:
    return [
        study(
            str(number),
            draw(st.sampled_from(_COLUMNS)),
            site=draw(st.sampled_from(_SITES)),
            minutes=draw(st.floats(0.5, 30)),
            difficulty=draw(st.sampled_from((0.7, 1.0, 1.5))),
            urgency_weight=draw(st.sampled_from((1.0, 4.0, 16.0))),
            due_at=NOW + timedelta(minutes=draw(st.integers(-600, 2000))),
            refused_by=draw(st.frozensets(st.sampled_from(_READERS), max_size=2)),
        )
        for number in range(draw(st.integers(0, 25)))
    ]


@settings(max_examples=60, deadline=None)
@given(studies=_studies(), readers=_readers(), random=st.randoms(use_true_random=False))
def test_every_batch_keeps_the_hard_rules(
    studies: list[StudyToAssign], readers: list[ReaderOnShift], random: st.DataObject
) -> None:
    batch = assign_batch(studies, readers, _POLICY, NOW)
    by_uid = {one.study_instance_uid: one for one in studies}
    by_id = {one.reader.reader_id: one for one in readers}
    told = [one.study_instance_uid for one in (*batch.assignments, *batch.unassigned)]
    assert sorted(told) == sorted(by_uid)
    minutes: dict[str, float] = defaultdict(float)
    for one in batch.assignments:
        assert obstacle(by_id[one.reader_id].reader, by_uid[one.study_instance_uid]) is None
        assert one.reasons
        minutes[one.reader_id] += one.minutes
    for reader_id, taken in minutes.items():
        assert taken <= by_id[reader_id].free_minutes + 1e-6
    for left in batch.unassigned:
        assert left.reason.english
        assert left.reason.japanese
        for reader_id, one in by_id.items():  # who may read it has no room for it
            room = one.free_minutes - minutes[reader_id]
            waiting = by_uid[left.study_instance_uid]
            assert obstacle(one.reader, waiting) is not None or room < waiting.minutes
    random.shuffle(studies)  # type: ignore[attr-defined]
    random.shuffle(readers)  # type: ignore[attr-defined]
    assert assign_batch(studies, readers, _POLICY, NOW) == batch


@settings(max_examples=40, deadline=None)
@given(
    scores=st.lists(
        st.tuples(*[st.sampled_from((0, 30, 50, 70, 90))] * len(_COLUMNS)), min_size=1, max_size=3
    ),
    rooms=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    columns=st.lists(st.sampled_from(_COLUMNS), min_size=1, max_size=5),
)
def test_a_small_batch_is_as_good_as_any(
    scores: list[tuple[int, ...]], rooms: list[int], columns: list[str]
) -> None:
    readers = [
        on_shift(f"R{number}", dict(zip(_COLUMNS, row, strict=True)), shift_minutes=10 * room)
        for number, (row, room) in enumerate(zip(scores, rooms, strict=False))
    ]
    studies = [study(str(number), column) for number, column in enumerate(columns)]

    def worth(given: Sequence[int | None]) -> tuple[int, int] | None:
        """Return how many are read and their steps of score, None where it may not be."""
        steps = 0
        for reader, one in enumerate(readers):
            taken = [columns[place] for place, to in enumerate(given) if to == reader]
            if len(taken) > rooms[reader] or any(one.reader.score(it) == 0 for it in taken):
                return None
            steps += sum(one.reader.score(it) // 10 - 10 for it in taken)
        return len(columns) - given.count(None), steps

    best = max(
        found
        for given in product([None, *range(len(readers))], repeat=len(columns))
        if (found := worth(given)) is not None
    )
    batch = assign_batch(studies, readers, _POLICY, NOW)
    made: list[int | None] = [None] * len(columns)
    for one in batch.assignments:
        made[int(one.study_instance_uid)] = int(one.reader_id[1:])
    assert worth(made) == best
