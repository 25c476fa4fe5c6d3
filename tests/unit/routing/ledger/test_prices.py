"""An institution's own prices."""

from decimal import Decimal
from pathlib import Path

import pytest

from routing.ledger.prices import load_price_table
from tests.support.ledger import OWN_PRICES
from wetread.domain.errors import ConfigurationError


def test_an_own_table_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(OWN_PRICES, encoding="utf-8")
    table = load_price_table(path)
    assert table.name == "our server from 2026-04-01"
    assert table.gpu_second_jpy == Decimal("36000.5") / 360_000
    assert table.cpu_second_jpy == 0


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("devices = 4", "devices = 0", "a device"),
        ("devices = 4", "cores = 4", "cpu"),
        ("devices = 4", "devices = 4\nmonthly_usd = 1", "cpu.monthly_usd"),
        ("monthly_jpy = 0", "monthly_jpy = 'free'", "cpu.monthly_jpy"),
        ('name = "our server"', "name = ", "cannot be read"),
    ],
)
def test_a_wrong_table_is_refused_by_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(OWN_PRICES.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=named):
        load_price_table(path)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_price_table(tmp_path / "nowhere.toml")
