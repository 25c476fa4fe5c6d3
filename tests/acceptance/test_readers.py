"""`wetread readers` and `wetread assign` beside the running service."""

import json
from pathlib import Path

from tests.acceptance.conftest import Clinic, Wetread
from tests.acceptance.peers import send
from tests.acceptance.running import wait_for
from tests.acceptance.studies import thick_ct


def test_a_study_goes_to_a_reader_who_refuses_it_to_the_other(
    clinic: Clinic, wetread: Wetread, tmp_path: Path
) -> None:
    service, data = clinic.service, {"WETREAD_DATA_DIR": str(clinic.site.data_dir)}
    (tmp_path / "scores.csv").write_bytes("読影医,眼窩CT\n読影医1,80\n読影医2,50\n".encode("cp932"))
    imported = wetread("readers", "import", tmp_path / "scores.csv", **data)
    assert imported.returncode == 0, imported.stderr

    study = thick_ct("to a reader", StudyDescription="眼窩CT")
    uid = study[0].StudyInstanceUID
    send(clinic.site, study)
    service.await_study(uid)

    def reader() -> str | None:
        item = service.reading_item(uid)
        return None if item is None else item["reader"]

    ran = wetread("assign", "--json", **data)
    assert ran.returncode == 0, ran.stderr
    assert wait_for(reader) == "読影医1"  # by the command, or by the service just before it
    refusal = {"reason": "not my field", "actor": "読影医1"}
    service.post(f"/api/assignments/{uid}/refusal", refusal).raise_for_status()
    made = json.loads(wetread("assign", "--json", **data).stdout)["assignments"]
    assert reader() == "読影医2"
    assert not made or made[0]["reasons"][0].startswith("Score 50 for 眼窩CT")
