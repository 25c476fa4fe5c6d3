"""A spent budget holds routine analyses back, and no read."""

import json
from pathlib import Path
from typing import Any

from tests.acceptance.peers import RecordingPacs, listening, send
from tests.acceptance.running import HOSPITAL, RunningService, Site, serving, wait_for
from tests.acceptance.studies import thick_ct

_REASON = f"The analysis waits: the budget of {HOSPITAL} for "


def told(service: RunningService, uid: str) -> dict[str, Any] | None:
    """Return the reading item once it says why the analysis waits."""
    item = service.reading_item(uid)
    return item if item is not None and item["reasons"] else None


def test_a_routine_study_is_read_but_not_analysed_while_the_budget_is_spent(
    tmp_path: Path,
) -> None:
    site = Site(folder=tmp_path)
    settings = {
        "WETREAD_COSTS__BUDGETS": json.dumps([{"payer": HOSPITAL, "month_jpy": 0}]),
        "WETREAD_COSTS__ROUTINE_SITES": json.dumps([HOSPITAL]),
    }
    study = thick_ct("budget spent")
    uid = study[0].StudyInstanceUID
    with listening(RecordingPacs(), site.pacs_port):
        with serving(site, **settings) as service:
            send(site, study)
            item = wait_for(lambda: told(service, uid))
            assert item["ai_state"] == "waiting"
            assert item["reasons"][0].startswith(_REASON)
            service.kill()
        with serving(site, **settings) as service:
            wait_for(lambda: service.post(f"/api/studies/{uid}/analyse-now").is_success)
            service.await_study(uid)
            item = told(service, uid)
            assert item is not None
            assert item["ai_state"] == "not_analysed"
            assert not item["reasons"][0].startswith(_REASON)
            assert service.bookings(uid) == 1
