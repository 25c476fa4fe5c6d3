"""`wetread capacity` as a user calls it."""

import json

import pytest
from typer.testing import CliRunner

from wetread.cli import app

HOSPITAL = ("capacity", "--studies-per-year", "25000", "--deadline-minutes", "10")


def test_devices_and_what_they_cost() -> None:
    result = CliRunner().invoke(app, [*HOSPITAL, "--seconds-per-study", "60", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "wetread.capacity/1"
    for fleet in document["fleets"]:
        assert fleet["share_in_time"] >= fleet["wanted_share_in_time"]
        assert fleet["month_jpy"]["on_premises"] == 25_000 * fleet["devices"]
        assert fleet["month_jpy"]["cloud"] == 115_000 * fleet["devices"]


def test_a_table_is_printed_in_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    result = CliRunner().invoke(app, [*HOSPITAL, "--seconds-per-study", "60"])
    assert "装置数" in result.stdout


def test_seconds_come_from_one_place() -> None:
    result = CliRunner().invoke(app, [*HOSPITAL])
    assert result.exit_code == 1
    assert "--bench" in str(result.exception)
