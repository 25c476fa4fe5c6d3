"""Who may ask, and what a browser may do with the answer."""

import base64
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from tests.support.api import Hospital
from wetread.domain.studies import StudyState

TOKEN = "a-secret-ときん"


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anyone:{password}".encode()).decode()


PATHS = (
    "/",
    "/api/studies",
    "/api/reading-list",
    "/api/costs",
    "/health/ready",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/static/wetread.css",
    "/nowhere",
)


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic %%%", basic("wrong"), TOKEN]
)
def test_without_the_token_nothing_is_answered(
    hospital: Hospital, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode()}
    client = hospital.client(hospital.services(token=TOKEN))
    for path in PATHS:
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == 'Bearer realm="Wetread"'
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("authorization", [f"Bearer {TOKEN}", f"bearer {TOKEN}", basic(TOKEN)])
def test_with_the_token_everything_is(hospital: Hospital, authorization: str) -> None:
    client = hospital.client(hospital.services(token=TOKEN))
    headers = {"Authorization": authorization.encode(), "Host": "ai.example"}
    for path in PATHS[:-1]:
        assert client.get(path, headers=headers).status_code == 200, path


def test_liveness_needs_no_token(hospital: Hospital) -> None:
    client = hospital.client(hospital.services(token=TOKEN))
    assert client.get("/health/live").json() == {"status": "alive"}


def test_a_browser_is_asked_for_the_token_as_a_password(hospital: Hospital) -> None:
    client = hospital.client(hospital.services(token=TOKEN))
    answer = client.get("/", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example"])
def test_without_a_token_only_this_machine_by_its_own_name_is_answered(
    hospital: Hospital, host: str
) -> None:
    client = hospital.client()
    answer = client.get("/api/reading-list", headers={"Host": host})
    assert answer.status_code == 403
    assert client.get("/health/live", headers={"Host": host}).status_code == 200
    for own in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get("/api/reading-list", headers={"Host": own}).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_change_nothing(hospital: Hospital, site: str) -> None:
    uid = hospital.add_study(1, state=StudyState.RECEIVING)
    client = hospital.client()
    path = f"/api/studies/{uid}/complete"
    assert client.post(path, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert hospital.completed == []
    assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 202
    assert hospital.completed == [uid]


def test_every_answer_tells_the_browser_to_run_nothing_and_keep_nothing(
    hospital: Hospital,
) -> None:
    client = hospital.client()
    for path in PATHS:
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_an_unforeseen_error_is_a_problem_that_tells_nothing(hospital: Hospital) -> None:
    def fail(study_instance_uid: str) -> None:
        raise RuntimeError(f"SECRET^NAME of {study_instance_uid}")

    uid = hospital.add_study(1, state=StudyState.RECEIVING)
    client = hospital.client(replace(hospital.services(), complete_study=fail))
    with capture_logs() as logs:
        answer = client.post(f"/api/studies/{uid}/complete")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert "SECRET" not in answer.text
    (log,) = logs
    assert (log["error"], log["route"]) == ("RuntimeError", "/studies/{study_uid}/complete")
    assert log["places"][-1].endswith(" fail")
    assert "SECRET" not in str(log)
