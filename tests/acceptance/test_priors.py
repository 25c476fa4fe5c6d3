"""A study is compared with a prior that lies in another hospital's archive."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.phantom.studies import PHANTOM_PATIENT, PhantomPair
from tests.acceptance.peers import RecordingPacs, listening, send
from tests.acceptance.running import Site, serving
from tests.acceptance.studies import chest, written
from tests.support.orthanc import DICOMWEB_PLUGIN
from tests.support.private_network import free_port, private_network


@pytest.mark.parametrize("kind", ["c-move"])  # the others differ in what the contract suite tests
def test_the_prior_is_fetched_and_compared_though_the_process_is_killed(
    kind: str,
    tmp_path: Path,
    small_phantom: PhantomPair,
    require_program: Callable[[str], str],
) -> None:
    program = require_program("Orthanc")
    if kind == "dicomweb" and not DICOMWEB_PLUGIN.exists():
        require_program(str(DICOMWEB_PLUGIN))
    prior = chest("prior elsewhere", small_phantom.prior)
    current = chest("current here", small_phantom.current)
    folders = [written(tmp_path / "prior", prior), written(tmp_path / "current", current)]

    ran = subprocess.run(
        [
            *private_network(),
            *(sys.executable, "-m", "tests.acceptance.prior_elsewhere"),
            *(program, str(tmp_path), kind, *map(str, folders)),
            *([str(DICOMWEB_PLUGIN)] if kind == "dicomweb" else []),
        ],
        capture_output=True,
        check=False,
        timeout=240,
        cwd=Path(__file__).parents[2],
    )

    assert ran.returncode == 0, ran.stderr.decode()
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["killed"] == -9
    prior_uid = prior[0].StudyInstanceUID
    assert told["prior"]["state"] == "fetched"
    assert told["prior"]["fetched_from"] == "other hospital"
    assert told["prior"]["instances"] == {"stored": len(prior), "conflicting": 0, "quarantined": 0}
    assert "other hospital" in told["prior_page"]
    assert told["study"]["fetched_from"] == ""
    assert told["reading"] == 1, "a fetched prior was given to a reader"
    findings = told["findings"]
    assert findings["outcome"] == "analysed"
    assert "archive" not in (findings["reason"] or "")
    compared = [nodule["change"] for nodule in findings["nodules"] if nodule["change"]]
    assert compared
    assert {change["prior_study_instance_uid"] for change in compared} == {prior_uid}
    log = (tmp_path / "site" / "service.log").read_text()
    assert PHANTOM_PATIENT.patient_id not in log


def test_an_archive_that_is_down_is_told_and_holds_nobody(
    tmp_path: Path, small_phantom: PhantomPair
) -> None:
    current = chest("archive down", small_phantom.current)
    site = Site(folder=tmp_path)
    archive = {
        "name": "other hospital",
        "kind": "c-get",
        "issuers": [PHANTOM_PATIENT.issuer],
        "host": "127.0.0.1",
        "port": free_port(),
        "ae_title": "ARCHIVE",
    }
    with (
        listening(RecordingPacs(), site.pacs_port),
        serving(site, WETREAD_ARCHIVES=json.dumps([archive])) as service,
    ):
        send(site, current)
        service.await_study(current[0].StudyInstanceUID)
        findings = service.findings(current[0].StudyInstanceUID)
    assert findings["outcome"] == "analysed"
    assert findings["reason"].startswith("limited: ")
    assert "prior archive other hospital did not answer" in findings["reason"]
    assert "cannot be reached" in site.log
