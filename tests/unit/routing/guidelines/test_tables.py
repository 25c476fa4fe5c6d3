"""The shipped tables can be read, and one that contradicts itself is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from routing.guidelines.tables import SHIPPED_DIR, load_guideline, shipped_names
from wetread.domain.errors import ConfigurationError
from wetread.domain.guidelines.bands import Band
from wetread.domain.guidelines.table import GrowthRule, SteppingRule


def test_each_shipped_table_names_its_source() -> None:
    assert len(shipped_names()) == 5
    for name in shipped_names():
        table = load_guideline(name)
        assert table.source
        assert {rule.category for rule in table.rules} <= {one.name for one in table.categories}


def test_a_site_may_use_a_table_of_its_own(tmp_path: Path) -> None:
    text = (SHIPPED_DIR / "bts-2015.toml").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(text.replace("BTS 2015", "Our own"), encoding="utf-8")
    assert load_guideline(str(path)).name == "Our own"


def test_a_table_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match="bts-2015"):
        load_guideline("lung-rads")


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"at_least": 1.0, "above": 1.0},
        {"below": 1.0, "at_most": 1.0},
        {"at_least": 2.0, "below": 2.0},
    ],
)
def test_a_band_without_sense_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError):
        Band(**limits)


def test_tables_that_contradict_themselves_are_refused() -> None:
    table = load_guideline("lung-rads-v2022")
    up = SteppingRule(from_category="3", to_category="4A", stable_days=90, types=(), verified=True)
    with pytest.raises(ConfigurationError, match="lower category"):
        replace(table, stepping=(up,))
    with pytest.raises(ConfigurationError, match="not one of its categories"):
        replace(table, without_nodules="0")
    with pytest.raises(ConfigurationError, match="same name"):
        replace(table, categories=(*table.categories, table.categories[0]))
    with pytest.raises(ConfigurationError, match="one of them"):
        GrowthRule(verified=True)
