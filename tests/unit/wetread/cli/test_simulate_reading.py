import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wetread.cli import app
from wetread.domain.errors import SimulationError

FEW = ("--days", "1", "--replications", "2", "--jobs", "1")
TWO = ("--policy", "fifo", "--policy", "ours")


def run(*arguments: str) -> str:
    """Return what the command prints; an expected failure is raised."""
    result = CliRunner().invoke(app, ["simulate", "reading", *FEW, *TWO, *arguments])
    if isinstance(result.exception, SimulationError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def test_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    out = tmp_path / "out"
    document = json.loads(run("--vary-ai", "--report", str(out), "--json"))
    assert document == json.loads((out / "report.json").read_bytes())
    assert list(document["policies"]) == ["fifo", "ours"]
    wait = document["policies"]["ours"]["wait_mean_min_urgent"]
    assert wait["interval_95"][0] < wait["value"] < wait["interval_95"][1]
    assert [one["baseline"] for one in document["changes_percent"]] == ["fifo", "fifo"]
    assert set(document["ai_sensitivity"]) == {"0.5", "0.7", "0.8", "0.9", "1"}
    text = (out / "report.md").read_text(encoding="utf-8")
    for picture in ("policies.png", "sensitivity.png"):
        assert picture in text
        assert (out / picture).stat().st_size > 10_000


def test_people_read_it_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "先着順" in run()


def test_a_table_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"nothing\.csv"):
        run("--readers", str(tmp_path / "nothing.csv"))
