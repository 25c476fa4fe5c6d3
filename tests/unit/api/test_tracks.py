"""Nodules over several studies, and corrections, over HTTP."""

from tests.support.api import Hospital
from tests.support.findings import findings, nodule


def _two_studies(hospital: Hospital) -> tuple[dict[str, str], dict[str, str]]:
    """Return the references of a nodule that is in two studies of one patient."""
    known = nodule("1.2.3.4.5")
    references = []
    for number in (1, 2):
        uid = hospital.add_study(number)
        hospital.conclude(findings(known, study_instance_uid=uid))
        references.append({"study_instance_uid": uid, "tracking_uid": known.tracking_uid})
    return references[0], references[1]


def test_a_correction_is_answered_with_the_track_that_is_left(hospital: Hospital) -> None:
    one, other = _two_studies(hospital)
    client = hospital.client()
    path = f"/api/nodules/{one['study_instance_uid']}/{one['tracking_uid']}"
    assert len(client.get(path).json()) == 2

    correction = {"one": one, "other": other, "same": False, "actor": "reader"}
    answer = client.post("/api/nodules/corrections", json=correction)

    assert answer.status_code == 200
    assert len(answer.json()) == len(client.get(path).json()) == 1


def test_what_cannot_be_corrected_is_a_problem(hospital: Hospital) -> None:
    one, _ = _two_studies(hospital)
    unknown = {**one, "tracking_uid": "1.9"}
    client = hospital.client()
    correction = {"one": one, "other": unknown, "same": True, "actor": "reader"}
    refused = client.post("/api/nodules/corrections", json=correction)
    assert refused.status_code == 409
    assert "no study with such a nodule" in refused.json()["detail"]
    assert client.get(f"/api/nodules/{one['study_instance_uid']}/1.9").status_code == 404
