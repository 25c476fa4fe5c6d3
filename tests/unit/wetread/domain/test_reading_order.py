"""What each reason is worth, and that it is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from routing.reading.order_rules import load_order_rules
from wetread.domain.errors import ConfigurationError
from wetread.domain.reading_order import ReadRequest, Urgency, place_of

_RULES = replace(
    load_order_rules(),
    minutes_per_ai_point=2.0,
    urgent_minutes=100.0,
    emergency_minutes=300.0,
    due_lead_minutes=60.0,
    most_minutes=400.0,
)
_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _sooner(**asked: object) -> tuple[float, tuple[str, ...]]:
    place = place_of(ReadRequest(requested_at=_NOW, **asked), _RULES)  # type: ignore[arg-type]
    return (_NOW - place.place_at) / timedelta(minutes=1), tuple(
        words.english for words in place.reasons
    )


def test_the_order_of_request_needs_no_reason() -> None:
    assert _sooner() == (0, ())
    assert _sooner(due_at=_NOW + timedelta(hours=5)) == (0, ())


@pytest.mark.parametrize(
    ("asked", "minutes", "words"),
    [
        ({"ai_points": 50}, 100, ("Findings",)),
        ({"urgency": Urgency.URGENT}, 100, ("Urgent",)),
        ({"urgency": Urgency.EMERGENCY, "ai_points": 40}, 380, ("Emergency", "Findings")),
        ({"urgency": Urgency.EMERGENCY, "ai_points": 100}, 400, ("Emergency", "Findings")),
        ({"due_at": _NOW + timedelta(minutes=30)}, 30, ("due soon",)),
        ({"due_at": _NOW - timedelta(days=3)}, 400, ("due soon",)),
        ({"due_at": _NOW + timedelta(minutes=30), "ai_points": 50}, 100, ("Findings",)),
    ],
)
def test_each_reason_is_worth_its_minutes_up_to_the_most(
    asked: dict[str, object], minutes: float, words: tuple[str, ...]
) -> None:
    sooner, reasons = _sooner(**asked)
    assert sooner == pytest.approx(minutes)
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))


def test_rules_that_would_lower_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="only raise"):
        replace(_RULES, urgent_minutes=-1.0)
    with pytest.raises(ConfigurationError, match="0 to 100"):
        replace(_RULES, discrepancy_from_points=101)
