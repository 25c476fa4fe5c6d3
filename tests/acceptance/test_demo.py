"""`wetread demo`: the whole way of two studies, through the real service."""

import json
from math import dist
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydicom import dcmread
from pydicom.uid import Comprehensive3DSRStorage, GrayscaleSoftcopyPresentationStateStorage

from inference.phantom.studies import PhantomPair, PhantomStudy
from tests.acceptance.conftest import Wetread
from wetread.domain.uids import derive_uid

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "findings.schema.json").read_bytes())


@pytest.fixture(scope="module")
def played(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """Return the demo's folder and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    ran = wetread(
        "demo",
        *("--study", small_phantom.prior.folder),
        *("--study", small_phantom.current.folder),
        *("--out", out),
    )
    assert ran.returncode == 0, ran.stderr + (out / "service.log").read_text()
    return out, ran.stdout


def findings(out: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / name / "findings.json").read_bytes())
    jsonschema.validate(document, SCHEMA)
    return document


def found(document: dict[str, Any], study: PhantomStudy) -> dict[str, dict[str, Any]]:
    """Return the mark on each nodule of the truth that has one, by the nodule's name."""
    return {
        truth.name: mark
        for truth in study.nodules
        for mark in document["nodules"]
        if dist(mark["center_lps_mm"], truth.center_lps_mm) <= max(truth.diameter_mm / 2, 3)
    }


def test_both_studies_are_analysed_and_most_nodules_found(
    played: tuple[Path, str], small_phantom: PhantomPair
) -> None:
    for study in (small_phantom.prior, small_phantom.current):
        document = findings(played[0], study.time_point)
        assert document["outcome"] == "analysed"
        assert document["study_instance_uid"] == study.study_instance_uid
        assert len(found(document, study)) >= len(study.nodules) - 1


def test_nodules_keep_their_tracking_and_new_ones_are_not_called_matched(
    played: tuple[Path, str], small_phantom: PhantomPair
) -> None:
    before = found(findings(played[0], "prior"), small_phantom.prior)
    now = found(findings(played[0], "current"), small_phantom.current)
    known = before.keys() & now.keys()
    assert known
    for name in known:
        assert now[name]["change"]["state"] == "matched"
        assert now[name]["tracking_uid"] == before[name]["tracking_uid"]
    were_there = {truth.name for truth in small_phantom.prior.nodules}
    for name in now.keys() - were_there:
        assert now[name]["change"]["state"] in {"new", "ambiguous"}


def test_the_pacs_holds_the_same_objects_as_the_results(played: tuple[Path, str]) -> None:
    out, _ = played
    sent = {path.stem: dcmread(path) for path in (out / "pacs").glob("*.dcm")}
    kept = [dcmread(path) for name in ("prior", "current") for path in (out / name).glob("*.dcm")]
    assert sorted(dataset.SOPInstanceUID for dataset in kept) == sorted(sent)
    assert all(sent[dataset.SOPInstanceUID] == dataset for dataset in kept)
    kinds = {dataset.SOPClassUID for dataset in kept}
    assert kinds == {Comprehensive3DSRStorage, GrayscaleSoftcopyPresentationStateStorage}


def test_every_nodule_has_its_key_image(played: tuple[Path, str]) -> None:
    for name in ("prior", "current"):
        images = list((played[0] / name).glob("*.png"))
        assert len(images) == len(findings(played[0], name)["nodules"])


def test_the_table_tells_outcome_change_and_cost(played: tuple[Path, str]) -> None:
    out, printed = played
    for heading in ("study", "outcome", "nodules", "change", "priority", "reader", "yen"):
        assert heading in printed
    assert "analysed" in printed
    assert "Research use only" in printed
    for name in ("prior", "current"):
        cost = findings(out, name)["cost"]
        assert cost["gpu_seconds"] == 0
        assert cost["cpu_seconds"] > 0
        assert cost["how_measured"] == "process_cpu_time"
        assert f"{cost['cost_jpy']:.3f}" in printed


def test_the_service_log_names_no_patient(
    played: tuple[Path, str], small_phantom: PhantomPair
) -> None:
    log = (played[0] / "service.log").read_text(encoding="utf-8")
    assert "the service is ready" in log
    header = dcmread(small_phantom.current.instances[0].path, stop_before_pixels=True)
    for secret in (str(header.PatientID), *str(header.PatientName).split("=")):
        assert secret not in log


def test_a_folder_with_other_things_is_left_alone(wetread: Wetread, tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("years of work")
    ran = wetread("demo", "--out", tmp_path)
    assert ran.returncode == 1
    assert "name another folder" in ran.stderr
    assert precious.read_text() == "years of work"


def test_studies_in_folders_of_the_same_name_are_told_apart(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    """Archives often name every series folder alike; thick slices make this quick."""
    for patient in ("a", "b"):
        write_thick_study(small_phantom, tmp_path / patient / "ct", patient)
    out = tmp_path / "out"
    ran = wetread(
        "demo", "--study", tmp_path / "a" / "ct", "--study", tmp_path / "b" / "ct", "--out", out
    )
    assert ran.returncode == 0, ran.stderr
    assert {findings(out, name)["outcome"] for name in ("1-ct", "2-ct")} == {"not_analysed"}


def write_thick_study(phantom: PhantomPair, folder: Path, patient: str) -> None:
    folder.mkdir(parents=True)
    for number, instance in enumerate(phantom.prior.instances[::4]):
        dataset = dcmread(instance.path)
        dataset.SliceThickness = 10
        dataset.PatientID = patient
        dataset.StudyInstanceUID = derive_uid("thick", patient)
        dataset.SeriesInstanceUID = derive_uid("thick series", patient)
        dataset.SOPInstanceUID = derive_uid("thick image", patient, number)
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(folder / f"{number}.dcm")
