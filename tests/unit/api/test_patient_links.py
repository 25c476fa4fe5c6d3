"""The review list: what a human sees, decides and takes back."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from routing.records.links import LinkRecords
from routing.records.patients import KnownPatient, PatientRecords
from routing.records.tables import AuditRecord
from tests.support.api import NOW, Hospital
from tests.support.patients import MATCHER, person
from wetread.domain.identity.links import FoundMatch, LinkState
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import PatientKey

HOSTILE = "HOSTILE^<script>alert(1)</script>"
PHONE = "03-1234-5670"
ACTOR = "Reader A"


@pytest.fixture
def link_id(hospital: Hospital) -> int:
    """Return a link that waits for a human."""
    patients, links = PatientRecords(hospital.engine), LinkRecords(hospital.engine)
    keys = [PatientKey(issuer=issuer, patient_id="7") for issuer in ("Hospital A", "Hospital B")]
    details = PatientDetails(birth_date="19500203", sex="M", telephone=PHONE, address="1-2-3 X")
    for key in keys:
        patients.register(KnownPatient(key=key, name=HOSTILE, details=details), [], at=NOW)
    match = MATCHER.match(person("Hospital A", "7"), person("Hospital B", "7"))
    found = FoundMatch(other=keys[1], match=match)
    links.note_matches(keys[0], [found], match_table="test", at=NOW - timedelta(hours=1))
    (link,) = links.page([LinkState.REVIEW], limit=2).links
    return link.link_id


def _state(hospital: Hospital, link_id: int) -> LinkState:
    link = LinkRecords(hospital.engine).find(link_id)
    assert link is not None
    return link.state


def test_a_pair_is_shown_with_evidence_and_no_more_than_is_needed(
    hospital: Hospital, link_id: int
) -> None:
    client = hospital.client()
    page = client.get("/api/patient-links").json()
    (link,) = page["links"]
    assert (page["total"], link["link_id"], link["state"]) == (1, link_id, "review")
    assert link["one"] == {
        "issuer": "Hospital A",
        "patient_id": "7",
        "patient_name": HOSTILE,
        "birth_date": "19500203",
        "sex": "M",
    }
    assert {one["field"]: one["agreement"] for one in link["evidence"]} == {
        "name": "written_alike",
        "birth_date": "same",
        "sex": "same",
    }
    for text in (client.get("/api/patient-links").text, client.get("/patient-links").text):
        assert PHONE not in text
        assert "1-2-3" not in text
    assert client.get("/api/patient-links", params={"state": "confirmed"}).json()["total"] == 0


def test_a_decision_and_its_undoing_are_kept_with_their_actor(
    hospital: Hospital, link_id: int
) -> None:
    client, path = hospital.client(), f"/api/patient-links/{link_id}"
    decision = {"decision": "confirm", "actor": ACTOR}
    confirmed = client.post(f"{path}/decision", json=decision)
    assert confirmed.status_code == 200
    assert (confirmed.json()["state"], confirmed.json()["decided_by"]) == ("confirmed", ACTOR)
    assert client.post(f"{path}/decision", json=decision).status_code == 409
    undone = client.post(f"{path}/undo", json={"actor": "Reader B"})
    assert (undone.json()["state"], undone.json()["decided_by"]) == ("review", "Reader B")
    assert client.post(f"{path}/undo", json={"actor": "Reader B"}).status_code == 409
    with Session(hospital.engine) as session:
        audit = session.query(AuditRecord).order_by(AuditRecord.audit_id).all()
    assert [(one.actor, one.action) for one in audit[1:]] == [
        (ACTOR, "link.confirmed"),
        ("Reader B", "link.review"),
    ]
    assert all("HOSTILE" not in str(one.detail) for one in audit)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("999/decision", {"decision": "confirm", "actor": ACTOR}, 404),
        ("999/undo", {"actor": ACTOR}, 404),
        ("1/decision", {"decision": "confirm"}, 422),
        ("1/decision", {"decision": "confirm", "actor": "  "}, 422),
        ("1/decision", {"decision": "merge", "actor": ACTOR}, 422),
        ("1/decision", {"decision": "confirm", "actor": ACTOR, "force": True}, 422),
        ("0/undo", {"actor": ACTOR}, 422),
    ],
)
@pytest.mark.usefixtures("link_id")
def test_what_is_no_decision_changes_nothing(
    hospital: Hospital, path: str, body: dict[str, Any], status: int
) -> None:
    assert hospital.client().post(f"/api/patient-links/{path}", json=body).status_code == status
    assert _state(hospital, 1) is LinkState.REVIEW


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "kana and kanji the same"), ("ja", "カナ・漢字とも一致")]
)
def test_the_page_tells_the_evidence_and_takes_no_name_for_html(
    hospital: Hospital, link_id: int, lang: str, said: str
) -> None:
    page = hospital.client().get("/patient-links", params={"lang": lang}).text
    assert said in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert f'action="/patient-links/{link_id}"' in page


def test_the_form_of_the_page_decides_and_takes_back(hospital: Hospital, link_id: int) -> None:
    client, path = hospital.client(), f"/patient-links/{link_id}"
    refused = client.post(path, data={"actor": "読影 太郎", "decision": "refuse", "lang": "ja"})
    assert refused.status_code == 303
    assert refused.headers["location"] == "/patient-links?lang=ja"
    assert _state(hospital, link_id) is LinkState.REFUSED
    assert "読影 太郎" in client.get("/patient-links", params={"lang": "ja"}).text
    assert client.post(path, data={"actor": ACTOR, "lang": "ja"}).status_code == 303
    assert _state(hospital, link_id) is LinkState.REVIEW


@pytest.mark.parametrize(
    "form",
    [
        {"decision": "refuse", "lang": "ja"},
        {"actor": ACTOR, "decision": "refuse", "lang": "xx"},
        {f"field{number}": "x" for number in range(11)},
    ],
)
def test_a_form_that_is_none_changes_nothing(
    hospital: Hospital, link_id: int, form: dict[str, str]
) -> None:
    assert hospital.client().post(f"/patient-links/{link_id}", data=form).status_code == 422
    assert _state(hospital, link_id) is LinkState.REVIEW
