"""Programs that others wrote accept the results, and read from them what was put in."""

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from routing.results.encode import encode_results
from routing.results.masks import write_masks
from routing.results.objects import ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about
from tests.support.findings import findings, nodule
from tests.support.masks import mask_around
from wetread.domain.findings import Change, ChangeState, Findings, GrowthVerdict, Outcome
from wetread.domain.studies import StoredInstance

CHANGE = Change(
    state=ChangeState.MATCHED,
    prior_study_instance_uid="1.2.9",
    prior_tracking_uid="2.25.7",
    prior_volume_mm3=180.5,
    volume_change_percent=48.5,
    doubling_time_days=320.5,
    verdict=GrowthVerdict.GROWN,
)
CASES: dict[str, Callable[[StoredInstance], Findings]] = {
    "marked": lambda image: findings(nodule(image.sop_instance_uid)),
    "marked with prior": lambda image: findings(
        replace(nodule(image.sop_instance_uid), change=CHANGE)
    ),
    "revised": lambda image: replace(findings(nodule(image.sop_instance_uid)), revision=1),
    "negative": lambda _: findings(),
    "limited": lambda _: findings(reason="slices of 5 mm"),
    "partial": lambda image: findings(
        nodule(image.sop_instance_uid), outcome=Outcome.PARTIAL, reason="no comparison"
    ),
    "not analysed": lambda _: findings(outcome=Outcome.NOT_ANALYSED, reason="slices of 5 mm"),
    "failed": lambda _: findings(outcome=Outcome.FAILED, reason="detect stopped"),
}

IODS = {
    "ComprehensiveSR",
    "Comprehensive3DSR",
    "GrayscaleSoftcopyPresentationState",
    "ChestCADSR",
    "KeyObjectSelectionDocument",
    "Segmentation",
    "SCImage",
}

DOCUMENTS = (
    ObjectKind.COMPREHENSIVE_REPORT,
    ObjectKind.SPATIAL_REPORT,
    ObjectKind.MEASUREMENT_REPORT,
    ObjectKind.CHEST_CAD_REPORT,
    ObjectKind.KEY_OBJECTS,
)


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(
        tmp_path / "ct",
        SpecificCharacterSet=["", "ISO 2022 IR 87"],
        PatientName="Phantom^Invented=架空^患者",
    )


def results(found: Findings, series: tuple[StoredInstance, ...], folder: Path) -> tuple[Path, Path]:
    report, state = encode_results(
        about(found, series), series, folder=folder, encoded_at=ENCODED_AT
    )
    return report.path, state.path


def errors(dciodvfy: str, path: Path) -> list[str]:
    """Return what dciodvfy says of a file that it knows the kind of."""
    said = subprocess.run(
        [dciodvfy, "-new", path], check=False, capture_output=True, text=True
    ).stderr.splitlines()
    assert any(line.strip() in IODS for line in said), said
    return [line for line in said if line.startswith("Error")]


@pytest.mark.peer("dciodvfy")
@pytest.mark.parametrize("case", CASES)
def test_dciodvfy_finds_no_error(
    case: str,
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
    require_program: Callable[[str], str],
) -> None:
    dciodvfy = require_program("dciodvfy")
    found = about(CASES[case](series[1]), series)
    write_masks(tmp_path / "out", tuple(mask_around(one, series) for one in found.nodules))
    made = encode_results(
        found, series, folder=tmp_path / "out", encoded_at=ENCODED_AT, kinds=tuple(ObjectKind)
    )
    assert {one.path.name: errors(dciodvfy, one.path) for one in made} == {
        one.path.name: [] for one in made
    }


@pytest.mark.peer("dcmp2pgm")
def test_dcmtk_reads_the_circle_where_the_mark_is(
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
    require_program: Callable[[str], str],
) -> None:
    dcmp2pgm = require_program("dcmp2pgm")
    _, state = results(CASES["marked"](series[1]), series, tmp_path / "out")
    said = subprocess.run(
        [dcmp2pgm, "-v", "-p", state, series[1].path, tmp_path / "image.pgm"],
        check=True,
        capture_output=True,
        text=True,
    )
    dump = said.stdout + said.stderr
    assert "type=circle filled=no units=pixel" in dump
    assert "coordinates: 20.5\\30.5, 26.75\\30.5" in dump
    assert "VOI transformation: none" in dump


@pytest.mark.peer("dcmp2pgm")
def test_dcmtk_loads_the_state_of_a_patient_without_a_name(
    tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    dcmp2pgm = require_program("dcmp2pgm")
    nameless = write_conformant_series(tmp_path / "ct", PatientName="")
    _, state = results(CASES["marked"](nameless[1]), nameless, tmp_path / "out")
    subprocess.run(
        [dcmp2pgm, "-p", state, nameless[1].path, tmp_path / "image.pgm"],
        check=True,
        capture_output=True,
    )
    assert dcmread(state).PatientName == dcmread(nameless[1].path).PatientName == ""


@pytest.mark.peer("dsrdump")
def test_dcmtk_reads_the_report(
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
    require_program: Callable[[str], str],
) -> None:
    dsrdump = require_program("dsrdump")
    report, _ = results(CASES["marked with prior"](series[1]), series, tmp_path / "out")
    said = subprocess.run([dsrdump, "+Pl", report], check=True, capture_output=True)
    dump = said.stdout.decode("ascii", "replace")
    assert '"Volume")="268.1" (mm3,UCUM' in dump
    assert "All algorithms succeeded; with findings" in dump
    assert "Increase in size" in dump
    assert '"Recommendation")="Lung-RADS v2022: category 4A."' in dump


@pytest.mark.peer("dsrdump")
@pytest.mark.parametrize("case", CASES)
def test_dcmtk_finds_every_relationship_allowed(
    case: str,
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
    require_program: Callable[[str], str],
) -> None:
    dsrdump = require_program("dsrdump")
    found = about(CASES[case](series[1]), series)
    documents = encode_results(
        found, series, folder=tmp_path / "out", encoded_at=ENCODED_AT, kinds=DOCUMENTS
    )
    for one in documents:
        said = subprocess.run([dsrdump, "-v", one.path], check=False, capture_output=True)
        dump = said.stdout + said.stderr
        assert [line for line in dump.splitlines() if line.startswith(b"E:")] == []


@pytest.mark.real_ct
@pytest.mark.peer("dciodvfy")
def test_results_for_real_series_have_no_error(
    real_ct_dir: Path, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    dciodvfy = require_program("dciodvfy")
    folders = {path.parent for path in real_ct_dir.rglob("*.dcm")}
    assert folders
    for number, folder in enumerate(sorted(folders)):
        series = tuple(stored_instance(path) for path in sorted(folder.glob("*.dcm")))
        middle = series[len(series) // 2]
        marked = nodule(middle.sop_instance_uid, center_px=(250.5, 300.5), radius_px=9.0)
        for path in results(findings(marked), series, tmp_path / str(number)):
            assert errors(dciodvfy, path) == []
            header, source = dcmread(path), dcmread(middle.path, stop_before_pixels=True)
            for keyword in ("PatientName", "PatientID", "StudyInstanceUID", "StudyDate"):
                assert header[keyword].value == source[keyword].value


def stored_instance(path: Path) -> StoredInstance:
    header = dcmread(path, stop_before_pixels=True)
    return StoredInstance(
        study_instance_uid=header.StudyInstanceUID,
        series_instance_uid=header.SeriesInstanceUID,
        sop_instance_uid=header.SOPInstanceUID,
        sop_class_uid=header.SOPClassUID,
        transfer_syntax_uid=header.file_meta.TransferSyntaxUID,
        path=path,
    )
