"""findings.json: what it holds, what it refuses."""

import json
from dataclasses import replace
from datetime import date

import jsonschema
import pytest

from routing.results.document import document_from_findings, findings_from_document
from routing.results.schema import json_schema
from tests.support.findings import findings, nodule
from wetread.domain.errors import EncodingError
from wetread.domain.findings import (
    Change,
    ChangeState,
    GrowthVerdict,
    Outcome,
    ResolvedNodule,
    Trend,
    TrendPoint,
    UnseenNodule,
    UnseenReason,
)
from wetread.domain.studies import PatientKey

CHANGE = Change(
    state=ChangeState.MATCHED,
    prior_study_instance_uid="1.2.9",
    prior_tracking_uid="2.25.7",
    prior_volume_mm3=180.5,
    prior_mean_diameter_mm=7.0,
    interval_days=180,
    volume_change_percent=48.5,
    volume_change_uncertainty_percent=25.0,
    doubling_time_days=320.5,
    doubling_time_days_interval=(206.1, None),
    verdict=GrowthVerdict.GROWN,
    measured_at_registered_place=True,
)
TREND = Trend(
    points=(
        TrendPoint(study_instance_uid="1.2.9", study_date=date(2025, 1, 1), volume_mm3=180.5),
        TrendPoint(study_instance_uid="1.2.3", study_date=date(2025, 7, 4), volume_mm3=268.1),
    ),
    doubling_time_days=320.5,
    doubling_time_days_interval=(206.1, None),
)


def test_the_published_names_are_all_there_and_schema_is_first() -> None:
    marked = replace(nodule("1.2.3.4.5"), change=CHANGE, trend=TREND)
    gone = ResolvedNodule(prior_tracking_uid="2.25.8", center_lps_mm=(1.0, 2.0, 3.0))
    outside = UnseenNodule(
        prior_tracking_uid="2.25.9",
        center_lps_mm=(1.0, 2.0, 300.0),
        reason=UnseenReason.NOT_COVERED,
    )
    whole = replace(findings(marked), resolved=(gone,), unseen=(outside,))
    document = json.loads(document_from_findings(whole))

    assert next(iter(document)) == "schema"
    assert document["schema"] == "wetread.findings/1"
    assert document["patient_key"] == "Test Hospital|PEER01"
    assert document.keys() == {
        *("schema", "study_instance_uid", "series_instance_uid", "patient_key", "outcome"),
        *("reason", "model", "nodules", "candidates", "resolved", "triage", "timing_s", "cost"),
        *("revision", "operating_point", "unseen"),
    }
    assert document["nodules"][0].keys() == {
        *("tracking_id", "tracking_uid", "center_lps_mm", "long_axis_mm", "short_axis_mm"),
        *("mean_diameter_mm", "volume_mm3", "type", "score", "change", "side", "mark"),
        *("zone", "surface_distance_mm", "trend"),
    }
    assert document["nodules"][0]["mean_diameter_mm"] == 8.0
    assert document["nodules"][0]["change"] == {
        "state": "matched",
        "prior_study_instance_uid": "1.2.9",
        "prior_tracking_uid": "2.25.7",
        "prior_volume_mm3": 180.5,
        "prior_mean_diameter_mm": 7.0,
        "interval_days": 180,
        "volume_change_percent": 48.5,
        "volume_change_uncertainty_percent": 25.0,
        "doubling_time_days": 320.5,
        "doubling_time_days_interval": [206.1, None],
        "verdict": "grown",
        "measured_at_registered_place": True,
        "prior_mark": None,
    }
    assert document["nodules"][0]["trend"] == {
        "points": [
            {"study_instance_uid": "1.2.9", "study_date": "2025-01-01", "volume_mm3": 180.5},
            {"study_instance_uid": "1.2.3", "study_date": "2025-07-04", "volume_mm3": 268.1},
        ],
        "doubling_time_days": 320.5,
        "doubling_time_days_interval": [206.1, None],
    }
    assert document["unseen"] == [
        {
            "prior_tracking_uid": "2.25.9",
            "center_lps_mm": [1.0, 2.0, 300.0],
            "reason": "not_covered",
        }
    ]
    assert document["nodules"][0]["mark"].keys() == {
        *("sop_instance_uid", "center_px", "radius_px", "outline_px"),
    }
    assert document["resolved"] == [
        {"prior_tracking_uid": "2.25.8", "center_lps_mm": [1.0, 2.0, 3.0]}
    ]
    assert document["cost"].keys() == {
        *("gpu_seconds", "cpu_seconds", "device", "energy_joule", "cost_jpy", "how_measured"),
    }
    assert document["timing_s"].keys() == {
        *("read", "select", "detect", "measure", "compare", "encode", "total"),
    }


def test_a_document_of_before_regions_operating_points_and_trends_is_still_read() -> None:
    document = json.loads(
        document_from_findings(findings(replace(nodule("1.2.3.4.5"), change=CHANGE)))
    )
    del document["operating_point"], document["unseen"]
    old = document["nodules"][0]
    del old["zone"], old["surface_distance_mm"], old["trend"]
    del old["change"]["volume_change_uncertainty_percent"]
    del old["change"]["doubling_time_days_interval"], old["change"]["measured_at_registered_place"]
    jsonschema.validate(document, json_schema())

    read = findings_from_document(json.dumps(document))

    (known,) = read.nodules
    assert read.operating_point is None
    assert (known.measurement.zone, known.measurement.surface_distance_mm) == (None, None)
    assert known.measurement.side == "right"
    assert (known.trend, read.unseen) == (None, ())
    assert known.change is not None
    assert (known.change.verdict, known.change.measured_at_registered_place) == (
        GrowthVerdict.GROWN,
        False,
    )


def test_a_document_follows_its_published_schema() -> None:
    document = json.loads(document_from_findings(findings(nodule("1.2.3.4.5"))))
    jsonschema.validate(document, json_schema())
    del document["nodules"][0]["side"]
    with pytest.raises(jsonschema.ValidationError, match="side"):
        jsonschema.validate(document, json_schema())


def test_numbers_are_rounded_to_what_they_mean() -> None:
    marked = nodule("1.2.3.4.5")
    measurement = replace(marked.measurement, long_axis_mm=8.123456, volume_mm3=268.0512)
    marked = replace(marked, measurement=measurement, score=0.912349)
    document = json.loads(document_from_findings(findings(marked)))["nodules"][0]
    assert document["long_axis_mm"] == 8.12
    assert document["volume_mm3"] == 268.1
    assert document["score"] == 0.9123


@pytest.mark.parametrize("issuer", ["", "A|B", "50%", "%7C|"])
def test_a_patient_key_survives_whatever_its_issuer_holds(issuer: str) -> None:
    key = PatientKey(issuer=issuer, patient_id="7|8%41")
    again = findings_from_document(
        document_from_findings(replace(findings(), patient_key=key))
    ).patient_key
    assert again == key


def test_a_value_that_is_no_number_is_refused_without_quoting_the_patient() -> None:
    marked = nodule("1.2.3.4.5")
    broken = replace(marked, measurement=replace(marked.measurement, volume_mm3=float("nan")))
    with pytest.raises(EncodingError, match="volume_mm3") as refused:
        document_from_findings(findings(broken))
    assert "PEER01" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "wetread.findings/2"}'])
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        findings_from_document(text)


def test_a_field_of_a_later_version_is_ignored() -> None:
    document = json.loads(document_from_findings(findings(outcome=Outcome.FAILED, reason="disk")))
    document["later"] = {"name": 1}
    read = findings_from_document(json.dumps(document))
    assert read == findings(outcome=Outcome.FAILED, reason="disk")
