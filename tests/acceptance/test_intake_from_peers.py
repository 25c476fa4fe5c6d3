"""Whatever the hospital's network sends: who is let in, and what is kept, once each."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from routing.records.tables import InstanceRecord
from tests.acceptance.conftest import Clinic
from tests.acceptance.peers import SUCCESS, associated, send, send_bytes, storescu
from tests.acceptance.running import AE_TITLE, SCANNER, wait_for
from tests.acceptance.studies import NAME, PATIENT_ID, thick_ct, written
from tests.support.instances import encoded

LONGEST_UID = "1.2." + "9" * 60
PATH_UID = "../../../../escaped"
WRONG_DATE = "1960/01/02"
SECRETS = (PATIENT_ID, "4712", WRONG_DATE, "KAKUU", "架空", "ｶｸｳ", "かくう", PATH_UID)


def counts(stored: int, *, conflicting: int = 0) -> dict[str, int]:
    return {"stored": stored, "conflicting": conflicting, "quarantined": 0}


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


def kept_in_spool(clinic: Clinic, content: bytes) -> bool:
    """Tell whether a received dataset lies in the spool byte for byte."""
    objects = clinic.site.data_dir / "spool" / "objects"
    return any(path.read_bytes().endswith(content) for path in objects.rglob("*.dcm"))


def stored_path(clinic: Clinic, sop_instance_uid: str) -> Path:
    """Return the file that counts as the instance of a UID."""
    engine = create_engine(f"sqlite:///{clinic.site.data_dir / 'records.sqlite'}")
    query = select(InstanceRecord.relative_path).where(
        InstanceRecord.sop_instance_uid == sop_instance_uid, InstanceRecord.status == "stored"
    )
    with Session(engine) as session:
        relative_path = session.scalars(query).one()
    engine.dispose()
    return clinic.site.data_dir / "spool" / relative_path


@pytest.mark.parametrize(
    ("calling", "called", "reason"),
    [
        ("STRANGER", AE_TITLE, "calling AE title"),
        (SCANNER, "SOMEBODY_ELSE", "called AE title"),
    ],
)
def test_who_does_not_belong_here_is_not_let_in(
    clinic: Clinic,
    tmp_path: Path,
    require_program: Callable[[str], str],
    calling: str,
    called: str,
    reason: str,
) -> None:
    program = require_program("storescu")
    datasets = thick_ct(f"not let in: {reason}", count=1)
    folder = written(tmp_path / "images", datasets)
    before = files(clinic.site.data_dir / "spool")
    sent = storescu(program, clinic.site.dicom_port, folder, calling=calling, called=called)
    assert sent.returncode != 0
    assert b"Not Recognized" in sent.stdout
    assert files(clinic.site.data_dir / "spool") == before
    assert clinic.service.study(datasets[0].StudyInstanceUID) is None
    assert reason in clinic.site.log


def test_a_study_sent_again_changes_nothing(clinic: Clinic) -> None:
    datasets = thick_ct("sent again")
    uid = datasets[0].StudyInstanceUID
    send(clinic.site, [*datasets, *datasets])
    study = clinic.service.await_study(uid)
    findings = clinic.service.findings(uid)

    send(clinic.site, datasets)
    settle(clinic)

    assert clinic.service.study(uid) == study
    assert study["instances"] == counts(len(datasets))
    assert clinic.service.findings(uid) == findings
    assert clinic.service.bookings(uid) == 1
    assert len(clinic.pacs.reports(uid)) == 1


def test_other_pixels_under_a_known_uid_are_kept_apart(clinic: Clinic) -> None:
    datasets = thick_ct("other pixels")
    uid = datasets[0].StudyInstanceUID
    send(clinic.site, datasets)
    clinic.service.await_study(uid)
    first = encoded(datasets[2])
    datasets[2].PixelData = b"\1" + datasets[2].PixelData[1:]

    send(clinic.site, [datasets[2]])
    settle(clinic)

    study = clinic.service.study(uid)
    assert study is not None
    assert study["instances"] == counts(len(datasets), conflicting=1)
    assert (study["state"], study["revision"]) == ("delivered", 0)
    assert stored_path(clinic, datasets[2].SOPInstanceUID).read_bytes().endswith(first)
    assert kept_in_spool(clinic, encoded(datasets[2]))


def test_a_late_image_makes_a_further_revision_that_names_the_first(clinic: Clinic) -> None:
    *datasets, late = thick_ct("late image")
    uid = late.StudyInstanceUID
    send(clinic.site, datasets)
    clinic.service.await_study(uid)

    send(clinic.site, [late])

    study = clinic.service.await_study(uid, revision=1)
    assert study["instances"] == counts(len(datasets) + 1)
    assert [clinic.service.findings(uid)["revision"], clinic.service.bookings(uid)] == [1, 2]
    first, second = clinic.pacs.reports(uid)
    assert "PredecessorDocumentsSequence" not in first
    (predecessor,) = second.PredecessorDocumentsSequence
    (series,) = predecessor.ReferencedSeriesSequence
    (named,) = series.ReferencedSOPSequence
    assert named.ReferencedSOPInstanceUID == first.SOPInstanceUID


@pytest.mark.filterwarnings("ignore:Invalid value for VR")  # pydicom's, of what is sent
def test_anything_else_that_is_sent_is_kept_and_stops_nothing(clinic: Clinic) -> None:
    without_id, *_ = thick_ct("without an ID", PatientID="", PatientBirthDate=WRONG_DATE)
    longest, *_ = thick_ct("longest UID", StudyInstanceUID=LONGEST_UID)
    escaping, *_ = thick_ct("escaping", StudyInstanceUID=PATH_UID, PatientID=f"../{PATIENT_ID}")
    named, *_ = thick_ct("named after a path", PatientID="../../4712")
    whole = encoded(thick_ct("cut off")[0])
    odd = {
        "text": b"Patient: KAKUU^JIROU, 4712\r\n" * 40,
        "cut off": whole[: len(whole) // 2],
        "zeros": bytes(4096),
    } | {name: encoded(one) for name, one in {"escaping": escaping, "named": named}.items()}
    outside = files(clinic.site.folder.parent) - files_of_service(clinic)
    logged = len(clinic.site.log)

    with associated(clinic.site) as association:
        for content in odd.values():
            assert send_bytes(association, content, sop_instance_uid=PATH_UID) == SUCCESS
    send(clinic.site, [without_id, longest])
    studies: list[Dataset] = [without_id, longest, named]
    for one in studies:
        study = clinic.service.await_study(one.StudyInstanceUID)
        assert study["instances"] == counts(1)
        assert study["patient_id"] == one.PatientID
        assert study["patient_name"] == NAME

    settle(clinic)
    for name, content in odd.items():
        assert kept_in_spool(clinic, content), name
    assert clinic.service.get("/health/ready").is_success
    assert files(clinic.site.folder.parent) - files_of_service(clinic) == outside
    said = clinic.site.log[logged:]
    assert said.count("set aside") == 4  # all but the one that only names a path
    assert not [secret for secret in SECRETS if secret in clinic.site.log]


def files_of_service(clinic: Clinic) -> set[Path]:
    """Return what lies in the data folder, as `files` of the folder above the site's gives it."""
    above = clinic.site.folder.parent
    return {path.relative_to(above) for path in clinic.site.data_dir.rglob("*")}


def settle(clinic: Clinic) -> None:
    """Return when all that was received is recorded: the inbox is empty."""
    inbox = clinic.site.data_dir / "spool" / "inbox"
    wait_for(lambda: not any(inbox.iterdir()))
