"""`wetread serve`, spoken to by scanner, PACS and reader at once."""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.sr.codedict import codes
from pydicom.uid import Comprehensive3DSRStorage, GrayscaleSoftcopyPresentationStateStorage

from inference.phantom.studies import PhantomPair
from tests.acceptance.conftest import Clinic, Wetread
from tests.acceptance.peers import send
from tests.acceptance.running import Site, wait_for
from tests.acceptance.studies import PATIENT_ID, chest, mr, raw_name
from tests.support.private_network import private_network
from tests.support.reader_reports import READER, corrected, groups, measured

SECRETS = (PATIENT_ID, "DEMO-0001", "KAKUU", "架空", "ｶｸｳ", "かくう")
KINDS = [Comprehensive3DSRStorage, GrayscaleSoftcopyPresentationStateStorage]


def test_a_hospital_sends_and_its_pacs_receives(
    small_phantom: PhantomPair, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    studies = (small_phantom.prior, small_phantom.current)
    day = [sys.executable, "-m", "tests.acceptance.hospital_day"]
    programs = [require_program("storescu"), require_program("Orthanc")]
    ran = subprocess.run(
        [*private_network(), *day, *programs, tmp_path, *(study.folder for study in studies)],
        capture_output=True,
        check=False,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr.decode()

    kept = [dcmread(path) for path in (tmp_path / "pacs").iterdir()]
    told = json.loads(ran.stdout)
    for study, said in zip(studies, told, strict=True):
        results = [one for one in kept if one.StudyInstanceUID == study.study_instance_uid]
        assert sorted(one.SOPClassUID for one in results) == sorted(KINDS)
        source = dcmread(study.instances[0].path)
        for result in results:
            assert raw_name(result) == raw_name(source)
            assert result.SpecificCharacterSet == source.SpecificCharacterSet
            assert result.PatientID == source.PatientID
        assert said["study"]["patient_name"] == str(source.PatientName)
        assert said["study"]["instances"]["stored"] == len(study.instances)
        assert said["findings"]["outcome"] == "analysed"
    log = (tmp_path / "service.log").read_text(encoding="utf-8")
    assert not [secret for secret in SECRETS if secret in log]
    states = {nodule["change"]["state"] for nodule in told[1]["findings"]["nodules"]}
    assert "matched" in states, "the prior of the same patient was found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A chest that is analysed and an MR study that is not, sent together."""

    chest_uid: str
    mr_uid: str
    listed: list[dict[str, Any]]  # the chest's item in the reading list, whenever it had changed


@pytest.fixture(scope="module")
def sent(clinic: Clinic, small_phantom: PhantomPair) -> Sent:
    """Send both studies and look at the reading list until both are done with."""
    thorax, head = chest("seen chest", small_phantom.current), mr("seen mr")
    uids = thorax[0].StudyInstanceUID, head[0].StudyInstanceUID
    send(clinic.site, [*thorax, *head])
    listed: list[dict[str, Any]] = []

    def both_delivered() -> bool:
        studies = [clinic.service.study(uid) for uid in uids]
        item = clinic.service.reading_item(uids[0])
        if studies[0] is not None and studies[0]["completed_at"]:
            assert item is not None, "whoever is complete is to be read"
            known = {name: item[name] for name in ("ai_state", "priority", "reasons")}
            if known not in listed[-1:]:
                listed.append(known)
        return all(one is not None and one["state"] == "delivered" for one in studies)

    wait_for(both_delivered)
    return Sent(chest_uid=uids[0], mr_uid=uids[1], listed=listed)


def test_a_study_is_to_be_read_before_it_is_analysed_and_moves_up_after(sent: Sent) -> None:
    waiting, done = sent.listed
    assert waiting == {"ai_state": "waiting", "priority": 0, "reasons": []}
    assert done["ai_state"] == "done"
    assert done["priority"] > 0
    assert any(reason.startswith("Nodule 1: ") for reason in done["reasons"])


def test_a_study_that_is_not_analysed_says_why_and_is_read_in_its_turn(
    clinic: Clinic, sent: Sent
) -> None:
    findings = clinic.service.findings(sent.mr_uid)
    assert findings["outcome"] == "not_analysed"
    assert "not_ct" in findings["reason"]
    item = clinic.service.reading_item(sent.mr_uid)
    assert item is not None
    assert item["ai_state"] == "not_analysed"
    list_order = [
        one["study"]["study_instance_uid"]
        for one in clinic.service.get("/api/reading-list").json()["items"]
    ]
    assert list_order.index(sent.chest_uid) < list_order.index(sent.mr_uid)


@pytest.mark.parametrize(
    ("lang", "chest_words", "mr_words"),
    [
        ("en", ("KAKUU HANAKO", "done"), ("ｶｸｳ ｼﾞﾛｳ", "not analysed")),
        ("ja", ("架空 花子", "解析済み"), ("架空 次郎", "解析対象外")),
    ],
)
def test_the_pages_show_the_studies_in_the_language_of_the_reader(
    clinic: Clinic, sent: Sent, lang: str, chest_words: tuple[str, ...], mr_words: tuple[str, ...]
) -> None:
    page = clinic.service.get("/", lang=lang)
    assert page.headers["content-type"].startswith("text/html")
    assert f'<html lang="{lang}">' in page.text
    for uid, words in ((sent.chest_uid, chest_words), (sent.mr_uid, mr_words)):
        (row,) = [row for row in page.text.split("<tr>") if f"/studies/{uid}?lang={lang}" in row]
        assert all(f">{word}<" in row for word in words)
        assert words[0] in clinic.service.get(f"/studies/{uid}", lang=lang).text


def test_the_page_of_a_study_shows_each_nodule(clinic: Clinic, sent: Sent) -> None:
    page = clinic.service.get(f"/studies/{sent.chest_uid}", lang="en").text
    for nodule in clinic.service.findings(sent.chest_uid)["nodules"]:
        assert f">{nodule['tracking_id']}<" in page
        source = f"/studies/{sent.chest_uid}/key-images/0/{nodule['tracking_uid']}.png"
        assert f'<img src="{source}"' in page
        assert clinic.service.get(source).content.startswith(b"\x89PNG")


def test_a_corrected_report_becomes_feedback(clinic: Clinic, sent: Sent) -> None:
    wait_for(lambda: bool(clinic.pacs.reports(sent.chest_uid)))
    report = corrected(clinic.pacs.reports(sent.chest_uid)[0])
    measured(groups(report)[0], codes.SCT.LongAxis).NumericValue = "31.5"
    path = f"/api/studies/{sent.chest_uid}/feedback"

    send(clinic.site, [report])
    wait_for(lambda: clinic.service.get(path).json()["reports"])

    told = clinic.service.get(path).json()
    assert [one["doubts"] for one in told["reports"]] == [[]]
    first, *others = told["nodules"]
    (word,) = first["words"]
    assert (word["act"], word["corrected"]["long_axis_mm"]) == ("change", 31.5)
    assert (word["actor"], word["source"]) == (READER, "report")
    assert {one["standing"] for one in others} <= {"accepted"}
    study = clinic.service.study(sent.chest_uid)
    assert study is not None
    assert (study["state"], study["revision"]) == ("delivered", 0), "it is not analysed again"
    models = clinic.service.get("/api/quality").json()["models"]
    assert sum(one["quality"]["accepted"] for one in models) >= len(told["nodules"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/studies/1.2.3.4", 404),
        ("/api/studies/1.2.3.4/findings", 404),
        ("/api/studies/..%2Fetc", 404),
        ("/api/studies/not-a-uid", 422),
        ("/api/studies?limit=0", 422),
        ("/api/costs?month=2026-13", 422),
        ("/api/nothing", 404),
        ("/studies/1.2.3.4", 404),
    ],
)
def test_every_error_is_a_problem_document(clinic: Clinic, path: str, status: int) -> None:
    answer = clinic.service.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.usefixtures("sent")
def test_the_metrics_count_and_name_nobody(clinic: Clinic) -> None:
    answer = clinic.service.get("/metrics")
    figures = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if line[0] != "#")
    assert float(figures["wetread_instances_received_total"]) > 0
    assert float(figures['wetread_analyses_total{outcome="analysed"}']) >= 1
    assert float(figures['wetread_deliveries{destination="pacs",state="confirmed"}']) >= 3
    for said in (answer.text, clinic.site.log):
        assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize("setting", ["WETREAD_INTAKE__PORT", "WETREAD_API__PORT"])
def test_a_port_that_is_taken_is_one_clear_line(
    wetread: Wetread, tmp_path: Path, setting: str
) -> None:
    settings = Site(folder=tmp_path).environment()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings[setting] = str(taken.getsockname()[1])
        ran = wetread("serve", **settings)
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "Address already in use" in ran.stderr
