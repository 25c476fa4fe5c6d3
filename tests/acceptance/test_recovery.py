"""Whatever ends the service or cuts it off, every study is finished, and nothing is done twice."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.phantom.studies import PhantomPair
from tests.acceptance.peers import (
    SUCCESS,
    RecordingPacs,
    associated,
    listening,
    send,
    storescu,
)
from tests.acceptance.running import RunningService, Site, serving, wait_for
from tests.acceptance.studies import PATIENT_ID, chest, mr, thick_ct, written

KILLED = -9
CT_OBJECTS, MR_OBJECTS = 2, 1  # a report, and a presentation state where images are CT


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(folder=tmp_path)


def assert_finished_once(
    service: RunningService, pacs: RecordingPacs, uid: str, *, objects: int = CT_OBJECTS
) -> None:
    study = service.await_study(uid)
    (delivery,) = study["deliveries"]
    assert (delivery["confirmed"], delivery["waiting"]) == (objects, 0)
    times_received = Counter(one.SOPInstanceUID for one in pacs.of_study(uid))
    assert list(times_received.values()) == [1] * objects
    assert service.bookings(uid) == 1
    assert service.findings(uid)["revision"] == 0
    assert service.get(f"/api/studies/{uid}/findings", revision="1").status_code == 404
    assert service.get("/api/reading-list").json()["total"] == 1


@pytest.mark.parametrize("step", ["detect", "send"])
def test_killed_with_a_step_done_and_not_noted(
    site: Site, small_phantom: PhantomPair, step: str
) -> None:
    analysed = step == "detect"  # sending is the same for the quick study
    datasets = chest("killed", small_phantom.current) if analysed else thick_ct("killed")
    uid = datasets[0].StudyInstanceUID
    with listening(RecordingPacs(), site.pacs_port) as pacs:
        with serving(site, WETREAD_PIPELINE__FAULT=f"kill:after:{step}") as service:
            send(site, datasets)
            assert service.await_death() == KILLED
        with serving(site) as service:
            assert service.reading_item(uid) is not None, "nobody waits for the analysis"
            assert_finished_once(service, pacs, uid)
            findings = service.findings(uid)
            assert findings["outcome"] == ("analysed" if analysed else "not_analysed")
            item = service.reading_item(uid)
            assert item is not None
            assert item["ai_state"] == ("done" if analysed else "not_analysed")


def test_killed_as_soon_as_the_scanner_was_told_that_all_is_stored(
    site: Site, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    program = require_program("storescu")
    datasets = thick_ct("killed early", count=20)
    folder = written(tmp_path / "images", datasets)
    with serving(site) as service:
        sent = storescu(program, site.dicom_port, folder)
        service.kill()
    assert sent.returncode == 0
    with listening(RecordingPacs(), site.pacs_port) as pacs, serving(site) as service:
        assert_finished_once(service, pacs, datasets[0].StudyInstanceUID)
        study = service.study(datasets[0].StudyInstanceUID)
        assert study is not None
        assert study["instances"] == {"stored": 20, "conflicting": 0, "quarantined": 0}


def test_told_to_end_while_a_scanner_sends(site: Site) -> None:
    datasets = thick_ct("told to end")
    with serving(site) as service:
        with associated(site) as association:
            assert association.send_c_store(datasets[0]).Status == SUCCESS
            service.tell_to_end()
            wait_for(lambda: not service.answers())
            for dataset in datasets[1:]:
                assert association.send_c_store(dataset).Status == SUCCESS
        assert service.await_death() == 0
    with listening(RecordingPacs(), site.pacs_port) as pacs, serving(site) as service:
        assert_finished_once(service, pacs, datasets[0].StudyInstanceUID)


def test_a_pacs_that_is_down_gets_its_results_later_and_nobody_waits_for_it(site: Site) -> None:
    datasets = mr("pacs down")
    uid = datasets[0].StudyInstanceUID
    with serving(site, WETREAD_PIPELINE__DELIVERY_ATTEMPTS="100") as service:
        send(site, datasets)
        study = service.await_study(uid, "concluded")
        item = service.reading_item(uid)
        assert item is not None
        assert item["ai_state"] == "not_analysed"
        while study["deliveries"][0]["attempts"] < 2:
            study = service.await_study(uid, "concluded")
        (delivery,) = study["deliveries"]
        assert (delivery["confirmed"], delivery["waiting"]) == (0, MR_OBJECTS)
        assert "cannot be reached" in delivery["details"][0]
        with listening(RecordingPacs(), site.pacs_port) as pacs:
            assert_finished_once(service, pacs, uid, objects=MR_OBJECTS)
    assert "did not confirm" in site.log
    assert PATIENT_ID not in site.log
