import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from routing.results.document import document_from_findings
from tests.support.evaluation import TRUTH, write_tables
from tests.support.findings import OPERATING_POINT, findings, nodule
from wetread.cli import app
from wetread.domain.errors import WetreadError
from wetread.domain.findings import Findings, Outcome


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder with the tables the working directory."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.chdir(tmp_path)
    return write_tables(tmp_path)


def run(*arguments: str) -> str:
    """Return what the command prints; an expected failure is raised."""
    result = CliRunner().invoke(app, ["evaluate", "truth.csv", *arguments])
    if isinstance(result.exception, WetreadError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def keep(made: Findings, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "findings.json").write_text(document_from_findings(made))


@pytest.mark.usefixtures("tables")
def test_people_read_it_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("--results", "results.csv", "--scans", "scans.txt", "--score", "0.65")
    english = run(*arguments)
    assert "ground-glass" in english
    assert "operating score 0.65" in english
    assert "Left out: 1 other scans" in english
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert "すりガラス型" in run(*arguments)


@pytest.mark.parametrize(
    ("option", "wanted", "score"),
    [("--score", "0.65", 0.65), ("--false-marks", "0.5", 0.7), ("--sensitivity", "0.3", 0.9)],
)
@pytest.mark.usefixtures("tables")
def test_the_operating_point_is_chosen(option: str, wanted: str, score: float) -> None:
    arguments = ("--results", "results.csv", "--scans", "scans.txt", "--excluded", "excluded.csv")
    document = json.loads(run(*arguments, option, wanted, "--json"))
    assert document["operating_point"]["score"] == score


def test_findings_bring_their_model_and_its_operating_point(tables: Path) -> None:
    made = findings(nodule("1.2.3.4.5"))
    keep(made, tables / "kept" / "one")
    x, y, z = made.candidates[0].center_lps_mm
    (tables / "truth.csv").write_text(
        "series_uid,x_mm,y_mm,z_mm,diameter_eq_volume_mm,n_readers,texture\n"
        f"{made.series_instance_uid},{x},{y},{z},9,4,4.75\n"
    )
    document = json.loads(run("--findings", "kept", "--json"))
    assert document["model"]["name"] == made.model.name
    assert document["operating_point"]["score"] == OPERATING_POINT.score
    assert document["all"]["hits_at_operating_point"] == 1
    failed = replace(made, outcome=Outcome.FAILED, reason="out of memory", candidates=())
    keep(failed, tables / "failed")
    document = json.loads(run("--findings", "failed", "--score", "0.5", "--json"))
    assert document["unanalysed"] == [{"scan": made.series_instance_uid, "reason": "out of memory"}]
    assert document["all"]["nodules_with_a_candidate"] == 0
    with pytest.raises(WetreadError, match="two findings of scan"):
        run("--findings", ".")
    keep(replace(made, model=replace(made.model, version="2.0.0")), tables / "both" / "new")
    keep(replace(made, series_instance_uid="1.1"), tables / "both" / "old")
    with pytest.raises(WetreadError, match="does not name"):
        run("--findings", "both")
    (tables / "scans.txt").write_text(f"1.1\n{made.series_instance_uid}\n")
    with pytest.raises(WetreadError, match=r"different models: .* 1\.0\.0, .* 2\.0\.0"):
        run("--findings", "both", "--scans", "scans.txt")


def test_a_document_that_is_none_is_named(tables: Path) -> None:
    (tables / "kept").mkdir()
    (tables / "kept" / "findings.json").write_text("{}")
    with pytest.raises(WetreadError, match=r"findings\.json is not a document of findings"):
        run("--findings", "kept")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name one of --results, --findings, --studies"),
        (("--results", "results.csv", "--findings", "."), "name one of"),
        (("--results", "results.csv", "--score", "1", "--sensitivity", "1"), "at most one of"),
        (("--results", "results.csv"), "holds scan 1.3, which the truth does not name"),
        (("--results", "absent.csv"), "cannot be read"),
        (("--findings", "."), "no findings of scan 1.1"),
        (("--studies", "."), "needs --out"),
        (("--studies", ".", "--out", "out"), "no DICOM image"),
        (
            ("--results", "results.csv", "--scans", "scans.txt", "--sensitivity", "0.9"),
            "2 of 3 are found",
        ),
    ],
)
def test_what_cannot_be_evaluated_is_one_clear_line(
    tables: Path, arguments: tuple[str, ...], says: str
) -> None:
    with pytest.raises(WetreadError) as raised:
        run(*arguments)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not (tables / "out").exists()
    assert (tables / "truth.csv").read_text() == TRUTH
