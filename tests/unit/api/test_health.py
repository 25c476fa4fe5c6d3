"""Health and figures."""

import re
from datetime import timedelta
from pathlib import Path

from api.health import ReadinessCheck, disk_check
from routing.records.catalog import StudyCatalog
from tests.support.api import NAME, NOW, PATIENT_ID, Hospital, hostile_findings
from wetread.domain.studies import StudyState


def broken() -> str | None:
    raise OSError("SECRET^NAME")


def test_ready_while_everything_works(hospital: Hospital, tmp_path: Path) -> None:
    checks = (
        *hospital.services().readiness,
        disk_check(tmp_path, minimum_free_bytes=1),
        ReadinessCheck(name="receiver", find_problem=lambda: None),
    )
    answer = hospital.client(hospital.services(readiness=checks)).get("/health/ready")
    assert answer.status_code == 200
    assert [check["name"] for check in answer.json()["checks"]] == ["database", "disk", "receiver"]


def test_not_ready_names_what_does_not_work(hospital: Hospital, tmp_path: Path) -> None:
    checks = (
        *hospital.services().readiness,
        disk_check(tmp_path, minimum_free_bytes=10**18),
        disk_check(tmp_path / "absent", minimum_free_bytes=0),
        ReadinessCheck(name="workflow", find_problem=broken),
    )
    answer = hospital.client(hospital.services(readiness=checks)).get("/health/ready")
    assert (answer.status_code, answer.json()["title"]) == (503, "Service Unavailable")
    detail = answer.json()["detail"]
    assert re.search(r"disk: only .* GB are free, 1000000000\.0 are needed", detail)
    assert "disk: the data folder cannot be used (FileNotFoundError)" in detail
    assert "workflow: the check itself failed (OSError)" in detail
    assert "database" not in detail
    assert "SECRET" not in answer.text


def test_figures_count_what_the_records_know(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    hospital.add_study(2, state=StudyState.RECEIVING)
    hospital.ask_for_read(uid)
    hospital.conclude(hostile_findings(uid))
    hospital.deliver(uid, destination="pacs", confirmed=False, detail="0xA700")
    services = hospital.services()
    services.metrics.count_received_instance()
    services.metrics.count_refusal("calling AE title")
    text = hospital.client(services).get("/metrics").text
    for line in (
        "wetread_instances_received_total 1.0",
        'wetread_refusals_total{reason="calling AE title"} 1.0',
        'wetread_studies{state="concluded"} 1.0',
        'wetread_studies{state="receiving"} 1.0',
        'wetread_studies{state="delivered"} 0.0',
        'wetread_analyses_total{outcome="analysed"} 1.0',
        'wetread_analyses_total{outcome="failed"} 0.0',
        'wetread_deliveries{destination="pacs",state="confirmed"} 0.0',
        'wetread_deliveries{destination="pacs",state="waiting"} 1.0',
        'wetread_device_seconds_total{device="cpu"} 5.25',
        "wetread_energy_joules_total 0.0",
        "wetread_reading_queue_length 1.0",
        "wetread_device_busy_seconds_total 40.5",
        "wetread_device_wait_seconds_sum 8.25",
        "wetread_device_wait_seconds_count 9.0",
        "wetread_device_waiting 2.0",
        'wetread_stage_seconds_count{stage="detect"} 1.0',
        'wetread_stage_seconds_sum{stage="total"} 4.5',
    ):
        assert line in text.splitlines()
    assert 'stage="compare"' not in text  # it was not reached


def test_no_figure_names_a_patient_or_a_study(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    hospital.conclude(hostile_findings(uid))
    text = hospital.client().get("/metrics").text
    for secret in (uid, PATIENT_ID, NAME, "HOSTILE", "20260401"):
        assert secret not in text


def test_an_analysis_is_timed_once_however_often_a_monitor_asks(hospital: Hospital) -> None:
    services = hospital.services()
    client = hospital.client(services)
    for number in range(3):
        hospital.conclude(hostile_findings(hospital.add_study(number)), at=NOW)
        for _ in range(2):
            text = client.get("/metrics").text
        assert f'wetread_stage_seconds_count{{stage="total"}} {number + 1}.0' in text


def test_the_wait_in_the_queue_is_what_is_left_of_the_time_since_completion(
    hospital: Hospital,
) -> None:
    uid = hospital.add_study(1, state=StudyState.RECEIVING)
    early = NOW - timedelta(seconds=100)
    StudyCatalog(hospital.engine, lambda: early, spool_dir=hospital.results_dir).complete_study(uid)
    hospital.conclude(hostile_findings(uid), at=NOW)  # 4.5 s of analysis
    assert "wetread_queue_wait_seconds_sum 95.5" in hospital.client().get("/metrics").text
