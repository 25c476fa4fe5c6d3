"""Shrunk discrepancy rates: what few reads say, and what many do."""

import pytest

from routing.reading.quality import estimate_quality
from wetread.domain.errors import ReaderError
from wetread.domain.readers.quality import ReviewedReads


def test_few_reads_say_little_and_many_say_something() -> None:
    reviews = {
        f"usual {number}": ReviewedReads(reviewed=1000, discrepancies=10) for number in range(9)
    }
    reviews["unlucky"] = ReviewedReads(reviewed=10, discrepancies=1)
    reviews["worse"] = ReviewedReads(reviewed=5000, discrepancies=150)
    reviews["new"] = ReviewedReads()
    estimates = estimate_quality(reviews)
    assert estimates["unlucky"].rate < 0.05  # not the 0.1 that was observed
    assert not estimates["unlucky"].is_resolved
    assert estimates["worse"].rate == pytest.approx(0.03, abs=0.002)
    assert estimates["worse"].is_resolved
    assert not estimates["new"].is_resolved
    for one in estimates.values():
        assert one.lower < one.rate < one.upper
    width = {name: one.upper - one.lower for name, one in estimates.items()}
    assert width["worse"] < width["usual 0"] < width["new"]


def test_hard_cases_excuse_discrepancies() -> None:
    reviews = {
        f"usual {number}": ReviewedReads(reviewed=1000, discrepancies=10) for number in range(9)
    }
    reviews["easy cases"] = ReviewedReads(
        reviewed=2000, discrepancies=60, expected_discrepancies=20
    )
    reviews["hard cases"] = ReviewedReads(
        reviewed=2000, discrepancies=60, expected_discrepancies=60
    )
    estimates = estimate_quality(reviews)
    assert estimates["hard cases"].rate < estimates["easy cases"].rate


def test_alike_readers_are_drawn_together() -> None:
    reviews = {
        str(number): ReviewedReads(reviewed=700, discrepancies=number % 3) for number in range(30)
    }
    rates = [one.rate for one in estimate_quality(reviews).values()]
    assert max(rates) < 1.5 * min(rates)  # 0 to 2 in 700 is what chance makes of one rate


def test_nothing_reviewed_is_no_estimate_and_nothing_found_is_no_nought() -> None:
    assert estimate_quality({"A": ReviewedReads()}) == {}
    clean = estimate_quality({"A": ReviewedReads(reviewed=50)})["A"]
    assert 0 < clean.rate < clean.upper


def test_more_discrepancies_than_reads_are_refused() -> None:
    with pytest.raises(ReaderError):
        ReviewedReads(reviewed=1, discrepancies=2)
