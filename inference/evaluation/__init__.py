"""How good a detector is: FROC by the protocol of LUNA16, pure and apart from files.

matches = match_scans(truths, candidates)
compute_froc(matches, resample_scans(len(matches), random)).cpm
score_at_false_marks(matches, 1.0)
"""

from inference.evaluation.evaluation import Evaluation, StratumResult, evaluate
from inference.evaluation.froc import (
    FALSE_MARK_RATES,
    FrocBand,
    FrocCurve,
    FrocResult,
    compute_froc,
    resample_scans,
)
from inference.evaluation.matching import ScanMatch, match_scan, match_scans
from inference.evaluation.operating_point import (
    OperatingFigures,
    figures_at_score,
    score_at_false_marks,
    score_at_sensitivity,
)
from inference.evaluation.strata import STRATA, Stratum
from inference.evaluation.values import (
    ExcludedFinding,
    Origin,
    ScanCandidates,
    ScanTruth,
    TrueNodule,
)

__all__ = [
    "FALSE_MARK_RATES",
    "STRATA",
    "Evaluation",
    "ExcludedFinding",
    "FrocBand",
    "FrocCurve",
    "FrocResult",
    "OperatingFigures",
    "Origin",
    "ScanCandidates",
    "ScanMatch",
    "ScanTruth",
    "Stratum",
    "StratumResult",
    "TrueNodule",
    "compute_froc",
    "evaluate",
    "figures_at_score",
    "match_scan",
    "match_scans",
    "resample_scans",
    "score_at_false_marks",
    "score_at_sensitivity",
]
