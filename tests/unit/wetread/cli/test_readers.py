"""`wetread readers` and `wetread assign` over records of their own."""

import json
import os
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from routing.records.database import open_database
from routing.records.study_facts import StudyFactsRecords
from tests.support.record_rows import add_reading_item, add_study
from wetread.cli import app
from wetread.domain.errors import WetreadError
from wetread.domain.specialties import StudyFacts

_SCORES = "読影医,胸部CT,脳MR\n読影医1,80,0\n読影医2,50,20\n"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Return the records of the settings, with a chest CT and an ultrasound that wait."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("WETREAD_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Path("scores.csv").write_bytes(_SCORES.encode("cp932"))
    engine = open_database(f"sqlite:///{tmp_path / 'records.sqlite'}")
    for uid, modality in (("1.1", "CT"), ("1.2", "US")):
        add_study(engine, uid)
        add_reading_item(engine, uid)
        facts = StudyFacts(modalities=(modality,), body_parts=("CHEST",))
        StudyFactsRecords(engine).note(uid, 0, facts)
    return engine


def run(*arguments: str) -> str:
    """Return what the command prints; an expected failure is raised."""
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, WetreadError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("engine")
def test_readers_are_imported_and_studies_given_with_reasons() -> None:
    assert "scores of 2 readers" in run("readers", "import", "scores.csv")
    readers = json.loads(run("readers", "list", "--json"))["readers"]
    assert [one["scores"]["胸部CT"] for one in readers] == [80, 50]
    made = json.loads(run("assign", "--once", "--json"))
    (given,) = made["assignments"]
    assert (given["study_instance_uid"], given["reader"]) == ("1.1", "読影医1")
    assert given["reasons"][0].startswith("Score 80 for 胸部CT")
    assert [one["study_instance_uid"] for one in made["unassigned"]] == ["1.2"]
    unmapped = json.loads(run("readers", "unmapped", "--json"))["studies"]
    assert [one["study_instance_uid"] for one in unmapped] == ["1.2"]


@pytest.mark.usefixtures("engine")
def test_people_read_it_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "open" in run("assign")  # no reader is known
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "スコア 2 名" in run("readers", "import", "scores.csv")
    assert "読影可能" in run("readers", "list")
    printed = run("assign")
    assert "読影医1" in printed
    assert "判定根拠" in printed
    assert "モダリティ" in run("readers", "unmapped")


@pytest.mark.usefixtures("engine")
def test_a_table_that_is_none_is_one_clear_line() -> None:
    Path("scores.csv").write_text("name,score\n")
    with pytest.raises(WetreadError, match="no column 読影医"):
        run("readers", "import", "scores.csv")


@pytest.mark.real_ct
@pytest.mark.usefixtures("engine")
def test_the_table_of_the_paper_is_read() -> None:
    table = Path(os.environ.get("WETREAD_REAL_CT", "")) / "reader_scores.csv"
    if not table.is_file():
        pytest.skip("WETREAD_REAL_CT names no folder with reader_scores.csv")
    run("readers", "import", str(table))
    readers = json.loads(run("readers", "list", "--json"))["readers"]
    assert {one["reader"]: one["scores"]["脳CT"] for one in readers}["読影医4"] == 100
    assert len(readers[0]["scores"]) == 10
