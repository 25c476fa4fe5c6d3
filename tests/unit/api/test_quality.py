"""The figures of models at sites: JSON, page and gauges."""

from datetime import timedelta

import pytest

from tests.support.api import NOW, Hospital
from tests.support.findings import MODEL, findings, nodule

MARK = nodule("1.2.3.4.5")
SITE = "Test Hospital"


def _analyse(hospital: Hospital, scans: int) -> list[str]:
    """Return studies that were analysed an hour apart, each with one mark."""
    uids = []
    for number in range(scans):
        uid = hospital.add_study(number)
        at = NOW - timedelta(hours=scans - number)
        hospital.conclude(findings(MARK, study_instance_uid=uid), at=at)
        uids.append(uid)
    return uids


def _judge(hospital: Hospital, uid: str, act: str) -> None:
    word = {"revision": 0, "act": act, "tracking_uid": MARK.tracking_uid, "actor": "Reader A"}
    assert hospital.client().post(f"/api/studies/{uid}/feedback", json=word).status_code == 200


@pytest.fixture
def judged(hospital: Hospital) -> Hospital:
    """Return four scans of one site, two of whose marks are judged."""
    uids = _analyse(hospital, 4)
    _judge(hospital, uids[0], "accept")
    _judge(hospital, uids[1], "reject")
    return hospital


def test_figures_are_told_of_each_model_and_site(judged: Hospital) -> None:
    (told,) = judged.client().get("/api/quality").json()["models"]
    assert told["model"] == {
        "site": SITE,
        "model_name": MODEL.name,
        "model_version": MODEL.version,
    }
    quality = told["quality"]
    assert (quality["scans"], quality["open"]) == (4, 2)
    assert quality["false_share"]["value"] == quality["false_marks_per_scan"]["value"] == 0.5
    assert quality["false_share"]["low"] < 0.2
    assert quality["score_counts"] == [0] * 9 + [4]
    assert quality["drift"]["reference_rate"] == 1.0
    assert quality["drift"]["monitored_scans"] == 1


def test_only_the_days_asked_for_are_counted(judged: Hospital) -> None:
    uid = judged.add_study(99)
    judged.conclude(findings(study_instance_uid=uid), at=NOW - timedelta(days=3))
    client = judged.client()
    counted = [
        client.get("/api/quality", params={"days": days}).json()["models"][0]["quality"]["scans"]
        for days in (1, 4)
    ]
    assert counted == [4, 5]
    assert client.get("/api/quality", params={"days": 0}).status_code == 422


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ("1 accepted, 1 rejected", "50 % (9–91)")), ("ja", ("採用 1、却下 1", "変動なし"))],
)
def test_the_page_shows_them(judged: Hospital, lang: str, said: tuple[str, ...]) -> None:
    page = judged.client().get("/quality", params={"lang": lang}).text
    assert SITE in page
    for words in said:
        assert words in page
    assert "P-INVENTED-77" not in page


def test_an_alarm_is_shown_and_a_monitor_is_told(hospital: Hospital) -> None:
    _analyse(hospital, 3)
    marks = [nodule("1.2.3.4.5", number=number) for number in range(20)]
    uid = hospital.add_study(9)
    hospital.conclude(findings(*marks, study_instance_uid=uid))
    client = hospital.client()
    page = client.get("/quality", params={"lang": "en"}).text
    assert '<span class="state failed">alarm</span>' in page
    assert "more than usual: 2026-04-01" in page
    labels = f'{{model="{MODEL.name}",site="{SITE}",version="{MODEL.version}"}}'
    figures = client.get("/metrics").text
    assert f"wetread_drift_alarm{labels} 1.0" in figures
    assert f"wetread_marks_per_scan{labels} 5.75" in figures
    assert "wetread_false_mark_share{" not in figures, "nothing was judged"


def test_without_scans_the_page_says_so(hospital: Hospital) -> None:
    client = hospital.client()
    assert "Nothing was analysed" in client.get("/quality", params={"lang": "en"}).text
    assert client.get("/api/quality").json()["models"] == []
