"""A played queue as JSON (`wetread.queue_simulation/1`)."""

import json
from collections.abc import Sequence
from typing import Any, Final

from routing.simulation.queue_trial import GroupWait, QueueTrial
from wetread.domain.estimates import Estimate

SCHEMA_NAME: Final = "wetread.queue_simulation/1"
_DIGITS = 6


def document_from_queue(trial: QueueTrial, waits: Sequence[GroupWait]) -> str:
    """Return the text: the same trial gives the same text."""
    queue, ai = trial.queue, trial.ai
    document = {
        "schema": SCHEMA_NAME,
        "discipline": trial.discipline,
        "ageing_ratio": trial.ageing_ratio,
        "servers": queue.servers,
        "service_per_hour": queue.service_per_hour,
        "load": queue.load,
        "high_share": round(queue.high_share, _DIGITS),
        "ai": None
        if ai is None
        else {
            "sensitivity": ai.sensitivity,
            "specificity": ai.specificity,
            "prevalence": ai.prevalence,
        },
        "replications": trial.replications,
        "studies_per_replication": trial.studies,
        "seed": trial.seed,
        "mean_wait_min": {
            one.group: None if one.played_min is None else round(one.played_min.value, _DIGITS)
            for one in waits
        },
        "interval_95_min": {one.group: _interval(one.played_min) for one in waits},
        "theory_min": {one.group: round(one.theory_min, _DIGITS) for one in waits},
    }
    return json.dumps(document, indent=2) + "\n"


def _interval(estimate: Estimate | None) -> list[Any] | None:
    if estimate is None or estimate.interval is None:
        return None
    return [round(limit, _DIGITS) for limit in estimate.interval]
