"""Where the rules of the reading order place simulated studies."""

from datetime import UTC, datetime, timedelta

import numpy as np

from routing.simulation.reading.floor import Urgency
from wetread.domain.geometry import FloatArray
from wetread.domain.reading_order import OrderRules, ReadRequest, place_of
from wetread.domain.reading_order import Urgency as Asked

AI_POINTS = 50  # of an AI-positive study, of the 100 that findings raise by


def raised_minutes(rules: OrderRules) -> FloatArray:
    """Return by how many minutes the rules raise a study, by its urgency."""
    return np.array([_raised_min(urgency, rules) for urgency in Urgency])


def _raised_min(urgency: Urgency, rules: OrderRules) -> float:
    # Any moment will do: a place moves with its request.
    request = ReadRequest(
        requested_at=datetime(2000, 1, 1, tzinfo=UTC),
        urgency=Asked.URGENT if urgency is Urgency.URGENT else Asked.ROUTINE,
        ai_points=AI_POINTS if urgency is Urgency.AI_POSITIVE else 0,
    )
    raised = request.requested_at - place_of(request, rules).place_at
    return raised / timedelta(minutes=1)
