"""findings.json: what it holds, what it refuses."""

import json
from dataclasses import replace

import jsonschema
import pytest

from routing.results.document import document_from_findings, findings_from_document
from routing.results.schema import json_schema
from tests.support.findings import findings, nodule
from wetread.domain.errors import EncodingError
from wetread.domain.findings import Change, ChangeState, GrowthVerdict, Outcome, ResolvedNodule
from wetread.domain.studies import PatientKey

CHANGE = Change(
    state=ChangeState.MATCHED,
    prior_study_instance_uid="1.2.9",
    prior_tracking_uid="2.25.7",
    prior_volume_mm3=180.5,
    prior_mean_diameter_mm=7.0,
    interval_days=180,
    volume_change_percent=48.5,
    doubling_time_days=320.5,
    verdict=GrowthVerdict.GROWN,
)


def test_the_published_names_are_all_there_and_schema_is_first() -> None:
    marked = replace(nodule("1.2.3.4.5"), change=CHANGE)
    gone = ResolvedNodule(prior_tracking_uid="2.25.8", center_lps_mm=(1.0, 2.0, 3.0))
    document = json.loads(document_from_findings(replace(findings(marked), resolved=(gone,))))

    assert next(iter(document)) == "schema"
    assert document["schema"] == "wetread.findings/1"
    assert document["patient_key"] == "Test Hospital|PEER01"
    assert document.keys() == {
        *("schema", "study_instance_uid", "series_instance_uid", "patient_key", "outcome"),
        *("reason", "model", "nodules", "candidates", "resolved", "triage", "timing_s", "cost"),
        *("revision", "operating_point"),
    }
    assert document["nodules"][0].keys() == {
        *("tracking_id", "tracking_uid", "center_lps_mm", "long_axis_mm", "short_axis_mm"),
        *("mean_diameter_mm", "volume_mm3", "type", "score", "change", "side", "mark"),
        *("zone", "surface_distance_mm"),
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
        "doubling_time_days": 320.5,
        "verdict": "grown",
    }
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


def test_a_document_of_before_regions_and_operating_points_is_still_read() -> None:
    document = json.loads(document_from_findings(findings(nodule("1.2.3.4.5"))))
    del document["operating_point"]
    del document["nodules"][0]["zone"], document["nodules"][0]["surface_distance_mm"]
    jsonschema.validate(document, json_schema())

    read = findings_from_document(json.dumps(document))

    (known,) = read.nodules
    assert read.operating_point is None
    assert (known.measurement.zone, known.measurement.surface_distance_mm) == (None, None)
    assert known.measurement.side == "right"


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
