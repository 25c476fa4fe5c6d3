"""Costs over HTTP: months begin at midnight of the service's own clock."""

from datetime import MAXYEAR, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.api import JAPAN, NOW, Hospital
from wetread.domain.months import Month

MIDNIGHT = datetime(2026, 4, 1, tzinfo=JAPAN)


def test_this_month_is_summed_exactly_and_by_study(hospital: Hospital) -> None:
    cheap, dear = hospital.add_study(1), hospital.add_study(2)
    hospital.book(cheap, at=NOW, cost_jpy="0.100000")
    hospital.book(dear, at=NOW, cost_jpy="0.200000")
    hospital.book(dear, at=NOW, revision=1, cost_jpy="0.000001")
    hospital.book(cheap, at=MIDNIGHT - timedelta(microseconds=1), revision=1, cost_jpy="99")
    costs = hospital.client().get("/api/costs").json()
    assert costs["month"] == "2026-04"
    assert costs["total"] == {"gpu_seconds": "0", "cpu_seconds": "15.75", "cost_jpy": "0.300001"}
    assert [(one["study_instance_uid"], one["entries"]) for one in costs["studies"]] == [
        (dear, 2),
        (cheap, 1),
    ]
    assert costs["price_tables"] == ["test prices"]


def test_a_booking_at_midnight_in_japan_belongs_to_the_new_month(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    hospital.book(uid, at=MIDNIGHT, cost_jpy="1")
    hospital.book(uid, at=MIDNIGHT - timedelta(microseconds=1), revision=1, cost_jpy="2")
    client = hospital.client()
    for month, cost_jpy in (("2026-03", 2), ("2026-04", 1), ("2026-05", 0)):
        costs = client.get("/api/costs", params={"month": month}).json()
        assert Decimal(costs["total"]["cost_jpy"]) == cost_jpy
    assert costs["studies"] == []


@given(at=st.datetimes(timezones=st.just(JAPAN)).filter(lambda at: at.year < MAXYEAR))
def test_every_moment_lies_in_its_month(at: datetime) -> None:
    start, end = Month.of(at).bounds(at.tzinfo)
    assert start <= at < end
    assert end.day == 1


@pytest.mark.parametrize("month", ["1899-12", "2026-00", "2026-1", "2026-04-01"])
def test_what_is_no_month_is_refused(hospital: Hospital, month: str) -> None:
    assert hospital.client().get("/api/costs", params={"month": month}).status_code == 422
