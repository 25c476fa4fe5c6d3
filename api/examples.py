"""What the API documentation shows; every patient in it is invented."""

from pydantic.config import JsonDict

STUDY_UID = "2.25.250000000000000000000000000000000001"
USE: JsonDict = {"gpu_seconds": "0", "cpu_seconds": "41.25", "cost_jpy": "0.083125"}
SUMMARY: JsonDict = {
    "study_instance_uid": STUDY_UID,
    "issuer": "Example Hospital",
    "patient_id": "TEST-0001",
    "patient_name": "TEST^INVENTED",
    "study_date": "20260401",
    "study_description": "Chest CT",
    "accession_number": "A-1",
    "site": "Example Hospital",
    "state": "delivered",
    "revision": 0,
    "first_received_at": "2026-04-01T09:00:00+09:00",
    "last_received_at": "2026-04-01T09:01:10+09:00",
    "completed_at": "2026-04-01T09:02:10+09:00",
    "outcome": "analysed",
}
READING_ITEM: JsonDict = {
    "study": SUMMARY,
    "requested_at": "2026-04-01T09:02:10+09:00",
    "waiting_seconds": 754,
    "ai_state": "done",
    "priority": 55,
    "reasons": ["Nodule 1: solid, 8.2 mm, new since the prior study."],
    "reader": "Reader A",
}
PATIENT_LINK: JsonDict = {
    "link_id": 12,
    "state": "review",
    "one": {
        "issuer": "Example Hospital",
        "patient_id": "TEST-0001",
        "patient_name": "TEST^INVENTED",
        "birth_date": "19500203",
        "sex": "F",
    },
    "other": {
        "issuer": "Example Clinic",
        "patient_id": "77",
        "patient_name": "TEST^INVENTED",
        "birth_date": "19500203",
        "sex": "F",
    },
    "evidence": [{"field": "birth_date", "agreement": "same", "bits": 14.6}],
    "bits": 8.1,
    "false_link_rate": 0.0038,
    "twins_known": False,
    "match_table": "from 2026-01-01",
    "found_at": "2026-04-01T09:02:10+09:00",
}

# FastAPI leaves nulls out of examples, so that there are none.
FINDINGS_EXAMPLE: JsonDict = {
    "schema": "wetread.findings/1",
    "study_instance_uid": STUDY_UID,
    "series_instance_uid": "2.25.250000000000000000000000000000000002",
    "patient_key": "Example Hospital|TEST-0001",
    "revision": 0,
    "outcome": "analysed",
    "reason": "limited: thick slices (5.0 mm; small nodules need 3.0 mm or thinner)",
    "model": {"name": "example", "version": "1.0.0", "sha256": "ab" * 32, "device": "cpu"},
    "operating_point": {
        "score": 0.42,
        "expected_sensitivity": 0.9,
        "false_marks_per_scan": 1.5,
    },
    "nodules": [
        {
            "tracking_id": "Nodule 1",
            "tracking_uid": "2.25.250000000000000000000000000000000003",
            "center_lps_mm": [-75.0, -20.0, -182.5],
            "long_axis_mm": 9.1,
            "short_axis_mm": 7.3,
            "volume_mm3": 268.1,
            "type": "solid",
            "side": "right",
            "zone": "upper",
            "surface_distance_mm": 12.5,
            "score": 0.91,
            "mark": {
                "sop_instance_uid": "2.25.250000000000000000000000000000000004",
                "center_px": [151.5, 230.5],
                "radius_px": 6.5,
                "outline_px": [[145.5, 230.5], [151.5, 224.5], [157.5, 230.5], [151.5, 236.5]],
            },
            "change": {
                "state": "matched",
                "prior_study_instance_uid": "2.25.250000000000000000000000000000000005",
                "prior_tracking_uid": "2.25.250000000000000000000000000000000003",
                "prior_volume_mm3": 180.5,
                "volume_change_percent": 48.5,
                "doubling_time_days": 157.7,
                "verdict": "grown",
            },
            "mean_diameter_mm": 8.2,
        }
    ],
    "candidates": [{"center_lps_mm": [-75.0, -20.0, -182.5], "diameter_mm": 8.0, "score": 0.91}],
    "resolved": [],
    "triage": {
        "guideline": "an example",
        "category": "an example",
        "prescreen": "request",
        "priority": 75,
        "reasons": ["Nodule 1: solid, 8.2 mm, grown since the prior study (+48 % volume)."],
    },
    "timing_s": {
        "read": 0.6,
        "select": 0.2,
        "detect": 9.5,
        "measure": 0.8,
        "compare": 6.1,
        "encode": 0.4,
        "total": 17.6,
    },
    "cost": {
        "gpu_seconds": 0.0,
        "cpu_seconds": 41.25,
        "device": "cpu",
        "energy_joule": 512.5,
        "cost_jpy": 0.0831,
        "how_measured": "process CPU time",
    },
}
