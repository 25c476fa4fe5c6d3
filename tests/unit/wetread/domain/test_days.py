from datetime import date

import pytest

from wetread.domain.days import day_from_da


def test_a_day_is_read() -> None:
    assert day_from_da("20260229") is None
    assert day_from_da("20240229") == date(2024, 2, 29)


@pytest.mark.parametrize("text", ["", "20261399", "2026-01-02", "unknown"])
def test_what_is_no_day_is_unknown(text: str) -> None:
    assert day_from_da(text) is None
