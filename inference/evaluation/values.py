"""What is true of a scan, what was found in it, and figures with their intervals."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np

from wetread.domain.findings import Candidate, NoduleType
from wetread.domain.geometry import FloatArray, Point


class Origin(StrEnum):
    """How a nodule came into its scan."""

    REAL = "real"
    INSERTED = "inserted"  # cut from another scan and put in


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueNodule:
    """A nodule that is to be found; None where the truth does not say."""

    center_lps_mm: Point
    diameter_mm: float
    type: NoduleType | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedFinding:
    """A place where a candidate is neither right nor wrong."""

    center_lps_mm: Point
    diameter_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTruth:
    """What is known of one scan; ``scan`` is its Series Instance UID or any name of its own."""

    scan: str
    nodules: tuple[TrueNodule, ...] = ()
    excluded: tuple[ExcludedFinding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanCandidates:
    """What was found in one scan, in any order.

    ``center_lps_mm`` is (N, 3). ``score`` is (N,), finite, larger is surer; only its order counts.
    """

    scan: str
    center_lps_mm: FloatArray
    score: FloatArray

    def __post_init__(self) -> None:
        if self.center_lps_mm.shape != (len(self.score), 3) or self.score.ndim != 1:
            raise ValueError(
                f"centers {self.center_lps_mm.shape} and scores {self.score.shape} do not fit"
            )
        if not (np.isfinite(self.center_lps_mm).all() and np.isfinite(self.score).all()):
            raise ValueError(f"a candidate of scan {self.scan} has a value that is not a number")

    @classmethod
    def from_candidates(cls, scan: str, candidates: Iterable[Candidate]) -> Self:
        """Return what a detector found."""
        found = tuple(candidates)
        return cls(
            scan=scan,
            center_lps_mm=np.array([one.center_lps_mm for one in found], dtype=float).reshape(
                -1, 3
            ),
            score=np.array([one.score for one in found], dtype=float),
        )
