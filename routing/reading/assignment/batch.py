"""One batch: the solution told as assignments with their reasons, and why others stay open."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from routing.reading.assignment.solver import Given, Solution, solve
from wetread.domain.assignment.outcomes import Assignment, Batch, ReaderOnShift, Unassigned
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.assignment.studies import Obstacle, StudyToAssign, obstacle
from wetread.domain.words import Words

_NOBODY = Words("Nobody is on shift.", "勤務中の読影医がいません。")
_OBSTACLES = {
    Obstacle.NO_SCORE: Words("no score for {column}: {count}", "{column} のスコアなし {count} 名"),
    Obstacle.NO_CONTRACT: Words("no contract with the hospital: {count}", "契約なし {count} 名"),
    Obstacle.CONFLICT: Words("barred by a conflict: {count}", "利益相反等 {count} 名"),
    Obstacle.REFUSED: Words("refused it: {count}", "辞退 {count} 名"),
    Obstacle.NO_CAPACITY: Words("nothing to spare now: {count}", "現在空きなし {count} 名"),
}
_PERCENT = 100
_HOURS_FROM_MINUTES = 300  # above, minutes say nothing more


def assign_batch(
    studies: Sequence[StudyToAssign],
    readers: Sequence[ReaderOnShift],
    policy: AssignmentPolicy,
    now: datetime,
) -> Batch:
    """Give studies to the readers who are on; in the order in which they should be read."""
    if not studies:
        return Batch(assignments=(), unassigned=())
    if not readers:
        return Batch(
            assignments=(),
            unassigned=tuple(
                Unassigned(study_instance_uid=one.study_instance_uid, reason=_NOBODY)
                for one in sorted(studies, key=lambda one: one.reading_order)
            ),
        )
    solution = solve(studies, readers, policy, now)
    given = {one.study: one for one in solution.given}
    return Batch(
        assignments=tuple(_assignment(given[place], solution, policy) for place in sorted(given)),
        unassigned=tuple(
            _unassigned(study, solution.readers)
            for place, study in enumerate(solution.arrays.studies)
            if place not in given
        ),
    )


def _assignment(given: Given, solution: Solution, policy: AssignmentPolicy) -> Assignment:
    study, reader = solution.arrays.studies[given.study], solution.readers[given.reader]
    reasons = [
        _score(given, solution),
        _time(given, solution),
        _share(given, solution),
    ]
    floor = policy.floor(study.difficulty)
    if solution.arrays.scores[given.study, given.reader] < floor:
        reasons.append(
            Words(
                f"Nobody on shift with a score of {floor} or more has room.",
                f"スコア {floor} 以上で枠のある読影医が勤務中にいません。",
            )
        )
    return Assignment(
        study_instance_uid=study.study_instance_uid,
        reader_id=reader.reader.reader_id,
        column=study.column,
        minutes=study.minutes,
        difficulty=study.difficulty,
        reasons=tuple(reasons),
    )


def _score(given: Given, solution: Solution) -> Words:
    column = solution.arrays.studies[given.study].column
    scores, eligible = solution.arrays.scores[given.study], solution.arrays.eligible[given.study]
    own, best = scores[given.reader], scores[eligible].max()
    return Words(
        f"Score {own:.0f} for {column}; the best who may read it and is on shift has {best:.0f}.",
        f"{column} のスコア {own:.0f} (勤務中で読影可能な最高は {best:.0f})。",
    )


def _time(given: Given, solution: Solution) -> Words:
    done = given.starts_minutes + solution.arrays.minutes[given.study]
    spare = solution.arrays.due_minutes[given.study] - done
    expected, rest = _span(done), _span(abs(spare))
    if spare < 0:
        return Words(
            f"Expected to be read in {expected.english}, {rest.english} after it is due.",
            f"読影完了見込み {expected.japanese}後、期限を {rest.japanese}超過。",
        )
    return Words(
        f"Expected to be read in {expected.english}, {rest.english} before it is due.",
        f"読影完了見込み {expected.japanese}後、期限まで余裕 {rest.japanese}。",
    )


def _span(minutes: float) -> Words:
    if minutes < _HOURS_FROM_MINUTES:
        return Words(f"{minutes:.0f} min", f"{minutes:.0f} 分")
    hours = minutes / 60
    return Words(f"{hours:.0f} h", f"{hours:.0f} 時間")


def _share(given: Given, solution: Solution) -> Words:
    loads, reader = solution.loads, given.reader
    plain = _PERCENT * loads.taken[reader] / loads.entitled[reader]
    weighted = _PERCENT * loads.weighted[reader] / loads.entitled_weighted[reader]
    return Words(
        f"With this batch the reader has {plain:.0f} % of their fair share of minutes,"
        f" {weighted:.0f} % weighted by difficulty.",
        f"この割当後の負荷は公平分担の {plain:.0f} % (難度加重 {weighted:.0f} %)。",
    )


def _unassigned(study: StudyToAssign, readers: Sequence[ReaderOnShift]) -> Unassigned:
    found = Counter(obstacle(one.reader, study) or Obstacle.NO_CAPACITY for one in readers)
    # Who could read it comes first: that is where the institution can do something.
    told = sorted(found.items(), key=lambda one: list(Obstacle).index(one[0]), reverse=True)
    english, japanese = (
        separator.join(
            _OBSTACLES[kind][language].format(count=count, column=study.column)
            for kind, count in told
        )
        for language, separator in ((0, "; "), (1, "、"))
    )
    return Unassigned(
        study_instance_uid=study.study_instance_uid,
        reason=Words(
            f"Nobody of {len(readers)} on shift can read it ({english}).",
            f"勤務中の {len(readers)} 名に割当可能な読影医がいません ({japanese})。",
        ),
    )
