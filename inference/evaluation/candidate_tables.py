"""Candidates from a CSV table, as they were handed in to LUNA16."""

from collections import defaultdict
from pathlib import Path

import numpy as np

from inference.evaluation.tables import PLACE, SCAN, read_table
from inference.evaluation.values import ScanCandidates
from wetread.domain.geometry import Point

_SCORE = ("probability", "score")


def read_candidates(path: Path) -> tuple[ScanCandidates, ...]:
    """Read the candidates of every scan the table names; raise `EvaluationError`."""
    found: dict[str, dict[tuple[Point, float], None]] = defaultdict(dict)
    for row in read_table(path, SCAN, *PLACE, _SCORE):
        candidate = row.place_lps_mm(), row.number(_SCORE)
        of_scan = found[row.scan()]
        if candidate in of_scan:
            raise row.error("the same candidate was named before")
        of_scan[candidate] = None
    return tuple(
        ScanCandidates(
            scan=scan,
            center_lps_mm=np.array([place for place, _ in candidates]),
            score=np.array([score for _, score in candidates]),
        )
        for scan, candidates in found.items()
    )
