"""The structured report says what the findings say, as highdicom reads it back."""

from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.sr.codedict import codes

from routing.results.encode import encode_results
from routing.results.objects import ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about, encoded
from tests.support.findings import findings, nodule
from wetread.domain.findings import (
    Change,
    ChangeState,
    Findings,
    GrowthVerdict,
    NoduleType,
    Outcome,
    ResolvedNodule,
)
from wetread.domain.studies import StoredInstance

REPORT = ObjectKind.MEASUREMENT_REPORT


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct")


def report(
    found: Findings, series: tuple[StoredInstance, ...], folder: Path
) -> hd.sr.Comprehensive3DSR:
    objects = encode_results(about(found, series), series, folder=folder, encoded_at=ENCODED_AT)
    return hd.sr.srread(objects[0].path)


def statements(sr: hd.sr.Comprehensive3DSR) -> list[str]:
    """Return code meanings and texts of the Qualitative Evaluations container."""
    (container,) = (
        item for item in sr.ContentSequence if item.name.meaning == "Qualitative Evaluations"
    )
    return [
        item.value.meaning if item.ValueType == "CODE" else item.value
        for item in container.ContentSequence
    ]


def comments(group: hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations) -> list[str]:
    return [item.value for item in group[0].ContentSequence if item.name == codes.DCM.Comment]


def test_a_group_holds_the_nodule_as_measured(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    first = nodule(series[1].sop_instance_uid, number=1)
    second = nodule(
        series[3].sop_instance_uid, number=2, side="left", nodule_type=NoduleType.PART_SOLID
    )
    sr = report(findings(first, second), series, tmp_path)

    groups = sr.content.get_planar_roi_measurement_groups()
    assert [group.tracking_uid for group in groups] == [first.tracking_uid, second.tracking_uid]
    assert [group.tracking_identifier for group in groups] == ["Nodule 1", "Nodule 2"]
    group = groups[1]
    assert group.finding_type == codes.SCT.Nodule
    assert group.finding_sites[0].value == codes.SCT.UpperZoneOfLung
    assert group.finding_sites[0].laterality == codes.SCT.Left
    measured = {item.name.meaning: item.value for item in group.get_measurements()}
    assert measured == {
        "Long axis": 8.75,
        "Short axis": 7.25,
        "Diameter": 8.0,
        "Volume": 268.1,
        "Certainty of Finding": 91.23,
    }
    units = {item.name.meaning: item.unit.value for item in group.get_measurements()}
    assert (units["Volume"], units["Long axis"], units["Certainty of Finding"]) == (
        *("mm3", "mm"),
        "%",
    )
    (attenuation,) = group.get_qualitative_evaluations()
    assert attenuation.value.meaning == "part-solid pulmonary nodule"


def test_a_group_says_from_which_score_nodules_are_marked(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    found = findings(nodule(series[1].sop_instance_uid))
    for point, told in (
        (
            found.operating_point,
            ["marked from 0.42 (expected sensitivity 90 % at 1.5 false marks per scan)"],
        ),
        (None, []),
    ):
        sr = report(replace(found, operating_point=point), series, tmp_path)
        (group,) = sr.content.get_planar_roi_measurement_groups()
        parameters = [
            item.value
            for item in group[0].ContentSequence
            if item.name == codes.DCM.AlgorithmParameters
        ]
        assert parameters[1:] == told


def test_a_lung_that_is_not_seen_whole_is_the_finding_site(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    sr = report(findings(nodule(series[1].sop_instance_uid, zone=None)), series, tmp_path)
    (group,) = sr.content.get_planar_roi_measurement_groups()

    assert group.finding_sites[0].value == codes.SCT.Lung
    assert group.finding_sites[0].laterality == codes.SCT.Right


def test_the_outline_is_selected_from_the_marked_image(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = nodule(series[1].sop_instance_uid)
    sr = report(findings(marked), series, tmp_path)
    (group,) = sr.content.get_planar_roi_measurement_groups()

    assert group.roi.graphic_type.value == "POLYLINE"
    outline = marked.measurement.mark.outline_px
    np.testing.assert_allclose(group.roi.value, [*outline, outline[0]], atol=0.005)
    source = group.roi.ContentSequence[0].ReferencedSOPSequence[0]
    assert source.ReferencedSOPInstanceUID == series[1].sop_instance_uid
    library = next(item for item in sr.ContentSequence if item.name == codes.DCM.ImageLibrary)
    (entry,) = (
        item for item in library.ContentSequence[0].ContentSequence if item.ValueType == "IMAGE"
    )
    assert entry.referenced_sop_instance_uid == series[1].sop_instance_uid


def test_the_image_library_states_once_what_its_images_share(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = [nodule(one.sop_instance_uid, number=at) for at, one in enumerate(series[1:3])]
    sr = report(findings(*marked), series, tmp_path)

    library = next(item for item in sr.ContentSequence if item.name == codes.DCM.ImageLibrary)
    group = library.ContentSequence[0].ContentSequence
    shared = [item.name for item in group if item.ValueType == "NUM"]
    entries = [item for item in group if item.ValueType == "IMAGE"]
    assert codes.DCM.PixelDataRows in shared
    assert codes.DCM.SliceThickness in shared
    for entry, instance in zip(entries, series[1:3], strict=True):
        assert entry.referenced_sop_instance_uid == instance.sop_instance_uid
        (place,) = entry.ContentSequence
        assert place.name == codes.DCM.ImagePositionPatientZ
        header = dcmread(instance.path, stop_before_pixels=True)
        assert float(place.value) == pytest.approx(header.ImagePositionPatient[2])


def test_a_mark_without_an_outline_is_a_circle(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = nodule(series[1].sop_instance_uid)
    mark = replace(marked.measurement.mark, outline_px=())
    marked = replace(marked, measurement=replace(marked.measurement, mark=mark))
    sr = report(findings(marked), series, tmp_path)
    (group,) = sr.content.get_planar_roi_measurement_groups()
    assert group.roi.graphic_type.value == "CIRCLE"
    center, rim = group.roi.value
    assert tuple(center) == mark.center_px
    assert np.linalg.norm(rim - center) == pytest.approx(mark.radius_px)


@pytest.mark.parametrize(
    ("state", "verdict", "meaning"),
    [
        (ChangeState.MATCHED, GrowthVerdict.GROWN, "Increase in size"),
        (ChangeState.MATCHED, GrowthVerdict.SHRUNK, "Decrease in size"),
        (ChangeState.MATCHED, GrowthVerdict.STABLE, "No significant changes in the finding"),
        (ChangeState.MATCHED, GrowthVerdict.NOT_RESOLVABLE, None),
        (ChangeState.NEW, None, "New finding"),
        (ChangeState.AMBIGUOUS, None, None),
        (ChangeState.NOT_COVERED, None, None),
    ],
)
def test_the_change_since_the_prior_is_told(
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
    state: ChangeState,
    verdict: GrowthVerdict | None,
    meaning: str | None,
) -> None:
    change = Change(
        state=state,
        prior_study_instance_uid="1.2.9",
        prior_tracking_uid="2.25.7",
        prior_volume_mm3=180.5,
        volume_change_percent=48.5,
        doubling_time_days=320.5,
        verdict=verdict,
    )
    marked = replace(nodule(series[1].sop_instance_uid), change=change)
    sr = report(findings(marked), series, tmp_path)
    (group,) = sr.content.get_planar_roi_measurement_groups()

    codes_said = [one.value.meaning for one in group.get_qualitative_evaluations()]
    assert codes_said[1:] == ([] if meaning is None else [meaning])
    (comment,) = comments(group)
    for fact in ("1.2.9", "2.25.7", "180.5 mm3", "+48.5 %", "320.5 days"):
        assert fact in comment
    assert ("error of measurement" in comment) == (verdict is GrowthVerdict.NOT_RESOLVABLE)


OUTCOMES = {
    "negative": findings(),
    "limited": findings(reason="slices of 5 mm"),
    "partial": findings(outcome=Outcome.PARTIAL, reason="slices of 5 mm"),
    "not analysed": findings(outcome=Outcome.NOT_ANALYSED, reason="slices of 5 mm"),
    "failed": findings(outcome=Outcome.FAILED, reason="slices of 5 mm"),
}


def test_no_two_outcomes_look_alike(series: tuple[StoredInstance, ...], tmp_path: Path) -> None:
    said = {}
    for name, found in OUTCOMES.items():
        sr = report(found, series, tmp_path / name)
        assert sr.content.get_planar_roi_measurement_groups() == []
        said[name] = statements(sr)

    assert said["negative"][:2] == [
        "All algorithms succeeded; without findings",
        "No nodule marked.",
    ]
    assert said["limited"][:3] == [
        "Not all algorithms succeeded; without findings",
        "LIMITED ANALYSIS: slices of 5 mm",
        "No nodule marked, but this is not a negative result.",
    ]
    assert said["partial"][:2] == [
        "Not all algorithms succeeded; without findings",
        "PARTIAL ANALYSIS: slices of 5 mm",
    ]
    assert said["not analysed"][:3] == [
        "No algorithms succeeded; without findings",
        "NOT ANALYSED: slices of 5 mm",
        "This is not a negative result.",
    ]
    assert said["failed"][:2] == [
        "No algorithms succeeded; without findings",
        "ANALYSIS FAILED: slices of 5 mm",
    ]


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        (Outcome.ANALYSED, None, "All algorithms succeeded; with findings"),
        (Outcome.ANALYSED, "slices of 5 mm", "Not all algorithms succeeded; with findings"),
        (Outcome.PARTIAL, "slices of 5 mm", "Not all algorithms succeeded; with findings"),
    ],
)
def test_marks_come_with_the_summary_too(
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
    outcome: Outcome,
    reason: str | None,
    code: str,
) -> None:
    found = findings(nodule(series[0].sop_instance_uid), outcome=outcome, reason=reason)
    said = statements(report(found, series, tmp_path))
    assert said[0] == code
    assert any(line.startswith("1 nodule marked") for line in said)
    assert ("others may have been missed" in " ".join(said)) == (reason is not None)


def test_what_is_gone_is_told(series: tuple[StoredInstance, ...], tmp_path: Path) -> None:
    gone = ResolvedNodule(prior_tracking_uid="2.25.8", center_lps_mm=(1.0, -2.0, 3.5))
    said = statements(report(replace(findings(), resolved=(gone,)), series, tmp_path))
    assert any("2.25.8" in line and "1.0, -2.0, 3.5 mm" in line for line in said)


def test_it_is_unverified_and_for_research(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    sr = report(findings(), series, tmp_path)
    assert sr.VerificationFlag == "UNVERIFIED"
    assert sr.PreliminaryFlag == "PRELIMINARY"
    assert sr.CompletionFlag == "COMPLETE"
    assert any("Research use only" in line for line in statements(sr))
    observer = {
        item.name.meaning: item.value for item in sr.ContentSequence if item.ValueType == "TEXT"
    }
    assert observer["Device Observer Name"] == "Wetread"
    assert observer["Device Observer Model Name"] == "lung-nodule-cpm 1.0.0"


def test_a_partial_report_says_so_in_its_header(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    sr = report(OUTCOMES["partial"], series, tmp_path)
    assert sr.CompletionFlag == "PARTIAL"
    assert sr.CompletionFlagDescription == "PARTIAL ANALYSIS: slices of 5 mm"


def test_the_whole_series_is_its_evidence(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    sr = report(findings(nodule(series[1].sop_instance_uid)), series, tmp_path)
    evidence = {instance for _, _, instance, _ in sr.get_evidence(current_procedure_only=True)}
    assert evidence == {instance.sop_instance_uid for instance in series}


def test_a_revision_names_its_predecessor(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    before = encoded(about(findings(), series), series, tmp_path)[REPORT]
    after = encoded(replace(about(findings(), series), revision=1), series, tmp_path)[REPORT]

    assert after.SOPInstanceUID != before.SOPInstanceUID
    assert after.SeriesInstanceUID == before.SeriesInstanceUID
    assert after.InstanceNumber > before.InstanceNumber
    (study,) = after.PredecessorDocumentsSequence
    (of_series,) = study.ReferencedSeriesSequence
    assert of_series.SeriesInstanceUID == before.SeriesInstanceUID
    assert of_series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == before.SOPInstanceUID
    assert "PredecessorDocumentsSequence" not in before
