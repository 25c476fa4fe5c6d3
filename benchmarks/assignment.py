"""Give studies to readers: CPU seconds, the most of any round, and what it is to beat.

Readers and studies are invented, of fixed seeds, in columns like those of a Japanese table.
python -m benchmarks.assignment [--studies 1000 --readers 60] [--rounds 30].
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from scipy.stats import t as student

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
OURS, PAPER = "wetread", "oldest, best score"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """A reader who may read a study and has room for it."""

    place: int
    reader: Reader
    free_minutes: float


Choice = Callable[[StudyToAssign, Sequence[Able]], int]
"""Returns the place of the reader who gets the study."""


def by_turn(choose: Choice) -> Rule:
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
                Able(place=index, reader=one.reader, free_minutes=free[index])
                for index, one in enumerate(readers)
                if free[index] >= study.minutes and obstacle(one.reader, study) is None
            ]
            if able:
                given[place] = choose(study, able)
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


def best_score(study: StudyToAssign, able: Sequence[Able]) -> int:
    """Choose as the paper's rule does."""
    return max(able, key=lambda one: (one.reader.score(study.column), -one.place)).place


def least_busy(_study: StudyToAssign, able: Sequence[Able]) -> int:
    """Choose who has the most minutes left."""
    return max(able, key=lambda one: (one.free_minutes, -one.place)).place


def at_random(random: np.random.Generator) -> Choice:
    """Return a choice by chance."""
    return lambda _study, able: able[int(random.integers(len(able)))].place


def measure(studies_count: int, readers_count: int, use: float, rounds: int) -> bool:
    """Print a row per rule, means over the rounds; tell whether the paper's rule is beaten."""
    policy = replace(load_assignment_policy(), ahead_minutes=None)  # whole shifts at once
    rules: dict[str, Rule] = {
        OURS: by_solver,
        PAPER: by_turn(best_score),
        "oldest, least busy": by_turn(least_busy),
        "oldest, at random": by_turn(at_random(np.random.default_rng(7))),
    }
    made: dict[str, list[Figures]] = {name: [] for name in rules}
    slowest = dict.fromkeys(rules, 0.0)
    for seed in range(rounds):
        random = np.random.default_rng(seed)  # the same studies and readers for every rule
        studies = make_studies(studies_count, policy, random)
        readers = make_readers(readers_count, sum(one.minutes for one in studies), use, random)
        for name, rule in rules.items():
            started = time.process_time()
            given = rule(studies, readers, policy)
            slowest[name] = max(slowest[name], time.process_time() - started)
            made[name].append(figures(studies, readers, given, policy))
    print(f"\n{studies_count} studies, {readers_count} readers, capacity used {use:.0%}")
    print(f"{'':20}   CPU s  open  score  ≥80 %  hard   Gini  weighted  late h")
    for name, found in made.items():
        mean = np.mean([astuple(one) for one in found], axis=0)
        print(
            f"{name:20} {slowest[name]:7.2f} {mean[0]:5.1f} {mean[1]:6.1f} {100 * mean[2]:6.1f} "
            f"{mean[3]:5.1f} {mean[4]:6.3f} {mean[5]:8.3f} {mean[6]:8.1f}"
        )
    gains = [
        compare("score", [a.mean_score - b.mean_score for a, b in pairs(made)]),
        compare("Gini", [b.gini - a.gini for a, b in pairs(made)]),
        compare("weighted Gini", [b.gini_weighted - a.gini_weighted for a, b in pairs(made)]),
    ]
    return all(gains)


def pairs(made: Mapping[str, Sequence[Figures]]) -> list[tuple[Figures, Figures]]:
    """Return ours and the paper's rule, round by round."""
    return list(zip(made[OURS], made[PAPER], strict=True))


def compare(what: str, gains: Sequence[float]) -> bool:
    """Print the mean gain over the paper's rule and its 95 % interval; tell if it is one."""
    mean, error = float(np.mean(gains)), float(np.std(gains, ddof=1) / np.sqrt(len(gains)))
    half = error * float(student.ppf(0.975, len(gains) - 1))
    print(f"better in {what:14} by {mean:.3f} (95 % {mean - half:.3f} to {mean + half:.3f})")
    return mean > half


def main() -> None:
    """Print the two sizes of the requirement, or the one asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int)
    parser.add_argument("--readers", type=int)
    parser.add_argument("--use", type=float, default=0.8, help="of the readers' capacity")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    if arguments.studies and arguments.readers:
        sizes = [(arguments.studies, arguments.readers)]
    else:
        sizes = [(1000, 60), (10_000, 200)]
    beaten = [
        measure(studies, readers, arguments.use, arguments.rounds) for studies, readers in sizes
    ]
    if not all(beaten):
        sys.exit("the paper's rule is not beaten in every figure at once")


if __name__ == "__main__":
    main()
