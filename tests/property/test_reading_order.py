"""A place in the reading list: only raised, never for ever behind, and the same for every order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routing.reading.order_rules import load_order_rules
from wetread.domain.reading_order import ReadRequest, Urgency, place_of

_RULES = load_order_rules()
_MOST = timedelta(minutes=_RULES.most_minutes)
_moments = st.datetimes(
    timezones=st.just(UTC),
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2026, 2, 1),  # noqa: DTZ001
)
_requests = st.builds(
    ReadRequest,
    requested_at=_moments,
    urgency=st.sampled_from(Urgency),
    due_at=st.none() | _moments,
    ai_points=st.integers(min_value=0, max_value=100),
)


@given(_requests)
def test_no_reason_moves_a_study_behind_its_request_or_further_than_allowed(
    request: ReadRequest,
) -> None:
    place = place_of(request, _RULES).place_at
    assert request.requested_at - _MOST <= place <= request.requested_at


@given(_requests, _requests)
def test_nothing_requested_too_much_later_goes_first(one: ReadRequest, other: ReadRequest) -> None:
    later = replace(other, requested_at=one.requested_at + _MOST + timedelta(microseconds=1))
    assert place_of(one, _RULES).place_at < place_of(later, _RULES).place_at


@given(_requests, st.integers(min_value=0, max_value=100), st.sampled_from(Urgency))
def test_what_ai_finds_and_the_hospital_says_only_raises(
    request: ReadRequest, points: int, urgency: Urgency
) -> None:
    raised = replace(
        request, ai_points=max(points, request.ai_points), urgency=max(urgency, request.urgency)
    )
    most = replace(raised, urgency=Urgency.EMERGENCY)
    assert (
        place_of(raised, _RULES).place_at
        <= place_of(replace(raised, ai_points=request.ai_points), _RULES).place_at
    )
    assert place_of(most, _RULES).place_at <= place_of(raised, _RULES).place_at


@given(_requests, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)))
def test_waiting_moves_both_alike(request: ReadRequest, waited: timedelta) -> None:
    """The order of two studies is that of their places at any time: none overtakes by ageing."""
    later = replace(
        request,
        requested_at=request.requested_at + waited,
        due_at=None if request.due_at is None else request.due_at + waited,
    )
    assert place_of(later, _RULES).place_at == place_of(request, _RULES).place_at + waited
