"""Readers accept, reject and change marks, and add missed nodules, by API and page."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.records.tables import AuditRecord
from tests.support.api import Hospital
from tests.support.findings import findings, nodule

ACTOR = "Reader A"
HOSTILE = "<img src=x onerror=alert(1)>"
MARK = nodule("1.2.3.4.5")
ADDED = {"center_lps_mm": [60.0, 10.0, -100.0], "long_axis_mm": 8.0}


@pytest.fixture
def study_uid(hospital: Hospital) -> str:
    """Return a study with one mark."""
    uid = hospital.add_study(1)
    hospital.conclude(findings(MARK, study_instance_uid=uid))
    return uid


def _word(act: str, **changes: Any) -> dict[str, Any]:
    told = {"revision": 0, "act": act, "tracking_uid": MARK.tracking_uid, "actor": ACTOR}
    return told | changes


def test_what_was_said_is_told_with_who_and_when(hospital: Hospital, study_uid: str) -> None:
    client, path = hospital.client(), f"/api/studies/{study_uid}/feedback"
    (mark,) = client.get(path).json()["nodules"]
    assert (mark["standing"], mark["words"]) == ("open", [])

    client.post(path, json=_word("reject", actor="Reader B"))
    answer = client.post(path, json=_word("change", corrected={"type": "part_solid"}))

    assert answer.status_code == 200
    (mark,) = answer.json()["nodules"]
    assert (mark["tracking_id"], mark["standing"], mark["added"]) == (
        MARK.tracking_id,
        "disputed",
        False,
    )
    rejected, changed = mark["words"]
    assert (rejected["actor"], rejected["act"], rejected["source"]) == ("Reader B", "reject", "api")
    assert changed["corrected"]["type"] == "part_solid"
    assert changed["said_at"] == "2026-03-31T23:30:00Z"
    with Session(hospital.engine) as session:
        actions = session.scalars(select(AuditRecord.action)).all()
    assert actions[-2:] == ["feedback.reject", "feedback.change"]


def test_a_missed_nodule_is_added(hospital: Hospital, study_uid: str) -> None:
    client, path = hospital.client(), f"/api/studies/{study_uid}/feedback"
    said = _word("add", tracking_uid=None, corrected=ADDED)
    _, added = client.post(path, json=said).json()["nodules"]
    assert (added["added"], added["standing"], added["tracking_id"]) == (True, "accepted", None)
    again = client.post(path, json=said).json()["nodules"]
    assert [one["tracking_uid"] for one in again] == [MARK.tracking_uid, added["tracking_uid"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (_word("accept", tracking_uid="1.9"), 409),
        (_word("accept", tracking_uid=None), 409),
        (_word("accept", revision=1), 409),
        (_word("accept", corrected={"long_axis_mm": 5}), 409),
        (_word("change"), 409),
        (_word("change", corrected={"long_axis_mm": 5, "short_axis_mm": 6}), 409),
        (_word("add", tracking_uid=None, corrected={"long_axis_mm": 5}), 409),
        (_word("change", corrected={"long_axis_mm": -5}), 422),
        (_word("change", corrected={"center_lps_mm": [1, 2]}), 422),
        (_word("erase"), 422),
        (_word("accept", actor=" "), 422),
        (_word("accept", study="x"), 422),
    ],
)
def test_what_cannot_be_said_is_not_kept(
    hospital: Hospital, study_uid: str, body: dict[str, Any], status: int
) -> None:
    client, path = hospital.client(), f"/api/studies/{study_uid}/feedback"
    assert client.post(path, json=body).status_code == status
    (mark,) = client.get(path).json()["nodules"]
    assert mark["words"] == []


def test_feedback_of_an_unknown_study_is_a_problem(hospital: Hospital) -> None:
    client = hospital.client()
    assert client.get("/api/studies/1.9/feedback").status_code == 404
    assert client.post("/api/studies/1.9/feedback", json=_word("accept")).status_code == 404


def test_feedback_needs_the_token(hospital: Hospital, study_uid: str) -> None:
    client = hospital.client(hospital.services(token="secret"))
    for path in (f"/api/studies/{study_uid}/feedback", f"/studies/{study_uid}/feedback"):
        assert client.post(path, json=_word("accept")).status_code == 401


def test_the_page_takes_every_act(hospital: Hospital, study_uid: str) -> None:
    client, path = hospital.client(), f"/studies/{study_uid}/feedback"
    form = {"actor": "読影 太郎", "revision": "0", "lang": "ja"}
    named = form | {"tracking_uid": MARK.tracking_uid}
    place = {"left_mm": "60", "posterior_mm": "10.5", "superior_mm": "-100"}
    size = {"long_axis_mm": "9.5", "short_axis_mm": "", "type": ""}
    for said in (
        named | {"act": "reject"},
        named | {"act": "accept"},
        named | {"act": "change"} | size,
        form | {"act": "add"} | size | place,
    ):
        answer = client.post(path, data=said)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/studies/{study_uid}?lang=ja#findings"
    page = client.get(f"/studies/{study_uid}", params={"lang": "ja"}).text
    assert "却下: 読影 太郎" in page
    assert "修正 (長径 9.5 mm): 読影 太郎" in page
    assert "位置 60.0, 10.5, -100.0 mm (LPS)" in page
    english = client.get(f"/studies/{study_uid}", params={"lang": "en"}).text
    assert '<span class="state done">accepted</span>' in english


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"left_mm": "1"}, 422),
        ({"long_axis_mm": "nan"}, 422),
        ({"actor": ""}, 422),
        ({"colour": "red"}, 422),
        ({"long_axis_mm": "4", "short_axis_mm": "5"}, 409),
        ({}, 409),
    ],
)
def test_a_form_that_says_nothing_changes_nothing(
    hospital: Hospital, study_uid: str, changes: dict[str, str], status: int
) -> None:
    form = {
        "actor": ACTOR,
        "revision": "0",
        "lang": "en",
        "act": "change",
        "tracking_uid": MARK.tracking_uid,
    }
    client = hospital.client()
    answer = client.post(f"/studies/{study_uid}/feedback", data=form | changes)
    assert answer.status_code == status
    (mark,) = client.get(f"/api/studies/{study_uid}/feedback").json()["nodules"]
    assert mark["standing"] == "open"


def test_no_word_of_a_reader_becomes_html(hospital: Hospital, study_uid: str) -> None:
    client = hospital.client()
    client.post(f"/api/studies/{study_uid}/feedback", json=_word("accept", actor=HOSTILE))
    page = client.get(f"/studies/{study_uid}").text
    assert HOSTILE not in page
    assert "&lt;img" in page
