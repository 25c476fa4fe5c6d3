"""Hits, misses and false marks worth looking at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.evaluation.matching import MISSED, ScanMatch
from inference.evaluation.values import TrueNodule
from wetread.domain.geometry import Point, as_point


@dataclass(frozen=True, slots=True, kw_only=True)
class NoduleExample:
    """A nodule, and the candidate that lies within it."""

    scan: str
    nodule: TrueNodule
    candidate_lps_mm: Point | None  # None: no candidate at whatever score
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseMark:
    """A candidate that lies within nothing."""

    scan: str
    center_lps_mm: Point
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """What the operating score finds, misses and marks wrongly."""

    hits: tuple[NoduleExample, ...]  # surest first
    misses: tuple[NoduleExample, ...]  # largest first
    false_marks: tuple[FalseMark, ...]  # surest first


def list_examples(matches: Sequence[ScanMatch], operating_score: float) -> Examples:
    """Return all hits, misses and false marks at an operating score."""
    nodules = [example for match in matches for example in _nodules(match)]
    hits = [one for one in nodules if one.score is not None and one.score >= operating_score]
    misses = [one for one in nodules if one.score is None or one.score < operating_score]
    false_marks = [mark for match in matches for mark in _false_marks(match, operating_score)]
    return Examples(
        hits=tuple(sorted(hits, key=lambda one: -(one.score or 0.0))),
        misses=tuple(sorted(misses, key=lambda one: -one.nodule.diameter_mm)),
        false_marks=tuple(sorted(false_marks, key=lambda one: -one.score)),
    )


def _nodules(match: ScanMatch) -> list[NoduleExample]:
    return [
        NoduleExample(
            scan=match.truth.scan,
            nodule=nodule,
            candidate_lps_mm=as_point(match.candidates.center_lps_mm[candidate])
            if score > MISSED
            else None,
            score=float(score) if score > MISSED else None,
        )
        for nodule, score, candidate in zip(
            match.truth.nodules, match.nodule_score, match.nodule_candidate, strict=True
        )
    ]


def _false_marks(match: ScanMatch, operating_score: float) -> list[FalseMark]:
    found = match.candidates
    return [
        FalseMark(
            scan=match.truth.scan,
            center_lps_mm=as_point(found.center_lps_mm[index]),
            score=float(found.score[index]),
        )
        for index in np.flatnonzero(match.is_false & (found.score >= operating_score))
    ]
