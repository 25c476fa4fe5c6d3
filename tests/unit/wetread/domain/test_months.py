"""Months follow each other."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wetread.domain.months import Month


@given(st.dates(date(1900, 2, 1), date(2099, 11, 30)))
def test_the_next_month_begins_where_this_one_ends(day: date) -> None:
    month = Month.of(day)
    assert month.bounds(None)[1] == month.after().bounds(None)[0]
    assert month.after().before() == month
    assert Month.parse(str(month)) == month
    assert 20 <= len(month.workdays()) <= 23
    assert all(Month.of(one) == month and one.weekday() < 5 for one in month.workdays())


@pytest.mark.parametrize("text", ["2026-13", "2026", "april", "2026-04-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Month.parse(text)
