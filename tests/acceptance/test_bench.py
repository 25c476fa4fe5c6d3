"""`wetread bench`: measures what `analyze` and `serve` do; no figure itself is judged here."""

import json
from pathlib import Path
from typing import Any

from inference.phantom.studies import PhantomPair
from tests.acceptance.conftest import Wetread
from tests.acceptance.running import own_triton
from tests.support.private_network import free_port
from tests.support.triton import require_wheel


def loads(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {one["part"]: one["loads"] for one in document["series"]}


def test_studies_in_this_process(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    ran = wetread(
        *("bench", "--study", small_phantom.current.folder, "--at-once", "1"),
        *("--report", tmp_path, "--json"),
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    assert document == json.loads((tmp_path / "report.json").read_bytes())
    assert "bench.png" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert (tmp_path / "bench.png").exists()
    measured = loads(document)
    assert {part: [one["studies"] for one in done] for part, done in measured.items()} == {
        "model": [1],
        "whole": [1],
    }
    alone = measured["whole"][0]
    assert {"headers", "decode", "lungs", "network", "measure", "encode"} <= set(
        alone["stage_seconds"]
    )
    assert 0 < alone["share_outside_network"] < 1
    assert alone["jpy_per_study"] > 0
    assert alone["joules_per_study"] == "not measured"


def test_through_the_real_service(wetread: Wetread, small_phantom: PhantomPair) -> None:
    ran = wetread(
        "bench", "--study", small_phantom.current.folder, "--at-once", "1", "--service", "--json"
    )
    assert ran.returncode == 0, ran.stderr
    (alone,) = loads(json.loads(ran.stdout))["service"]
    assert {"send", "wait", "detect", "encode", "deliver"} <= set(alone["stage_seconds"])
    assert alone["cpu_seconds_per_study"] > 0


def test_through_a_service_that_starts_its_own_triton_server(
    wetread: Wetread, small_phantom: PhantomPair
) -> None:
    require_wheel()
    ran = wetread(
        *("bench", "--study", small_phantom.current.folder, "--at-once", "1", "--service"),
        "--json",
        **own_triton(f"127.0.0.1:{free_port()}"),
    )
    assert ran.returncode == 0, ran.stderr
    (series,) = json.loads(ran.stdout)["series"]
    assert series["engine"] == "triton"
    assert series["device"].startswith("triton ")
    assert series["loads"][0]["studies"] == 1


def test_a_wrong_list_is_said_in_one_line(wetread: Wetread) -> None:
    ran = wetread("bench", "--at-once", "some")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "--at-once" in ran.stderr
