"""The waits between attempts."""

from routing.pipeline.retries import RetryPolicy


def _waits(attempts: int, first: float) -> list[float]:
    return list(RetryPolicy(attempts=attempts, first_wait_seconds=first).waits_seconds())


def test_each_wait_is_twice_the_one_before() -> None:
    assert _waits(8, 2.0) == [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]


def test_one_attempt_has_no_wait() -> None:
    assert _waits(1, 2.0) == []


def test_no_wait_is_longer_than_ten_minutes() -> None:
    assert _waits(5, 250.0) == [250.0, 500.0, 600.0, 600.0]
