"""Studies over HTTP."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from routing.records.tables import StudyRecord
from routing.results.schema import FindingsDocument
from tests.support.api import NAME, NOW, Hospital, hostile_findings
from tests.support.findings import findings, nodule
from wetread.domain.findings import Outcome
from wetread.domain.studies import StudyState


def test_studies_are_listed_last_received_first_by_state_and_page(hospital: Hospital) -> None:
    uids = [
        hospital.add_study(number, received=NOW - timedelta(hours=number)) for number in range(3)
    ]
    receiving = hospital.add_study(9, state=StudyState.RECEIVING)
    client = hospital.client()
    page = client.get("/api/studies", params={"limit": 2, "offset": 1}).json()
    assert (page["total"], page["limit"], page["offset"]) == (4, 2, 1)
    listed = client.get("/api/studies").json()["studies"]
    # The first two came at the same time: the UID decides.
    assert listed[0]["study_instance_uid"] in {uids[0], receiving}
    assert page["studies"] == listed[1:3]
    only = client.get("/api/studies", params={"state": "receiving"}).json()
    assert [one["study_instance_uid"] for one in only["studies"]] == [receiving]


def test_a_study_tells_its_images_and_deliveries(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    hospital.conclude(findings(study_instance_uid=uid))
    hospital.deliver(uid, destination="pacs", confirmed=True, detail="0x0000")
    hospital.deliver(uid, destination="viewer", confirmed=False, detail="0xA700")
    study = hospital.client().get(f"/api/studies/{uid}").json()
    assert (study["state"], study["outcome"], study["revision"]) == ("concluded", "analysed", 0)
    assert study["patient_name"] == NAME
    assert study["instances"] == {"stored": 3, "conflicting": 1, "quarantined": 0}
    pacs, viewer = study["deliveries"]
    assert (pacs["destination"], pacs["confirmed"], pacs["waiting"]) == ("pacs", 1, 0)
    assert pacs["last_confirmed_at"] is not None
    assert (viewer["destination"], viewer["confirmed"], viewer["waiting"]) == ("viewer", 0, 1)
    assert (viewer["attempts"], viewer["details"]) == (1, ["0xA700"])


def test_findings_are_the_document_of_the_newest_or_the_named_revision(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    first = findings(nodule("1.2.3.5"), study_instance_uid=uid)
    hospital.conclude(first)
    hospital.conclude(replace(first, revision=1, outcome=Outcome.FAILED, reason="no memory"))
    client = hospital.client()
    newest = client.get(f"/api/studies/{uid}/findings").json()
    assert (newest["revision"], newest["outcome"]) == (1, "failed")
    named = client.get(f"/api/studies/{uid}/findings", params={"revision": 0}).json()
    assert (named["revision"], named["schema"]) == (0, "wetread.findings/1")
    assert FindingsDocument.model_validate(named).nodules[0].tracking_uid == (
        first.nodules[0].tracking_uid
    )
    assert client.get(f"/api/studies/{uid}").json()["outcome"] == "failed"


def test_a_hospital_tells_how_many_instances_a_study_will_have(hospital: Hospital) -> None:
    uid = hospital.add_study(1, state=StudyState.RECEIVING)
    client = hospital.client()
    path = f"/api/studies/{uid}/expected-instances"
    assert client.put(path, json={"instances": 160}).status_code == 200
    with Session(hospital.engine) as session:
        assert session.get_one(StudyRecord, uid).expected_instances == 160
    assert client.put(path, json={"instances": 0}).status_code == 422
    unknown = "/api/studies/1.2.3/expected-instances"
    assert client.put(unknown, json={"instances": 1}).status_code == 404


def test_only_a_receiving_study_is_declared_complete(hospital: Hospital) -> None:
    receiving = hospital.add_study(1, state=StudyState.RECEIVING)
    complete = hospital.add_study(2, state=StudyState.COMPLETE)
    client = hospital.client()
    answer = client.post(f"/api/studies/{receiving}/complete")
    assert (answer.status_code, answer.json()["study_instance_uid"]) == (202, receiving)
    assert client.post(f"/api/studies/{complete}/complete").status_code == 202
    assert hospital.completed == [receiving]


PROBLEMS = (
    ("/api/studies/1.2.3", 404, "there is no study with this UID"),
    ("/api/studies/1.2.3/findings", 404, "there is no study with this UID"),
    ("/api/studies/..", 404, "Not Found"),
    ("/api/studies/1..3", 422, "the request is not valid"),
    ("/api/studies/1.2%2F..%2F3", 404, "Not Found"),
    ("/api/studies/" + "1." * 32 + "1", 422, "the request is not valid"),
    ("/api/studies?state=lost", 422, "the request is not valid"),
    ("/api/studies?limit=0", 422, "the request is not valid"),
    ("/api/costs?month=2026-13", 422, "the request is not valid"),
    ("/api/costs?month=April", 422, "the request is not valid"),
    ("/studies/1.2.3", 404, "there is no study with this UID"),
    ("/?lang=fr", 422, "the request is not valid"),
    ("/nowhere", 404, "Not Found"),
    ("/static/../app.py", 404, "Not Found"),
    ("/static/nothing.css", 404, "Not Found"),
)


def test_what_is_wrong_is_a_problem_document(hospital: Hospital) -> None:
    client = hospital.client()
    for path, status, detail in PROBLEMS:
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/problem+json", path
        problem = answer.json()
        assert (answer.status_code, problem["status"], problem["detail"]) == (
            status,
            status,
            detail,
        ), path
        assert problem["type"] == "about:blank"
        assert ("errors" in problem) == (status == 422)


def test_a_study_without_findings_says_so(hospital: Hospital) -> None:
    uid = hospital.add_study(1)
    answer = hospital.client().get(f"/api/studies/{uid}/findings")
    assert (answer.status_code, "no findings" in answer.json()["detail"]) == (404, True)


def test_a_wrong_method_names_the_right_one(hospital: Hospital) -> None:
    answer = hospital.client().post("/api/studies")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_invalid_value_is_not_repeated(hospital: Hospital) -> None:
    answer = hospital.client().get("/api/studies", params={"state": "SECRET^NAME"})
    assert "SECRET" not in answer.text


def test_the_reading_list_is_in_queue_order_with_reasons_and_waiting(hospital: Hospital) -> None:
    waiting, raised, read = (hospital.add_study(number) for number in range(3))
    hospital.ask_for_read(waiting, waited=timedelta(minutes=30))
    hospital.ask_for_read(raised, waited=timedelta(minutes=12, seconds=34))
    hospital.conclude(hostile_findings(raised))
    hospital.conclude(hostile_findings(read))  # nobody waits for it
    listed = hospital.client().get("/api/reading-list").json()
    assert listed["total"] == 2
    assert [
        (item["study"]["study_instance_uid"], item["ai_state"], item["priority"])
        for item in listed["items"]
    ] == [(raised, "done", 55), (waiting, "waiting", 0)]
    assert [item["waiting_seconds"] for item in listed["items"]] == [754, 1800]
    assert listed["items"][0]["reasons"] == ["<img src=x onerror=alert(1)>"]
    short = hospital.client().get("/api/reading-list", params={"limit": 1}).json()
    assert (short["total"], len(short["items"])) == (2, 1)


def test_a_fetched_prior_says_where_it_came_from(hospital: Hospital) -> None:
    uid = hospital.add_study(1, state=StudyState.FETCHED)
    with Session(hospital.engine) as session, session.begin():
        session.get_one(StudyRecord, uid).fetched_from = "other hospital"
    study = hospital.client().get(f"/api/studies/{uid}").json()
    assert (study["state"], study["fetched_from"]) == ("fetched", "other hospital")
    page = hospital.client().get(f"/studies/{uid}", params={"lang": "en"}).text
    assert "<dt>Fetched from</dt><dd>other hospital</dd>" in page
