"""`wetread models`: what is here, whether it is what it claims, and more of it."""

import json
from pathlib import Path

from tests.acceptance.conftest import Wetread
from tests.support.packages import write_package
from tests.support.private_network import free_port

PUBLISHED = "monai/lung_nodule_ct_detection"


def test_the_shipped_models_are_what_they_claim(wetread: Wetread, tmp_path: Path) -> None:
    ran = wetread("models", "verify", "--json", WETREAD_DATA_DIR=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    models = {model["name"]: model for model in json.loads(ran.stdout)["models"]}
    assert models["classical-nodule"]["license"] == "Apache-2.0"
    assert {model["state"] for model in models.values()} == {"verified"}


def test_a_model_of_ones_own_stands_beside_them_and_a_broken_one_is_told(
    wetread: Wetread, tmp_path: Path
) -> None:
    write_package(tmp_path / "models" / "mine")
    (write_package(tmp_path / "models" / "broken") / "LICENSE").unlink()

    listed = wetread("models", "list", WETREAD_DATA_DIR=str(tmp_path), LC_ALL="ja_JP.UTF-8")
    assert listed.returncode == 0, listed.stderr
    assert "モデル" in listed.stdout
    assert "mine" in listed.stdout
    assert "LICENSE is missing" in listed.stdout
    verified = wetread("models", "verify", "broken", WETREAD_DATA_DIR=str(tmp_path))
    assert verified.returncode == 1
    assert verified.stderr.count("\n") == 1


def test_a_pull_that_cannot_be_is_one_line_and_leaves_nothing(
    wetread: Wetread, tmp_path: Path
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    other = tmp_path / "other.zip"
    other.write_bytes(b"something else")
    data = {"WETREAD_DATA_DIR": str(tmp_path / "data"), "https_proxy": nowhere}

    offline = wetread("models", "pull", PUBLISHED, **data)
    wrong = wetread("models", "pull", PUBLISHED, "--from", other, **data)

    assert offline.returncode == wrong.returncode == 1
    assert "cannot reach" in offline.stderr
    assert "--from FILE" in offline.stderr
    assert "SHA-1" in wrong.stderr
    assert offline.stderr.count("\n") == wrong.stderr.count("\n") == 1
    assert list((tmp_path / "data" / "models").iterdir()) == []


def test_an_analysis_names_its_model(wetread: Wetread, tmp_path: Path) -> None:
    ran = wetread("analyze", tmp_path, "--out", tmp_path / "out", "--model", "nothing")
    assert ran.returncode == 1
    assert "there is no model package 'nothing'; there is: classical-nodule" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_model_is_exported_for_triton_and_what_detects_nothing_is_not(
    wetread: Wetread, tmp_path: Path
) -> None:
    export = ("models", "export-triton", "--out", tmp_path / "out")
    exported = wetread(*export, "classical-nodule", LC_ALL="ja_JP.UTF-8")
    outline = wetread(*export, "nodule-outline")

    assert exported.returncode == 0, exported.stderr
    assert "書き出し先" in exported.stdout
    assert outline.returncode == 1
    assert "no detector reads models of kind 'outline'" in outline.stderr
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["classical-nodule"]
