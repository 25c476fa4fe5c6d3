"""Dated agreements on who pays."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from routing.ledger.payers import load_payer_tables
from wetread.domain.costs.payers import UNKNOWN_SITE, Share
from wetread.domain.errors import ConfigurationError

_AGREEMENT = """
name = "agreement"
effective_from = {day}
source = "a contract"

[[rules]]
site = "Hospital A"
pays = "split"
reader = "Reading Centre"
requester_share = 0.7

[[rules]]
pays = "capped"
reader = "Reading Centre"
cap_jpy = 1.5
"""


def test_the_site_that_sent_the_study_pays_unless_agreed_otherwise() -> None:
    rule = load_payer_tables().on(date(2026, 4, 1)).rule_for("Hospital A")
    assert rule.shares("Hospital A", Decimal(2)) == (
        Share(payer="Hospital A", amount_jpy=Decimal(2)),
    )
    assert rule.payers("") == (UNKNOWN_SITE,)


def test_the_first_rule_that_fits_divides(tmp_path: Path) -> None:
    path = tmp_path / "payers.toml"
    path.write_text(_AGREEMENT.format(day="2026-04-01"), encoding="utf-8")
    table = load_payer_tables(path).on(date(2026, 4, 1))
    split = table.rule_for("Hospital A").shares("Hospital A", Decimal("0.000001"))
    assert split == (Share(payer="Hospital A", amount_jpy=Decimal("0.000001")),)
    above = table.rule_for("Hospital B").shares("Hospital B", Decimal(2))
    assert [(one.payer, one.amount_jpy) for one in above] == [
        ("Hospital B", Decimal("1.5")),
        ("Reading Centre", Decimal("0.5")),
    ]


def test_a_folder_holds_the_agreements_of_several_years(tmp_path: Path) -> None:
    for year in (2025, 2026):
        text = _AGREEMENT.format(day=f"{year}-04-01").replace('"agreement"', f'"of {year}"')
        (tmp_path / f"{year}.toml").write_text(text, encoding="utf-8")
    tables = load_payer_tables(tmp_path)
    days = [date(2024, 1, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [tables.on(day).name for day in days] == ["of 2025", "of 2025", "of 2026"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("requester_share = 0.7", "", "requester_share"),
        ("requester_share = 0.7", "requester_share = 1.1", "between 0 and 1"),
        ("cap_jpy = 1.5", "cap_jpy = -1", "negative"),
        ('pays = "capped"\nreader = "Reading Centre"', 'pays = "capped"', "names the reader"),
        ('pays = "capped"', 'site = "Hospital B"\npays = "capped"', "no site"),
        ('pays = "split"', 'pays = "nobody"', "pays"),
    ],
)
def test_a_wrong_agreement_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "payers.toml"
    text = _AGREEMENT.format(day="2026-04-01").replace(old, new)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_payer_tables(path)
