"""Preferences of marks: set by a program or a person, and followed by the page of a study."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.records.tables import AuditRecord, ReadingItemRecord
from tests.support.api import Hospital
from tests.support.findings import findings, nodule

PREFERENCE = {
    "show": "always",
    "minimum_score": 0.9,
    "minimum_mean_diameter_mm": 0.0,
    "new_and_grown_only": False,
}
SURE, DOUBTFUL = nodule("1.2.3", number=1), replace(nodule("1.2.3", number=2), score=0.5)
READER = "/api/mark-preferences/reader/Reader A"


@pytest.fixture
def uid(hospital: Hospital) -> str:
    uid = hospital.add_study(1)
    hospital.ask_for_read(uid)
    hospital.conclude(findings(SURE, DOUBTFUL, study_instance_uid=uid))
    return uid


def _put(hospital: Hospital, path: str, **preference: object) -> None:
    answer = hospital.client().put(
        path, json={"actor": "Chief", "preference": PREFERENCE | preference}
    )
    assert answer.status_code == 200


def _page(hospital: Hospital, uid: str, **params: str) -> str:
    answer = hospital.client().get(f"/studies/{uid}", params={"lang": "en", **params})
    assert answer.status_code == 200
    return answer.text


def test_a_preference_is_set_listed_and_taken_back(hospital: Hospital) -> None:
    client = hospital.client()
    set_by_chief = client.put(READER, json={"actor": "Chief", "preference": PREFERENCE}).json()
    assert set_by_chief == client.get("/api/mark-preferences").json()
    (known,) = set_by_chief
    assert (known["scope"], known["name"], known["set_by"]) == ("reader", "Reader A", "Chief")
    assert known["preference"] == PREFERENCE
    assert client.put(READER, json={"actor": "Chief", "preference": None}).json() == []
    with Session(hospital.engine) as session:
        audited = session.scalars(select(AuditRecord)).all()
    assert [one.action for one in audited] == ["set mark preference"] * 2


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (READER, {"show": "sometimes"}),
        (READER, {"minimum_score": 1.5}),
        (READER, {"minimum_mean_diameter_mm": -1}),
        (READER, {"colour": "red"}),
        ("/api/mark-preferences/planet/Mars", {}),
    ],
)
def test_what_is_no_preference_is_refused(
    hospital: Hospital, path: str, change: dict[str, object]
) -> None:
    answer = hospital.client().put(path, json={"actor": "A", "preference": PREFERENCE | change})
    assert answer.status_code == 422


def test_hidden_marks_are_told_and_shown_on_request(hospital: Hospital, uid: str) -> None:
    _put(hospital, "/api/mark-preferences/site/Test Hospital")
    page = _page(hospital, uid)
    assert "Marks hidden by preference: 1." in page
    assert ">Nodule 1<" in page
    assert ">Nodule 2<" not in page
    assert f'href="/studies/{uid}?lang=en&amp;marks=all"' in page

    page = _page(hospital, uid, marks="all")
    assert ">Nodule 2<" in page
    assert "Marks that the preference hides are shown: 1." in page


@pytest.mark.parametrize("show", ["none", "on_request"])
def test_a_study_with_hidden_marks_never_looks_negative(
    hospital: Hospital, uid: str, show: str
) -> None:
    before = _page(hospital, uid)
    _put(hospital, "/api/mark-preferences/viewer/web", show=show)
    page = _page(hospital, uid)
    assert "Marks hidden by preference: 2." in page
    assert ">Nodule 1<" not in page
    banner = before[before.index('class="banner') : before.index("<dl>")]
    assert banner in page


def test_the_reader_counts_named_or_assigned(hospital: Hospital, uid: str) -> None:
    _put(hospital, READER, show="none")
    assert "hidden by preference" not in _page(hospital, uid)
    assert "hidden by preference: 2." in _page(hospital, uid, reader="Reader A")
    with Session(hospital.engine) as session, session.begin():
        session.get_one(ReadingItemRecord, uid).reader = "Reader A"
    page = _page(hospital, uid)
    assert "hidden by preference: 2." in page
    assert "reader=Reader%20A&amp;marks=all" in page
    assert "hidden by preference" not in _page(hospital, uid, reader="Reader B")


def test_the_page_sets_and_takes_back(hospital: Hospital) -> None:
    client = hospital.client()
    form = {
        "lang": "ja",
        "scope": "site",
        "name": "<b>病院</b>",
        "show": "on_request",
        "minimum_score": "",
        "minimum_mean_diameter_mm": "6.5",
        "new_and_grown_only": "true",
        "actor": "Chief",
    }
    answer = client.post("/mark-preferences", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/mark-preferences?lang=ja")
    page = client.get("/mark-preferences", params={"lang": "ja"}).text
    for text in ("&lt;b&gt;病院&lt;/b&gt;", "要求時のみ", "6.5 mm", "Chief"):
        assert text in page

    answer = client.post("/mark-preferences", data={**form, "remove": "true"})
    assert answer.status_code == 303
    page = client.get("/mark-preferences", params={"lang": "en"}).text
    assert "Nobody has a preference" in page
    assert client.post("/mark-preferences", data={**form, "show": "x"}).status_code == 422


def test_results_are_sent_anew_when_somebody_asks(hospital: Hospital, uid: str) -> None:
    client = hospital.client()
    answer = client.post(f"/api/studies/{uid}/redeliver", json={"actor": "Chief"})
    assert answer.status_code == 202
    assert hospital.redelivered == [(uid, "Chief")]
    waiting = hospital.add_study(2)
    answer = client.post(f"/api/studies/{waiting}/redeliver", json={"actor": "Chief"})
    assert answer.status_code == 404
    assert client.post(f"/api/studies/{uid}/redeliver", json={}).status_code == 422


def test_results_are_sent_anew_from_the_page_of_the_study(hospital: Hospital, uid: str) -> None:
    client, waiting = hospital.client(), hospital.add_study(2)
    assert f'action="/studies/{uid}/redelivery"' in client.get(f"/studies/{uid}").text
    form = {"actor": "Chief", "lang": "ja"}
    answer = client.post(f"/studies/{uid}/redelivery", data=form)
    location = f"/studies/{uid}?lang=ja#deliveries"
    assert (answer.status_code, answer.headers["location"]) == (303, location)
    assert hospital.redelivered == [(uid, "Chief")]
    assert "redelivery" not in client.get(f"/studies/{waiting}").text
    assert client.post(f"/studies/{waiting}/redelivery", data=form).status_code == 404
