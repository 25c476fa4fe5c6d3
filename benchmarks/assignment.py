"""Give studies to readers: seconds, and the figures beside the rules it is to beat.

Synthetic readers and studies of a fixed seed, in columns like those of a Japanese readers' table.
python -m benchmarks.assignment [--studies 1000 --readers 60] [--rounds 5].
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.assignment.solver import solve
from wetread.domain.assignment.outcomes import ReaderOnShift
from wetread.domain.assignment.policy import AssignmentPolicy
from wetread.domain.assignment.studies import StudyToAssign, obstacle
from wetread.domain.readers.reader import Reader
from wetread.domain.studies import PatientKey

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
COLUMNS = tuple(
    f"{part}{modality}"
    for part in ("脳", "胸部", "腹部", "骨盤", "脊椎", "四肢", "眼窩", "副鼻腔", "側頭骨", "唾液腺")
    for modality in ("CT", "MR")
)
SHARES = np.array([9, 10, 22, 1, 20, 6, 3, 5, 2, 8, 1, 5, 1, 1, 2, 1, 1, 1, 0.5, 0.5])
SITES = 30
UNREAD_SHARE = 0.15  # of a reader's columns
SPECIALIST = 80  # a score
PRIORITIES = (0, 45, 75)
PRIORITY_SHARES = (0.85, 0.12, 0.03)

Rule = Callable[
    [Sequence[StudyToAssign], Sequence[ReaderOnShift], AssignmentPolicy], dict[int, int]
]
"""Returns the reader's place for the places of the studies that it gives."""


def make_studies(
    count: int, policy: AssignmentPolicy, random: np.random.Generator
) -> list[StudyToAssign]:
    """Return studies requested over the last eight hours."""
    columns = random.choice(len(COLUMNS), size=count, p=SHARES / SHARES.sum())
    priorities = random.choice(PRIORITIES, size=count, p=PRIORITY_SHARES)
    ages = random.uniform(0, 1, size=count) * np.where(priorities > 0, 30, 480)
    studies = []
    for number in range(count):
        column = COLUMNS[columns[number]]
        workload, urgency = policy.workload(column), policy.urgency(int(priorities[number]))
        requested = NOW - timedelta(minutes=float(ages[number]))
        soon = urgency.due_minutes
        wait = timedelta(days=1) if soon is None else timedelta(minutes=soon)
        studies.append(
            StudyToAssign(
                study_instance_uid=f"2.25.{number}",
                patient=PatientKey(issuer="Invented", patient_id=str(number)),
                site=f"site {int(random.integers(SITES))}",
                column=column,
                minutes=workload.minutes,
                difficulty=workload.difficulty,
                urgency_weight=urgency.weight,
                due_at=requested + wait,
                requested_at=requested,
            )
        )
    return studies


def make_readers(
    count: int, minutes: float, use: float, random: np.random.Generator
) -> list[ReaderOnShift]:
    """Return readers whose shifts together hold ``minutes`` at a ``use`` of capacity."""
    sizes = random.choice((0.5, 1.0), size=count, p=(0.3, 0.7))
    sizes *= minutes / use / sizes.sum()
    readers = []
    for number in range(count):
        general = random.uniform(20, 80)
        scores = np.clip(random.normal(general, 25, size=len(COLUMNS)), 0, 100)
        scores[random.random(len(COLUMNS)) < UNREAD_SHARE] = 0
        barred = random.choice(SITES, size=3, replace=False)
        reader = Reader(
            reader_id=f"reader {number:03}",
            scores={
                column: int(round(score, -1)) for column, score in zip(COLUMNS, scores, strict=True)
            },
            sites=frozenset(f"site {site}" for site in range(SITES) if site not in barred),
        )
        readers.append(
            ReaderOnShift(
                reader=reader,
                shift_minutes=float(sizes[number]),
                free_minutes=float(sizes[number]),
                queued_minutes=0.0,
                shift_taken_minutes=0.0,
                shift_weighted_minutes=0.0,
            )
        )
    return readers


def by_solver(
    studies: Sequence[StudyToAssign], readers: Sequence[ReaderOnShift], policy: AssignmentPolicy
) -> dict[int, int]:
    """Give as the service does."""
    solution = solve(studies, readers, policy, NOW)
    place = {one.study_instance_uid: index for index, one in enumerate(studies)}
    reader = {one.reader.reader_id: index for index, one in enumerate(readers)}
    return {
        place[solution.arrays.studies[one.study].study_instance_uid]: reader[
            solution.readers[one.reader].reader.reader_id
        ]
        for one in solution.given
    }


def by_turn(choose: Callable[[StudyToAssign, list[int], list[float]], int]) -> Rule:
    """Return a rule that gives the oldest study first, to whom ``choose`` says."""

    def give(
        studies: Sequence[StudyToAssign],
        readers: Sequence[ReaderOnShift],
        policy: AssignmentPolicy,
    ) -> dict[int, int]:
        del policy
        free = [one.free_minutes for one in readers]
        given = {}
        for place in sorted(range(len(studies)), key=lambda one: studies[one].requested_at):
            study = studies[place]
            able = [
                index
                for index, one in enumerate(readers)
                if free[index] >= study.minutes and obstacle(one.reader, study) is None
            ]
            if able:
                given[place] = choose(study, able, free)
                free[given[place]] -= study.minutes
        return given

    return give


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a rule came to; loads are minutes over the fair share."""

    open_studies: int
    mean_score: float
    specialist_share: float  # of minutes, read by somebody of score 80 or more
    hard_score: float
    gini: float
    gini_weighted: float
    weighted_hours_late: float


def figures(
    studies: Sequence[StudyToAssign],
    readers: Sequence[ReaderOnShift],
    given: dict[int, int],
    policy: AssignmentPolicy,
) -> Figures:
    """Measure; each reader reads what is urgent first, then what is due first."""
    taken, weighted = np.zeros(len(readers)), np.zeros(len(readers))
    scores, minutes, hard, late = [], [], [], 0.0
    urgent_first = sorted(
        given, key=lambda one: (-studies[one].urgency_weight, studies[one].due_at)
    )
    for place in urgent_first:
        study, reader = studies[place], given[place]
        taken[reader] += study.minutes
        weighted[reader] += study.minutes * study.difficulty
        done = NOW + timedelta(minutes=float(taken[reader]))
        late += study.urgency_weight * max((done - study.due_at).total_seconds(), 0) / 3600
        score = readers[reader].reader.score(study.column)
        scores.append(score)
        minutes.append(study.minutes)
        if policy.is_hard(study.difficulty):
            hard.append(score)
    share = np.array([one.shift_minutes for one in readers])
    is_specialist = np.array(scores) >= SPECIALIST
    return Figures(
        open_studies=len(studies) - len(given),
        mean_score=float(np.mean(scores)),
        specialist_share=float(np.dot(minutes, is_specialist) / np.sum(minutes)),
        hard_score=float(np.mean(hard)),
        gini=gini(taken / share),
        gini_weighted=gini(weighted / share),
        weighted_hours_late=late,
    )


def gini(loads: np.ndarray) -> float:
    """Return the Gini coefficient: 0 where all are alike."""
    ordered = np.sort(loads)
    ranks = np.arange(1, loads.size + 1)
    return float((2 * ranks - loads.size - 1) @ ordered / (loads.size * ordered.sum()))


def measure(studies_count: int, readers_count: int, use: float, rounds: int) -> None:
    """Print a row per rule, means over the rounds."""
    policy = load_assignment_policy()
    picks = np.random.default_rng(7)
    rules: dict[str, Rule] = {
        "wetread": by_solver,
        "oldest, best score": by_turn(
            lambda study, able, _free: max(
                able, key=lambda one: (readers[one].reader.score(study.column), -one)
            )
        ),
        "oldest, least busy": by_turn(
            lambda _study, able, free: max(able, key=lambda one: (free[one], -one))
        ),
        "oldest, at random": by_turn(lambda _study, able, _free: int(picks.choice(able))),
    }
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in rules}
    for seed in range(rounds):
        random = np.random.default_rng(seed)
        studies = make_studies(studies_count, policy, random)
        readers = make_readers(readers_count, sum(one.minutes for one in studies), use, random)
        for name, rule in rules.items():
            started = time.perf_counter()
            given = rule(studies, readers, policy)
            seconds = time.perf_counter() - started
            made = figures(studies, readers, given, policy)
            rows[name].append(
                (
                    seconds,
                    made.open_studies,
                    made.mean_score,
                    100 * made.specialist_share,
                    made.hard_score,
                    made.gini,
                    made.gini_weighted,
                    made.weighted_hours_late,
                )
            )
    print(f"\n{studies_count} studies, {readers_count} readers, capacity used {use:.0%}")
    print(f"{'':20} seconds  open  score  ≥80 %  hard   Gini  weighted  late h")
    for name, row in rows.items():
        mean = np.mean(row, axis=0)
        print(
            f"{name:20} {max(one[0] for one in row):7.2f} {mean[1]:5.1f} {mean[2]:6.1f} "
            f"{mean[3]:6.1f} {mean[4]:5.1f} {mean[5]:6.3f} {mean[6]:8.3f} {mean[7]:8.1f}"
        )


def main() -> None:
    """Print the two sizes of the requirement, or the one asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int)
    parser.add_argument("--readers", type=int)
    parser.add_argument("--use", type=float, default=0.8, help="of the readers' capacity")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.studies and arguments.readers:
        sizes = [(arguments.studies, arguments.readers)]
    else:
        sizes = [(1000, 60), (10_000, 200)]
    for studies, readers in sizes:
        measure(studies, readers, arguments.use, arguments.rounds)


if __name__ == "__main__":
    main()
