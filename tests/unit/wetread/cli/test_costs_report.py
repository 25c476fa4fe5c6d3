"""`wetread costs report` and `correct` on the records of a service."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from routing.records.database import open_database
from routing.records.ledger import LedgerRecords
from tests.support.api import JAPAN
from tests.support.ledger import ledger_entry
from tests.support.record_rows import add_study
from wetread.cli import app

_CONFIG = """
data_dir = "{folder}"

[[costs.budgets]]
payer = "Test Hospital"
month_jpy = 10
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the settings of a service whose April has one entry."""
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    add_study(engine, "1.2.3")
    at = datetime(2026, 4, 30, 23, 59, tzinfo=JAPAN)
    LedgerRecords(engine).book(ledger_entry("1.2.3", cost_jpy="8.5", at=at))
    path = tmp_path / "wetread.toml"
    path.write_text(_CONFIG.format(folder=tmp_path), encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["costs", *arguments])


def test_a_month_is_reported_and_exported(config: Path, tmp_path: Path) -> None:
    exported = tmp_path / "april.csv"
    arguments = ("report", "--month", "2026-04", "--config", str(config))
    result = run(*arguments, "--json", "--focus", str(exported))
    report = json.loads(result.stdout)
    assert report["payers"][0] == {
        "payer": "Test Hospital",
        "studies": 1,
        "exact_jpy": "8.5",
        "billed_jpy": 9,
    }
    assert report["budgets"][0]["state"] == "warned"
    assert exported.read_text(encoding="utf-8").count("\n") == 2
    table = run(*arguments, "--entries").stdout
    assert "nearly spent" in table
    assert "8.500000" in table


def test_a_correction_is_booked_now(config: Path) -> None:
    said = ("--actor", "Office", "--reason", "price of March", "--config", str(config))
    result = run("correct", "1", "--cost-jpy", "7", *said)
    assert result.exit_code == 0, result.output
    assert "entry 3: correction 7" in result.stdout
    total = json.loads(run("report", "--json", "--config", str(config)).stdout)["total"]
    assert Decimal(total["cost_jpy"]) == Decimal("-1.5")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("correct", "1", "--actor", "a", "--reason", "b"), "--take-back"),
        (("correct", "1", "--actor", "a", "--reason", "b", "--cost-jpy", "x"), "amount"),
        (("correct", "9", "--actor", "a", "--reason", "b", "--take-back"), "no entry 9"),
        (("report", "--month", "2026-13"), "no month"),
    ],
)
def test_what_cannot_be_done_is_said(config: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, "--config", str(config))
    assert result.exit_code == 1
    assert said in str(result.exception)


def test_no_records_are_made_by_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WETREAD_DATA_DIR", str(tmp_path / "nowhere"))
    assert "no records" in str(run("report").exception)
    assert not (tmp_path / "nowhere").exists()
