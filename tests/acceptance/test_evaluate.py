"""`wetread evaluate`: tables or studies in; figures, curve and pictures out."""

import json
from pathlib import Path

import pytest

from inference.phantom.studies import PhantomPair
from tests.acceptance.conftest import Wetread
from tests.support.evaluation import write_tables


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """Return a folder with the tables of a small evaluation."""
    return write_tables(tmp_path)


def test_tables(wetread: Wetread, tables: Path) -> None:
    """By hand: hit 0.9, false 0.8, hit 0.7, false 0.6; one of three nodules without candidate."""
    out = tables / "out"
    ran = wetread(
        *("evaluate", tables / "truth.csv", "--results", tables / "results.csv", "--json"),
        *("--scans", tables / "scans.txt", "--excluded", tables / "excluded.csv", "--out", out),
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document == json.loads((out / "report.json").read_bytes())
    values = [one["value"] for one in document["all"]["sensitivity"]]
    assert values == pytest.approx([1 / 3, 1 / 3, *[2 / 3] * 5], abs=1e-6)
    lower, upper = document["all"]["cpm"]["interval_95"]
    assert lower <= document["all"]["cpm"]["value"] <= upper
    assert document["operating_point"]["false_marks_per_scan"]["value"] <= 1
    assert [one["diameter_mm"] for one in document["misses"]] == [5]
    assert document["scans_left_out"] == 1
    assert {one["name"]: one["nodules"] for one in document["strata"]}["solid-from-6mm"] == 2
    assert (out / "froc.png").stat().st_size > 10_000
    assert "froc.png" in (out / "report.md").read_text(encoding="utf-8")
    refused = wetread("evaluate", tables / "truth.csv", "--results", tables / "truth.csv")
    assert refused.returncode == 1
    assert refused.stderr.startswith("wetread: ")
    assert refused.stderr.count("\n") == 1
    assert "no column probability or score" in refused.stderr


def test_studies_are_analysed_once(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    study = small_phantom.prior
    rows = [
        ",".join(map(str, (study.series_instance_uid, *one.center_lps_mm, one.diameter_mm)))
        for one in study.nodules
    ]
    truth = tmp_path / "truth.csv"
    truth.write_text("\n".join(["seriesuid,coordX,coordY,coordZ,diameter_mm", *rows]))
    out = tmp_path / "out"
    arguments = ("evaluate", truth, "--studies", study.folder.parent, "--out", out, "--json")
    ran = wetread(*arguments)
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document["all"]["nodules"] == len(study.nodules)
    assert document["all"]["hits_at_operating_point"] > 0
    assert document["unanalysed"] == []
    assert (out / "hits.png").exists()
    kept = out / "findings" / study.series_instance_uid / "findings.json"
    written = kept.stat().st_mtime_ns
    assert wetread(*arguments).stdout == ran.stdout
    assert kept.stat().st_mtime_ns == written
