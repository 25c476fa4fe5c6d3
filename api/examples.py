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
    "fetched_from": "",
    "outcome": "analysed",
}
READING_ITEM: JsonDict = {
    "study": SUMMARY,
    "requested_at": "2026-04-01T09:02:10+09:00",
    "waiting_seconds": 754,
    "ai_state": "done",
    "urgency": "routine",
    "due_at": "2026-04-02T17:00:00+09:00",
    "priority": 55,
    "reasons": ["Nodule 1: solid, 8.2 mm, new since the prior study."],
    "place_at": "2026-04-01T06:50:10+09:00",
    "place_reasons": ["Findings: 132 minutes sooner."],
    "reader": "Reader A",
    "claimed_by": None,
    "claimed_until": None,
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
NODULE_UID = "2.25.250000000000000000000000000000000003"
NEW_FEEDBACK: JsonDict = {
    "revision": 0,
    "act": "change",
    "tracking_uid": NODULE_UID,
    "corrected": {"long_axis_mm": 10.5, "short_axis_mm": 8.0},
    "actor": "Reader A",
}
FEEDBACK: JsonDict = {
    **NEW_FEEDBACK,
    "said_at": "2026-04-01T09:20:00+09:00",
    "source": "api",
}
STUDY_FEEDBACK: JsonDict = {
    "study_instance_uid": STUDY_UID,
    "nodules": [
        {
            "tracking_uid": NODULE_UID,
            "tracking_id": "Nodule 1",
            "added": False,
            "standing": "accepted",
            "words": [FEEDBACK],
        }
    ],
    "reports": [
        {
            "document_uid": "2.25.250000000000000000000000000000000006",
            "words": 1,
            "doubts": ["Nodule 2: unchanged, in a report that is not verified"],
            "read_at": "2026-04-01T09:40:00+09:00",
        }
    ],
}
MARKS_PER_SCAN: JsonDict = {"value": 1.8, "low": 1.63, "high": 1.98}
MODEL_QUALITY: JsonDict = {
    "model": {"site": "Example Hospital", "model_name": "example", "model_version": "1.0.0"},
    "quality": {
        "scans": 240,
        "marks_per_scan": MARKS_PER_SCAN,
        "accepted": 90,
        "rejected": 30,
        "disputed": 2,
        "open": 310,
        "missed": 4,
        "false_share": {"value": 0.25, "low": 0.181, "high": 0.334},
        "false_marks_per_scan": {"value": 0.45, "low": 0.33, "high": 0.6},
        "score_counts": [0, 0, 0, 0, 60, 80, 90, 90, 70, 42],
        "median_score": 0.71,
        "drift": {
            "reference_rate": 1.7,
            "dispersion": 0.3,
            "monitored_scans": 140,
            "charts": [
                {
                    "direction": "more",
                    "level": 2.1,
                    "threshold": 10.4,
                    "in_control_run_scans": 1012.0,
                    "shifted_run_scans": 23.5,
                }
            ],
            "signals": [{"direction": "more", "at": "2026-03-20T14:00:00+09:00"}],
            "alarm": False,
        },
    },
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
                "prior_mean_diameter_mm": 7.0,
                "interval_days": 90,
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
        "guideline": "Lung-RADS v2022",
        "category": "4B",
        "prescreen": "request",
        "priority": 75,
        "reasons": ["Nodule 1: solid, 8.2 mm, grown since the prior study (+48 % volume)."],
        "guidance": {
            "indication": "screening",
            "guideline": "Lung-RADS v2022",
            "status": "applied",
            "lowest": "4B",
            "highest": "4B",
            "tracking_id": "Nodule 1",
            "rule": "solid, new or growing or slowly growing, mean diameter >= 8 mm",
            "source": "an example",
            "verified": True,
            "english": ["Lung-RADS v2022: category 4B by Nodule 1, solid, 8.2 mm."],
            "japanese": ["Lung-RADS v2022: Nodule 1 (充実型 8.2 mm) によりカテゴリー 4B。"],
        },
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
