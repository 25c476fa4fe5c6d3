"""Scans with nodules and candidates on a line, for the evaluation of detectors."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from inference.evaluation import ExcludedFinding, ScanCandidates, ScanTruth, TrueNodule

TRUTH = """seriesuid,coordX,coordY,coordZ,diameter_mm,type
1.1,0,0,0,10,solid
1.1,50,0,0,5,ground_glass
1.2,0,0,0,7,solid
"""
EXCLUDED = """seriesuid,coordX,coordY,coordZ,diameter_mm
1.2,80,0,0,-1
"""
RESULTS = """seriesuid,coordX,coordY,coordZ,probability
1.1,1,0,0,0.9
1.1,2,0,0,0.3
1.1,90,0,0,0.8
1.2,0,1,0,0.7
1.2,81,0,0,0.99
1.3,0,0,0,0.6
1.4,0,0,0,0.95
"""


def nodule(x_mm: float, diameter_mm: float = 10.0) -> TrueNodule:
    """Return a nodule on the x axis."""
    return TrueNodule(center_lps_mm=(x_mm, 0.0, 0.0), diameter_mm=diameter_mm)


def excluded(x_mm: float, diameter_mm: float = 10.0) -> ExcludedFinding:
    """Return an excluded finding on the x axis."""
    return ExcludedFinding(center_lps_mm=(x_mm, 0.0, 0.0), diameter_mm=diameter_mm)


def truth(
    scan: str, nodules: Iterable[TrueNodule] = (), neither: Iterable[ExcludedFinding] = ()
) -> ScanTruth:
    """Return the truth of one scan."""
    return ScanTruth(scan=scan, nodules=tuple(nodules), excluded=tuple(neither))


def candidates(scan: str, *places: tuple[float, float]) -> ScanCandidates:
    """Return candidates on the x axis, each as (x_mm, score)."""
    return ScanCandidates(
        scan=scan,
        center_lps_mm=np.array([(x, 0.0, 0.0) for x, _ in places]).reshape(-1, 3),
        score=np.array([score for _, score in places], dtype=float),
    )


def write_tables(folder: Path) -> Path:
    """Write three nodules, candidates, and the three of four scans that are evaluated."""
    (folder / "truth.csv").write_text(TRUTH)
    (folder / "excluded.csv").write_text(EXCLUDED)
    (folder / "results.csv").write_text(RESULTS)
    (folder / "scans.txt").write_text("1.1\n1.2\n1.3\n")
    return folder
