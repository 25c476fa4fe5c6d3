"""Played policies as JSON (`wetread.reading_simulation/1`)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from routing.simulation.reading.claims import list_claims
from routing.simulation.reading.trial import PolicyName, ReadingTrial, Run, estimate_figures
from wetread.domain.estimates import Estimate

SCHEMA_NAME: Final = "wetread.reading_simulation/1"
_DIGITS = 6


def document_from_reading(
    trial: ReadingTrial, runs: Sequence[Run], varied: Mapping[float, Sequence[Run]]
) -> str:
    """Return the text: the same trial gives the same text."""
    document = {
        "schema": SCHEMA_NAME,
        "scenario": {
            "name": trial.scenario.name,
            "source": trial.scenario.source,
            "verified": trial.scenario.verified,
        },
        "providers": trial.providers,
        "readers": sum(trial.scenario.readers_of_shifts(trial.providers)),
        "days": trial.days,
        "ai": {"sensitivity": trial.ai.sensitivity, "specificity": trial.ai.specificity},
        "weights": asdict(trial.weights),
        "replications": trial.replications,
        "seed": trial.seed,
        "policies": {policy: _figures(runs, policy) for policy in trial.policies},
        "changes_percent": [
            {
                "claim": claim.name,
                "figure": claim.figure,
                "policy": PolicyName.OURS,
                "baseline": claim.baseline,
                **_estimate(claim.change_percent),
                "limit_percent": claim.limit_percent,
                "met": claim.met,
            }
            for claim in list_claims(runs)
        ],
        "ai_sensitivity": {
            f"{sensitivity:g}": _figures(others, PolicyName.OURS)
            for sensitivity, others in varied.items()
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _figures(runs: Sequence[Run], policy: PolicyName) -> dict[str, Any]:
    return {name: _estimate(one) for name, one in estimate_figures(runs, policy).items()}


def _estimate(estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {"value": None, "interval_95": None}
    interval = estimate.interval
    return {
        "value": round(estimate.value, _DIGITS),
        "interval_95": None if interval is None else [round(one, _DIGITS) for one in interval],
    }
