"""`wetread analyze`: one study in, findings and objects out; a clear word for every bad one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from pydicom import Dataset, dcmread

from inference.phantom.studies import PhantomPair
from tests.acceptance.conftest import Wetread

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "findings.schema.json").read_bytes())


def copied(study: Path, folder: Path, change: Callable[[Dataset, int], None] | None = None) -> Path:
    """Copy a study, changing each dataset on the way."""
    folder.mkdir()
    for number, path in enumerate(sorted(study.glob("*.dcm"))):
        dataset = dcmread(path)
        if change is not None:
            change(dataset, number)
        dataset.save_as(folder / path.name)
    return folder


def test_a_study_with_its_prior(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    ran = wetread(
        "analyze",
        small_phantom.current.folder,
        *("--prior", small_phantom.prior.folder),
        *("--out", tmp_path),
        *("--objects", "sr,gsps,cad-sr,seg", "--objects", "key-objects,secondary-capture"),
        "--json",
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    jsonschema.validate(document, SCHEMA)
    assert document == json.loads((tmp_path / "findings.json").read_bytes())
    assert document["outcome"] == "analysed"
    assert {nodule["change"]["state"] for nodule in document["nodules"]} >= {"matched"}
    assert {path.name.split("-")[0] for path in tmp_path.glob("*.dcm")} == {
        *("measurement_report", "presentation_state", "chest_cad_report", "segmentation"),
        *("key_objects", "secondary_capture"),
    }
    assert len(list(tmp_path.rglob("*.png"))) == len(document["nodules"])


def test_a_second_run_gives_the_same_objects(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    runs = []
    for name in ("first", "second"):
        assert (
            wetread("analyze", small_phantom.prior.folder, "--out", tmp_path / name).returncode == 0
        )
        document = json.loads((tmp_path / name / "findings.json").read_bytes())
        objects = {dcmread(path).SOPInstanceUID for path in sorted((tmp_path / name).glob("*.dcm"))}
        assert len(objects) == 2  # a report and a presentation state, where nothing is asked for
        runs.append((document["nodules"], document["candidates"], objects))
    assert runs[0] == runs[1]


def keep_only(count: int) -> Callable[[Path], None]:
    def keep(folder: Path) -> None:
        for path in sorted(folder.glob("*.dcm"))[count:]:
            path.unlink()

    return keep


def remove_middle(folder: Path) -> None:
    paths = sorted(folder.glob("*.dcm"))
    paths[len(paths) // 2].unlink()


def cut_short(folder: Path) -> None:
    path = sorted(folder.glob("*.dcm"))[3]
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(keep_only(1), "slice", id="a single slice"),
        pytest.param(remove_middle, "missing", id="a gap"),
        pytest.param(cut_short, "", id="a truncated file"),
    ],
)
def test_a_damaged_study_is_never_negative(
    wetread: Wetread,
    small_phantom: PhantomPair,
    tmp_path: Path,
    damage: Callable[[Path], None],
    reason: str,
) -> None:
    study = copied(small_phantom.prior.folder, tmp_path / "study")
    damage(study)
    ran = wetread("analyze", study, "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    document = json.loads((tmp_path / "out" / "findings.json").read_bytes())
    assert document["outcome"] == "not_analysed"
    assert reason in document["reason"]
    assert document["triage"]["prescreen"] != "no_request"
    assert len(list((tmp_path / "out").glob("*.dcm"))) == 2  # the reason reaches the viewer


def test_another_modality_is_not_analysed(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    def to_mr(dataset: Dataset, _number: int) -> None:
        dataset.Modality = "MR"

    study = copied(small_phantom.prior.folder, tmp_path / "study", to_mr)
    ran = wetread("analyze", study, "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    document = json.loads((tmp_path / "out" / "findings.json").read_bytes())
    assert (document["outcome"], document["nodules"]) == ("not_analysed", [])
    assert "not_ct" in document["reason"]


def empty(folder: Path) -> None:
    folder.mkdir()


def no_dicom(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("nothing to see")


def absent(_folder: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "says"),
    [(empty, "no DICOM"), (no_dicom, "no DICOM"), (absent, "not a folder")],
)
def test_a_folder_without_a_study_is_one_clear_line(
    wetread: Wetread, tmp_path: Path, make: Callable[[Path], None], says: str
) -> None:
    make(tmp_path / "study")
    ran = wetread("analyze", tmp_path / "study", "--out", tmp_path / "out")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert ran.stderr.startswith("wetread: ")
    assert says in ran.stderr
    assert not (tmp_path / "out").exists()


def test_two_studies_in_one_folder_are_told_apart(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    for study in (small_phantom.prior, small_phantom.current):
        shutil.copytree(study.folder, tmp_path / "both" / study.time_point)
    ran = wetread("analyze", tmp_path / "both", "--out", tmp_path / "out")
    assert ran.returncode == 1
    assert "2 studies" in ran.stderr


def test_a_prior_of_somebody_else_is_never_compared(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    def to_stranger(dataset: Dataset, _number: int) -> None:
        dataset.PatientID = "SOMEBODY-ELSE"

    stranger = copied(small_phantom.prior.folder, tmp_path / "stranger", to_stranger)
    ran = wetread(
        "analyze", small_phantom.current.folder, "--prior", stranger, "--out", tmp_path / "out"
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads((tmp_path / "out" / "findings.json").read_bytes())
    assert document["outcome"] == "partial"
    assert "same patient" in document["reason"]
    assert all(nodule["change"] is None for nodule in document["nodules"])


@pytest.mark.real_ct
def test_thick_slices_are_refused_and_a_site_may_allow_them(
    wetread: Wetread, real_ct_dir: Path, tmp_path: Path
) -> None:
    study = real_ct_dir / "Lung_Dx-A0001"
    assert wetread("analyze", study, "--out", tmp_path / "default").returncode == 0
    refused = json.loads((tmp_path / "default" / "findings.json").read_bytes())
    assert refused["outcome"] == "not_analysed"
    assert "5.0 mm" in refused["reason"]
    rules = Path(__file__).parents[2] / "routing" / "selection" / "rules" / "thick-slices.toml"
    ran = wetread("analyze", study, "--rules", rules, "--out", tmp_path / "allowed")
    assert ran.returncode == 0
    limited = json.loads((tmp_path / "allowed" / "findings.json").read_bytes())
    assert limited["outcome"] == "analysed"
    assert limited["reason"].startswith("limited: thick slices")
    assert limited["triage"]["prescreen"] != "no_request"


@pytest.mark.real_ct
def test_the_nodule_that_all_readers_marked_is_found(
    wetread: Wetread, real_ct_dir: Path, tmp_path: Path
) -> None:
    ran = wetread("analyze", real_ct_dir / "LIDC-IDRI-0001", "--out", tmp_path)
    assert ran.returncode == 0
    document = json.loads((tmp_path / "findings.json").read_bytes())
    x, y, z = 56.2, 86.2, -115.8
    hits = [
        nodule
        for nodule in document["nodules"]
        if sum((a - b) ** 2 for a, b in zip(nodule["center_lps_mm"], (x, y, z), strict=True))
        <= (23.7 / 2) ** 2
    ]
    assert hits
    assert len(document["nodules"]) - len(hits) <= 10


def test_the_indication_that_is_told_gives_a_category(
    wetread: Wetread, small_phantom: PhantomPair, tmp_path: Path
) -> None:
    config = tmp_path / "wetread.toml"
    config.write_text('[guidelines]\nscreening = "lung-rads-v2022"\n', encoding="utf-8")
    ran = wetread(
        "analyze",
        small_phantom.current.folder,
        *("--out", tmp_path / "out", "--config", config, "--indication", "screening", "--json"),
    )
    assert ran.returncode == 0, ran.stderr
    document = json.loads(ran.stdout)
    jsonschema.validate(document, SCHEMA)
    triage = document["triage"]
    assert triage["guideline"] == "Lung-RADS v2022"
    assert triage["category"] is not None
    assert triage["guidance"]["indication"] == "screening"
    assert triage["guidance"]["tracking_id"] in {one["tracking_id"] for one in document["nodules"]}
