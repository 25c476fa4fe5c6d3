"""The evaluation as the text of report.json (`wetread.evaluation/1`)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from inference.evaluation.evaluation import Evaluation
from inference.evaluation.examples import FalseMark, NoduleExample, list_examples
from inference.evaluation.froc import FALSE_MARK_RATES, RESAMPLES, FrocResult
from inference.evaluation.matching import MOST_CANDIDATES, ScanMatch
from inference.evaluation.operating_point import OperatingFigures
from wetread.domain.estimates import Estimate
from wetread.domain.findings import ModelIdentity

SCHEMA_NAME: Final = "wetread.evaluation/1"
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class UnanalysedScan:
    """A scan that gave no candidates because its analysis came to nothing; its nodules count."""

    scan: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What was compared with what."""

    truth: str
    predictions: str
    model: ModelIdentity | None  # None: not known
    least_readers: int
    seed: int
    scans_left_out: int  # with candidates, but not among the scans evaluated
    unanalysed: tuple[UnanalysedScan, ...]


def document_from_evaluation(
    evaluation: Evaluation, matches: Sequence[ScanMatch], provenance: Provenance
) -> str:
    """Return the text of report.json: the same evaluation gives the same text."""
    examples = list_examples(matches, evaluation.operating.score)
    document = {
        "schema": SCHEMA_NAME,
        **asdict(provenance),
        "protocol": {
            "name": "LUNA16",
            "most_candidates_per_scan": MOST_CANDIDATES,
            "resamples": RESAMPLES,
            "false_mark_rates": FALSE_MARK_RATES,
        },
        "scans": evaluation.froc.scans,
        "all": _group(evaluation.froc, evaluation.operating),
        "operating_point": {
            "score": evaluation.operating.score,
            "sensitivity": _estimate(evaluation.operating.sensitivity),
            "false_marks_per_scan": _estimate(evaluation.operating.false_marks_per_scan),
        },
        "strata": [
            {"name": one.stratum.name, **_group(one.froc, one.operating)}
            for one in evaluation.strata
        ],
        "curve": {
            "false_marks_per_scan": _rounded(evaluation.froc.curve.false_marks_per_scan.tolist()),
            "sensitivity": _rounded(evaluation.froc.curve.sensitivity.tolist()),
        },
        "hits": [_nodule(one) for one in examples.hits],
        "misses": [_nodule(one) for one in examples.misses],
        "false_marks": [_false_mark(one) for one in examples.false_marks],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _group(froc: FrocResult, operating: OperatingFigures) -> dict[str, Any]:
    return {
        "nodules": froc.nodules,
        "nodules_with_a_candidate": froc.hits,
        "cpm": _estimate(froc.cpm),
        "sensitivity": [_estimate(one) for one in froc.sensitivity],
        "hits_at_operating_point": operating.hits,
        "sensitivity_at_operating_point": _estimate(operating.sensitivity),
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    interval = estimate.interval
    return {
        "value": round(estimate.value, _DIGITS),
        "interval_95": None if interval is None else _rounded(interval),
    }


def _nodule(example: NoduleExample) -> dict[str, Any]:
    nodule = example.nodule
    return {
        "scan": example.scan,
        "center_lps_mm": nodule.center_lps_mm,
        "diameter_mm": nodule.diameter_mm,
        "type": nodule.type,
        "origin": nodule.origin,
        "score": example.score,
        "candidate_lps_mm": example.candidate_lps_mm,
    }


def _false_mark(mark: FalseMark) -> dict[str, Any]:
    return {"scan": mark.scan, "center_lps_mm": mark.center_lps_mm, "score": mark.score}


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, _DIGITS) for value in values]
