"""The report of a comparison: both time points, and the forms a report may take."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import highdicom as hd
import numpy as np
import pytest
from pydicom.sr.codedict import codes
from pydicom.uid import Comprehensive3DSRStorage, ComprehensiveSRStorage

from routing.results.encode import encode_results
from routing.results.objects import ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about
from tests.support.findings import findings, nodule
from wetread.domain.findings import Change, ChangeState, Findings, GrowthVerdict, Nodule
from wetread.domain.studies import StoredInstance

REPORT = ObjectKind.MEASUREMENT_REPORT
PLAIN, SPATIAL = ObjectKind.COMPREHENSIVE_REPORT, ObjectKind.SPATIAL_REPORT


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct")


@pytest.fixture
def prior(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "prior", study="prior", series="prior")


def grown(series: tuple[StoredInstance, ...], prior: tuple[StoredInstance, ...]) -> Nodule:
    """Return a nodule that the third image of the prior shows."""
    now = nodule(series[1].sop_instance_uid)
    mark = replace(now.measurement.mark, sop_instance_uid=prior[2].sop_instance_uid, outline_px=())
    change = Change(
        state=ChangeState.MATCHED,
        prior_study_instance_uid=prior[0].study_instance_uid,
        prior_tracking_uid=now.tracking_uid,
        prior_volume_mm3=180.5,
        prior_mean_diameter_mm=7.0,
        volume_change_percent=48.5,
        doubling_time_days=320.5,
        verdict=GrowthVerdict.GROWN,
        prior_mark=mark,
    )
    return replace(now, change=change)


def reports(
    found: Findings,
    series: tuple[StoredInstance, ...],
    folder: Path,
    kinds: Collection[ObjectKind] = (REPORT,),
    prior: tuple[StoredInstance, ...] = (),
) -> dict[ObjectKind, hd.sr.Comprehensive3DSR | hd.sr.ComprehensiveSR]:
    made = encode_results(
        about(found, series),
        series,
        folder=folder,
        encoded_at=ENCODED_AT,
        kinds=kinds,
        prior_instances=prior,
    )
    return {one.kind: hd.sr.srread(one.path) for one in made}


def values(group: hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations) -> dict[str, float]:
    return {item.name.meaning: item.value for item in group.get_measurements()}


def test_both_time_points_bear_the_same_tracking(
    series: tuple[StoredInstance, ...], prior: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    one = grown(series, prior)
    sr = reports(findings(one), series, tmp_path / "out", (PLAIN,), prior)[PLAIN]
    now, before = sr.content.get_planar_roi_measurement_groups()
    assert now.tracking_uid == before.tracking_uid == one.tracking_uid
    told = [
        {
            item.name.meaning: item.value
            for item in group[0].ContentSequence
            if item.ValueType == "TEXT"
        }
        for group in (now, before)
    ]
    assert [said["Time Point"] for said in told] == ["Current", "Prior"]
    assert [said["Subject Time Point Identifier"] for said in told] == [
        series[0].study_instance_uid,
        prior[0].study_instance_uid,
    ]
    assert values(before) == {"Diameter": 7.0, "Volume": 180.5}
    assert values(now)["Volume change since prior study"] == 48.5
    assert values(now)["Volume doubling time"] == 320.5
    assert before.roi.graphic_type.value == "CIRCLE"
    (image,) = before.roi.ContentSequence
    assert image.referenced_sop_instance_uid == prior[2].sop_instance_uid


def test_the_report_sent_by_default_refers_to_one_study_only(
    series: tuple[StoredInstance, ...], prior: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    found = findings(grown(series, prior))
    sr = reports(found, series, tmp_path / "out", prior=prior)[REPORT]
    (now,) = sr.content.get_planar_roi_measurement_groups()
    assert values(now)["Volume change since prior study"] == 48.5
    assert "PertinentOtherEvidenceSequence" not in sr
    comments = [item.value for item in now[0].ContentSequence if item.ValueType == "TEXT"]
    assert any(prior[0].study_instance_uid in said and "180.5 mm3" in said for said in comments)


def test_the_priors_image_is_evidence_of_another_study(
    series: tuple[StoredInstance, ...], prior: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    found = findings(grown(series, prior))
    sr = reports(found, series, tmp_path / "out", (PLAIN,), prior)[PLAIN]
    (study,) = sr.PertinentOtherEvidenceSequence
    assert study.StudyInstanceUID == prior[0].study_instance_uid
    (of_series,) = study.ReferencedSeriesSequence
    assert of_series.SeriesInstanceUID == prior[0].series_instance_uid
    (image,) = of_series.ReferencedSOPSequence
    assert image.ReferencedSOPInstanceUID == prior[2].sop_instance_uid


@pytest.mark.parametrize("broken", [False, True])
def test_a_prior_that_is_not_at_hand_is_told_in_words_only(
    broken: bool,
    series: tuple[StoredInstance, ...],
    prior: tuple[StoredInstance, ...],
    tmp_path: Path,
) -> None:
    one = grown(series, prior)
    if broken:
        prior[2].path.write_bytes(b"not DICOM")
    known = prior if broken else ()
    sr = reports(findings(one), series, tmp_path / "out", prior=known)[REPORT]
    (group,) = sr.content.get_planar_roi_measurement_groups()
    assert "PertinentOtherEvidenceSequence" not in sr
    (comment,) = (item for item in group[0].ContentSequence if item.name == codes.DCM.Comment)
    assert "prior volume 180.5 mm3" in comment.value


def test_the_forms_of_a_report_say_the_same(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    found = findings(nodule(series[1].sop_instance_uid))
    made = reports(found, series, tmp_path / "out", (REPORT, PLAIN, SPATIAL))
    assert [made[kind].SOPClassUID for kind in (REPORT, PLAIN, SPATIAL)] == [
        *(Comprehensive3DSRStorage, ComprehensiveSRStorage, Comprehensive3DSRStorage),
    ]
    assert len({sr.SOPInstanceUID for sr in made.values()}) == 3
    assert len({sr.SeriesInstanceUID for sr in made.values()}) == 3
    (wanted,) = made[REPORT].content.get_planar_roi_measurement_groups()
    for sr in made.values():
        (group,) = sr.content.get_planar_roi_measurement_groups()
        assert values(group) == values(wanted)
        np.testing.assert_array_equal(group.roi.value, wanted.roi.value)


def test_the_outline_in_space_lies_where_the_pixels_are(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = nodule(series[3].sop_instance_uid)
    sr = reports(findings(marked), series, tmp_path / "out", (SPATIAL,))[SPATIAL]
    (group,) = sr.content.get_planar_roi_measurement_groups()
    (region,) = (item for item in group[0].ContentSequence if item.ValueType == "SCOORD3D")
    outline = np.asarray(marked.measurement.mark.outline_px)
    closed = np.concatenate([outline, outline[:1]])
    # The series has pixels of 0.7 mm, the first one's centre at -22.4, -22.4, and 1 mm slices.
    wanted = np.column_stack([-22.4 + 0.7 * (closed - 0.5), np.full(len(closed), 3.0)])
    np.testing.assert_allclose(region.value, wanted, atol=5e-3)  # pixels are stated to a hundredth
    assert region.GraphicType == "POLYGON"


def test_an_image_without_a_place_has_no_outline_in_space(tmp_path: Path) -> None:
    series = write_conformant_series(tmp_path / "ct", ImagePositionPatient=None)
    found = findings(nodule(series[1].sop_instance_uid))
    sr = reports(found, series, tmp_path / "out", (SPATIAL,))[SPATIAL]
    (group,) = sr.content.get_planar_roi_measurement_groups()
    assert [item.ValueType for item in group[0].ContentSequence].count("SCOORD3D") == 0
