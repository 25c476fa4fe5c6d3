"""The month's statement over HTTP, and corrections of it."""

import pytest

from tests.support.api import NOW, Hospital


def test_the_month_is_reported_by_payer_site_and_device(hospital: Hospital) -> None:
    hospital.book(hospital.add_study(1), at=NOW, cost_jpy="0.1")
    hospital.book(hospital.add_study(2), at=NOW, cost_jpy="0.4")
    report = hospital.client().get("/api/costs/report").json()
    assert report["month"] == "2026-04"
    assert report["payers"] == [
        {"payer": "Test Hospital", "studies": 2, "exact_jpy": "0.5", "billed_jpy": 1}
    ]
    assert report["billed_jpy"] == 1
    assert report["devices"][0]["use"]["energy_joule"] is None
    (budget,) = report["budgets"]
    assert (budget["spent_jpy"], budget["state"], budget["forecast"]) == ("0.5", "spent", None)


def test_an_entry_is_corrected_once(hospital: Hospital) -> None:
    hospital.book(hospital.add_study(1), at=NOW, cost_jpy="0.1")
    client = hospital.client()
    path = "/api/costs/entries/1/correction"
    said = {"cost_jpy": "0.05", "actor": "Office", "reason": "wrong price"}
    added = client.post(path, json=said).json()
    assert [(one["kind"], one["cost_jpy"]) for one in added] == [
        ("reversal", "-0.1"),
        ("correction", "0.05"),
    ]
    assert client.post(path, json=said).status_code == 409
    page = client.get("/api/costs/entries", params={"limit": 2, "offset": 1}).json()
    assert page["total"] == 3
    assert [one["entry_id"] for one in page["entries"]] == [2, 3]
    assert client.get("/api/costs").json()["total"]["cost_jpy"] == "0.05"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"take_back": True, "cost_jpy": "1"},
        {"cost_jpy": "-1"},
        {"cost_jpy": "0.0000001"},
        {"payer": ""},
    ],
)
def test_what_is_no_correction_is_refused(hospital: Hospital, said: dict[str, object]) -> None:
    body = {"actor": "Office", "reason": "wrong", **said}
    answer = hospital.client().post("/api/costs/entries/1/correction", json=body)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("lang", "said"), [("en", ("Who pays", "nearly")), ("ja", ("支払者別", "超過"))]
)
def test_the_page_shows_the_month(hospital: Hospital, lang: str, said: tuple[str, str]) -> None:
    hospital.book(hospital.add_study(1), at=NOW, cost_jpy="0.17" if lang == "en" else "0.2")
    page = hospital.client().get("/costs", params={"lang": lang, "month": "2026-04"}).text
    assert all(text in page for text in said)
    assert 'href="/costs?month=2026-03' in page
    assert 'href="/costs?month=2026-05' in page


def test_an_analysis_that_waits_for_money_is_started_by_hand(hospital: Hospital) -> None:
    waiting, other = hospital.add_study(1), hospital.add_study(2)
    hospital.waiting_for_money.add(waiting)
    client = hospital.client()
    statuses = [
        client.post(f"/api/studies/{uid}/analyse-now").status_code
        for uid in (waiting, other, "1.2.3")
    ]
    assert statuses == [202, 409, 404]
