"""Readers take studies, keep them, give them back and report them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from routing.reading.double_reading_rules import load_double_reading_rules
from tests.support.api import NOW, Hospital
from tests.support.findings import findings, nodule
from tests.support.reading import double_reading, prescreening
from wetread.domain.findings import Prescreen
from wetread.domain.prescreening import PrescreenRules

_CLAIMS = "/api/reading-list/claims"


def _two_studies(hospital: Hospital) -> tuple[str, str]:
    first, second = hospital.add_study(1), hospital.add_study(2)
    hospital.ask_for_read(first, waited=timedelta(minutes=20))
    hospital.ask_for_read(second, waited=timedelta(minutes=10))
    return first, second


def test_the_next_study_is_given_to_one_reader(hospital: Hospital) -> None:
    first, second = _two_studies(hospital)
    client = hospital.client()
    for reader, uid in (("A", first), ("B", second)):
        given = client.post(_CLAIMS, json={"reader": reader}).json()
        assert given["study"]["study_instance_uid"] == uid
        assert given["claimed_by"] == reader
    assert client.post(_CLAIMS, json={"reader": "C"}).status_code == 404
    listed = client.get("/api/reading-list").json()["items"]
    assert [item["claimed_by"] for item in listed] == ["A", "B"]
    assert "B が読影中" in client.get("/?lang=ja").text


def test_a_study_that_another_reads_can_be_neither_taken_nor_reported(hospital: Hospital) -> None:
    first, _ = _two_studies(hospital)
    client = hospital.client()
    assert client.put(f"{_CLAIMS}/{first}", json={"reader": "A"}).status_code == 200
    assert client.put(f"{_CLAIMS}/{first}", json={"reader": "B"}).status_code == 409
    report = f"/api/reading-list/reports/{first}"
    normal = {"conclusion": "normal"}
    assert client.put(report, json={"reader": "B", **normal}).status_code == 409
    assert client.delete(f"{_CLAIMS}/{first}?reader=B").status_code == 409
    assert client.delete(f"{_CLAIMS}/{first}?reader=A").status_code == 204
    assert client.put(report, json={"reader": "B", **normal}).json() == {"stage": "settled"}
    assert client.get("/api/reading-list").json()["total"] == 1


def test_an_urgent_study_goes_first_and_says_why(hospital: Hospital) -> None:
    _, second = _two_studies(hospital)
    client = hospital.client()
    asked = {"urgency": "emergency", "due_at": "2026-04-01T12:00:00+09:00", "actor": "Ward 3"}
    answer = client.put(f"/api/reading-list/requests/{second}", json=asked).json()
    assert answer["urgency"] == "emergency"
    assert answer["place_reasons"] == ["Emergency: 600 minutes sooner."]
    listed = client.get("/api/reading-list").json()["items"]
    assert listed[0]["study"]["study_instance_uid"] == second
    assert "緊急: 600分繰り上げ" in client.get("/?lang=ja").text
    unknown = client.put("/api/reading-list/requests/1.2.3", json={"actor": "Ward 3"})
    assert unknown.status_code == 404
    naive = client.put(
        f"/api/reading-list/requests/{second}",
        json={"due_at": "2026-04-01T12:00:00", "actor": "Ward 3"},
    )
    assert naive.status_code == 422


def test_what_becomes_urgent_does_not_wait_for_a_budget(hospital: Hospital) -> None:
    first, second = _two_studies(hospital)
    started: list[str] = []
    services = replace(hospital.services(), analyse_now=lambda uid: bool(started.append(uid)))
    client = hospital.client(services)
    for uid, urgency in ((first, "routine"), (second, "urgent")):
        asked = {"urgency": urgency, "actor": "Ward 3"}
        assert client.put(f"/api/reading-list/requests/{uid}", json=asked).status_code == 200
    assert started == [second]


def test_an_analysis_that_takes_too_long_is_told_to_be_late(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    hospital.ask_for_read(uid, waited=timedelta(minutes=31))
    client = hospital.client()
    (item,) = client.get("/api/reading-list").json()["items"]
    assert item["ai_state"] == "late"
    assert "解析遅延" in client.get("/?lang=ja").text
    hospital.conclude(findings(study_instance_uid=uid))
    (item,) = client.get("/api/reading-list").json()["items"]
    assert item["ai_state"] == "done"


def test_events_are_read_on_from_a_position(hospital: Hospital) -> None:
    first, _ = _two_studies(hospital)
    client = hospital.client()
    events = client.get("/api/reading-list/events").json()
    assert [event["kind"] for event in events] == ["placed", "placed"]
    client.post(_CLAIMS, json={"reader": "A"})
    later = client.get(f"/api/reading-list/events?after={events[-1]['position']}").json()
    assert [(one["kind"], one["study_instance_uid"], one["reader"]) for one in later] == [
        ("claimed", first, "A")
    ]
    assert client.get("/api/reading-list/events?after=x' OR 1=1").status_code == 422


def test_what_is_found_after_the_report_is_shown_until_somebody_has_looked(
    hospital: Hospital,
) -> None:
    uid, _ = _two_studies(hospital)
    client = hospital.client()
    client.put(f"/api/reading-list/reports/{uid}", json={"reader": "A", "conclusion": "normal"})
    found = findings(nodule("1.2.3"), study_instance_uid=uid)
    hospital.conclude(replace(found, triage=replace(found.triage, priority=50)))
    (one,) = client.get("/api/reading-list/discrepancies").json()
    assert one["study_instance_uid"] == uid
    assert "報告後に見つかった所見" in client.get("/?lang=ja").text
    settle = f"/api/reading-list/discrepancies/{uid}/settlement"
    assert client.post(settle, json={"actor": "A"}).status_code == 204
    assert client.post(settle, json={"actor": "A"}).status_code == 404
    assert client.get("/api/reading-list/discrepancies").json() == []


def test_a_month_of_pre_screening_is_summed_up(hospital: Hospital) -> None:
    first, second = _two_studies(hospital)
    rules = PrescreenRules(
        effective_from=NOW.date(), sample_share=Decimal("0.5"), read_jpy=Decimal(2500)
    )
    draws = iter([0.1, 0.9])
    screening = prescreening(
        hospital.desk, hospital.engine, {"Test Hospital": rules}, draw=lambda: next(draws)
    )
    client = hospital.client(replace(hospital.services(), prescreening=screening))
    for uid in (first, second):
        found = findings(study_instance_uid=uid)
        advised = replace(found.triage, prescreen=Prescreen.NO_REQUEST)
        screening.conclude(replace(found, triage=advised))
    client.put(f"{_CLAIMS}/{first}", json={"reader": "A"})
    client.put(
        f"/api/reading-list/reports/{first}", json={"reader": "A", "conclusion": "follow_up"}
    )
    month = client.get("/api/prescreening?site=Test Hospital").json()
    assert (month["sampled"], month["withdrawn"], month["saved_jpy"]) == (1, 1, "2500")
    assert (month["sampled_read"], month["sampled_missed"]) == (1, 1)
    assert month["missed_share"]["value"] == 1.0
    override = client.put(
        f"/api/prescreening/{second}", json={"request": True, "actor": "hospital"}
    )
    assert override.status_code == 204
    assert client.get("/api/reading-list").json()["total"] == 1
    assert client.get("/api/prescreening?site=Another").status_code == 404
    page = client.get("/prescreening?lang=ja").text
    assert "取り下げ 0件、手動変更 1件" in page
    refused = client.post(
        f"/prescreening/{second}", content="actor=hospital&read=no&lang=ja", follow_redirects=False
    )
    assert refused.status_code == 303
    assert client.get("/api/reading-list").json()["total"] == 0
    unknown = client.put("/api/prescreening/1.2.3", json={"request": True, "actor": "hospital"})
    assert unknown.status_code == 404


def test_two_readers_of_two_sites_read_blindly_and_an_arbiter_settles(hospital: Hospital) -> None:
    uid, _ = _two_studies(hospital)
    rules = replace(load_double_reading_rules(), random_share=1.0)
    reading = double_reading(hospital.desk, hospital.engine, rules)
    client = hospital.client(replace(hospital.services(), double_reading=reading))
    path = f"/api/reading-list/reports/{uid}"

    def report(reader: str, site: str, conclusion: str, *findings: dict[str, object]) -> Any:
        told = {"reader": reader, "site": site, "conclusion": conclusion, "findings": findings}
        return client.put(path, json=told)

    nodule_seen = {"side": "right", "zone": "upper", "mean_diameter_mm": 8.0}
    assert report("A", "North", "follow_up", nodule_seen).json() == {"stage": "open"}
    assert report("A2", "North", "normal").status_code == 409, "one site does not read twice"
    blind = client.get(f"{path}?reader=B").json()
    assert (blind["stage"], blind["reports"], blind["wanted"]) == ("open", [], 2)
    assert len(client.get(f"{path}?reader=A").json()["reports"]) == 1

    given = client.post(_CLAIMS, json={"reader": "A", "site": "North"}).json()
    assert given["study"]["study_instance_uid"] != uid
    given = client.post(_CLAIMS, json={"reader": "B", "site": "South"}).json()
    assert given["study"]["study_instance_uid"] == uid
    assert report("B", "South", "normal").json() == {"stage": "arbitration"}
    seen = client.get(f"{path}?reader=C").json()
    assert seen["disagreements"] == [
        "A concludes follow_up, B normal.",
        "Only A reports a nodule of 8.0 mm (right upper).",
    ]
    assert report("C", "East", "follow_up", nodule_seen).json() == {"stage": "settled"}
    assert client.get(f"{path}?reader=A").json()["arbiter"]["reader"] == "C"
    assert client.get("/api/reading-list").json()["total"] == 1
