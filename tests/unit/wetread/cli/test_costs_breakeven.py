"""`wetread costs breakeven` as a user calls it."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.support.ledger import OWN_PRICES
from wetread.cli import app


def test_the_shipped_example_gives_the_published_figures(tmp_path: Path) -> None:
    picture = tmp_path / "modes.png"
    result = CliRunner().invoke(app, ["costs", "breakeven", "--json", "--plot", str(picture)])
    assert result.exit_code == 0, result.output
    point = json.loads(result.stdout)["break_even"]["busy_hours_only"]
    assert point["paid_hours_per_month"] == pytest.approx(158.7, abs=0.05)
    assert point["share_of_month"] == pytest.approx(0.217, abs=0.0005)
    assert (point["studies_per_month"], point["month_jpy"]) == (19_043, 25_000)
    with Image.open(picture) as image:
        assert image.width > 800


def test_a_table_is_printed_in_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    result = CliRunner().invoke(app, ["costs", "breakeven", "--watts", "500"])
    assert "クラウド (稼働時間のみ)" in result.stdout
    assert "230.5" in result.stdout


def test_a_table_without_modes_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(OWN_PRICES, encoding="utf-8")
    result = CliRunner().invoke(app, ["costs", "breakeven", "--price-table", str(path)])
    assert result.exit_code == 1
    assert "[modes]" in str(result.exception)
