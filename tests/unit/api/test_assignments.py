"""Readers and assignments over HTTP, and what the reading list shows of them."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from routing.records.readers import ReaderRecords, ReaderTables, Term, ToldTerms
from routing.records.study_facts import StudyFactsRecords
from routing.records.tables import AuditRecord
from tests.support.api import NOW, Hospital
from wetread.domain.readers.quality import ReviewedReads
from wetread.domain.readers.reader import Reader, Shift
from wetread.domain.specialties import StudyFacts

HOSTILE = "<script>A</script>"


@pytest.fixture
def study(hospital: Hospital) -> str:
    """Return a chest CT that waits; two readers are on shift and may read it."""
    uid = hospital.add_study(1)
    hospital.ask_for_read(uid)
    facts = StudyFacts(modalities=("CT",), body_parts=("CHEST",))
    StudyFactsRecords(hospital.engine).note(uid, 0, facts)
    readers = (HOSTILE, "B")
    reviewed = Reader(reader_id="B", scores={}, reviewed=ReviewedReads(reviewed=700))
    tables = ReaderTables(
        scores={HOSTILE: {"胸部CT": 90, "脳CT": 0}, "B": {"胸部CT": 50}, "C": {}},
        shifts=[
            Shift(reader_id=one, start=NOW, end=NOW + timedelta(hours=8), capacity_minutes=300)
            for one in readers
        ],
        terms=[ToldTerms(reader=reviewed, told=frozenset(Term))],
    )
    ReaderRecords(hospital.engine).import_tables(tables, actor="test", at=NOW)
    return uid


def test_readers_are_listed_with_shift_load_and_quality(hospital: Hospital, study: str) -> None:
    hospital.services().assignment_desk.assign_waiting()
    listed = hospital.client().get("/api/readers").json()["readers"]
    readers = {one["reader"]: one for one in listed}
    assert readers[HOSTILE]["scores"] == {"胸部CT": 90, "脳CT": 0}
    assert readers[HOSTILE]["queued_minutes"] == 14
    assert readers["B"]["quality"]["is_resolved"] is False
    assert readers["C"]["on_shift_until"] is None
    assert study


def test_a_human_overrules_and_a_reader_refuses(hospital: Hospital, study: str) -> None:
    client, desk = hospital.client(), hospital.services().assignment_desk
    desk.assign_waiting()
    (held,) = client.get("/api/assignments").json()["assignments"]
    assert (held["reader"], held["origin"], held["column"]) == (HOSTILE, "batch", "胸部CT")
    assert {"english", "japanese"} == set(held["reasons"][0])
    wanted = {"reader": "B", "reason": "knows the patient", "actor": "Desk A"}
    given = client.post(f"/api/assignments/{study}/override", json=wanted)
    assert (given.status_code, given.json()["origin"]) == (200, "override")
    assert client.get("/api/reading-list").json()["items"][0]["reader"] == "B"
    refusal = {"reason": "ill", "actor": "B"}
    assert client.post(f"/api/assignments/{study}/refusal", json=refusal).status_code == 204
    assert client.post(f"/api/assignments/{study}/refusal", json=refusal).status_code == 409
    assert client.get("/api/reading-list").json()["items"][0]["reader"] is None
    assert client.get("/api/assignments", params={"reader": "B"}).json() == {"assignments": []}
    with Session(hospital.engine) as session:
        actions = [one.action for one in session.query(AuditRecord).order_by(AuditRecord.audit_id)]
    assert actions[-3:] == ["assignment.batch", "assignment.override", "assignment.refuse"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"reader": "C", "reason": "x", "actor": "A"}, 409),
        ({"reader": "nobody", "reason": "x", "actor": "A"}, 409),
        ({"reader": "B", "reason": " ", "actor": "A"}, 422),
        ({"reader": "B", "reason": "x"}, 422),
        ({"reader": "B", "reason": "x", "actor": "A", "force": True}, 422),
    ],
)
def test_what_may_not_be_changes_nothing(
    hospital: Hospital, study: str, body: dict[str, Any], status: int
) -> None:
    client = hospital.client()
    answer = client.post(f"/api/assignments/{study}/override", json=body)
    assert answer.status_code == status
    assert "nobody" not in answer.text
    assert client.get("/api/assignments").json() == {"assignments": []}


def test_studies_without_a_column_are_listed(hospital: Hospital, study: str) -> None:
    other = hospital.add_study(2)
    hospital.ask_for_read(other)
    StudyFactsRecords(hospital.engine).note(other, 0, StudyFacts(modalities=("US",)))
    (unmapped,) = hospital.client().get("/api/readers/unmapped").json()["studies"]
    assert unmapped["study_instance_uid"] == other != study
    assert "US" in unmapped["reason"]["japanese"]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Score 90 for 胸部CT"), ("ja", "胸部CT のスコア 90")]
)
def test_the_reading_list_shows_reader_and_reasons(
    hospital: Hospital, study: str, lang: str, said: str
) -> None:
    assert study
    hospital.services().assignment_desk.assign_waiting()
    page = hospital.client().get("/", params={"lang": lang}).text
    assert said in page
    assert "&lt;script&gt;A" in page
    assert "<script" not in page


def test_a_human_gives_a_study_on_its_page_and_takes_it_back(
    hospital: Hospital, study: str
) -> None:
    client, page = hospital.client(), f"/studies/{study}/assignment"
    shown = client.get(page, params={"lang": "en"}).text
    assert re.findall(r'<option value="([^"]+)">', shown) == [html.escape(HOSTILE), "B"]
    assert f"{page}/refusal" not in shown
    given = {"reader": HOSTILE, "reason": "以前も読影", "actor": "Desk A", "lang": "ja"}
    answer = client.post(f"{page}/override", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{page}?lang=ja")
    shown = client.get(page, params={"lang": "ja"}).text
    assert "Desk A による手動割当: 以前も読影" in shown
    assert "<script" not in shown
    assert f"<dd>{html.escape(HOSTILE)} " in client.get(f"/studies/{study}").text
    assert f'href="{page}?lang=en"' in client.get("/", params={"lang": "en"}).text
    refusal = {"reason": "ill", "actor": "Desk A", "lang": "en"}
    assert client.post(f"{page}/refusal", data=refusal).status_code == 303
    assert client.post(f"{page}/refusal", data=refusal).status_code == 409
    assert "<h2>Reader: open</h2>" in client.get(page, params={"lang": "en"}).text


def test_only_who_may_read_a_study_is_offered_and_only_while_it_waits(
    hospital: Hospital, study: str
) -> None:
    client, reported = hospital.client(), hospital.add_study(2)
    wanted = {"reader": "C", "reason": "x", "actor": "A", "lang": "en"}
    assert client.post(f"/studies/{study}/assignment/override", data=wanted).status_code == 409
    shown = client.get(f"/studies/{reported}/assignment", params={"lang": "en"}).text
    assert "does not wait to be read" in shown
    assert "<form" not in shown
    assert f"/studies/{reported}/assignment" not in client.get(f"/studies/{reported}").text
    assert client.get("/studies/1.2.3/assignment").status_code == 404
