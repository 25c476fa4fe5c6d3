"""Start an archive, fill it, ask it in each way it can be asked, and tell what came of it.

Usage: python -m tests.support.archive_trial orthanc|dcmqrscp PROGRAM FOLDER [PLUGIN]
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from routing.destinations.dicom import DicomDestination
from routing.intake.headers import header_of_received
from routing.intake.moves import ExpectedMoves
from routing.intake.part10 import encode_file_meta
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from routing.priors.archives import CGetArchive, CMoveArchive, DicomWebArchive
from tests.support.instances import JAPANESE_CHARACTER_SETS, instance
from tests.support.orthanc import running_orthanc
from tests.support.private_network import free_port, wait_for_port
from wetread.domain.errors import PriorRefused, WetreadError
from wetread.domain.studies import PatientKey
from wetread.ports import PriorArchive, ReceivedInstance
from wetread.settings import (
    DestinationSettings,
    DicomArchiveSettings,
    DicomWebArchiveSettings,
    IntakeSettings,
    SenderSettings,
)

ISSUER = "Invented Hospital"
PATIENT = PatientKey(issuer=ISSUER, patient_id="T-0001")
STRANGER = PatientKey(issuer=ISSUER, patient_id="T-000*")
NOBODY = PatientKey(issuer=ISSUER, patient_id="T-9999")
UNTIL = date(2025, 6, 1)
ARCHIVE_AE, OUR_AE = "ARCHIVE", "WETREAD"
IMAGES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where an archive listens."""

    dicom: int
    http: int | None


def stored_datasets(*, compressed: bool) -> list[Dataset]:
    """Return what the archive holds: a prior, a later study, and another patient's.

    ``compressed``: one image of the prior is; DCMTK's archive sends none of those.
    """
    prior = [
        instance(
            number,
            study="prior",
            SpecificCharacterSet=JAPANESE_CHARACTER_SETS,
            PatientName="KAKUU^JIROU=架空^次郎",
            PatientID=PATIENT.patient_id,
            BodyPartExamined="CHEST",
            PixelData=bytes([number + 1, 0]) * 64,
        )
        for number in range(IMAGES)
    ]
    if compressed:
        prior[-1].compress(RLELossless, generate_instance_uid=False)
    later = instance(0, study="later", PatientID=PATIENT.patient_id, StudyDate="20250901")
    other = instance(0, study="other", PatientID="T-0002")
    return [*prior, later, other]


@contextmanager
def orthanc(program: str, folder: Path, plugins: list[str], ours: int) -> Iterator[Ports]:
    """Run Orthanc, with DICOMweb where there is the plugin."""
    configuration = {
        "Plugins": plugins,
        "DicomAlwaysAllowFind": True,
        "DicomAlwaysAllowGet": True,
        "DicomAlwaysAllowMove": True,
        "DicomModalities": {"us": [OUR_AE, "127.0.0.1", ours]},
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    with running_orthanc(program, folder, ae_title=ARCHIVE_AE, **configuration) as running:
        http_port = running.http_port if plugins else None
        yield Ports(dicom=running.dicom_port, http=http_port)


@contextmanager
def dcmqrscp(program: str, folder: Path, ours: int) -> Iterator[Ports]:
    """Run DCMTK's archive."""
    (folder / "storage").mkdir(parents=True)
    port = free_port()
    configuration = folder / "dcmqrscp.cfg"
    configuration.write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 16384\nMaxAssociations = 16\n"
        f"HostTable BEGIN\nus = ({OUR_AE}, 127.0.0.1, {ours})\nHostTable END\n"
        "VendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\n{ARCHIVE_AE} {folder / 'storage'} RW (200, 1024mb) ANY\nAETable END\n"
    )
    process = subprocess.Popen(
        [program, "-c", str(configuration)],
        env={**os.environ, "TCP_NODELAY": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        yield Ports(dicom=port, http=None)
    finally:
        process.terminate()
        process.wait(30)


def archives_at(ports: Ports, moves: ExpectedMoves) -> dict[str, PriorArchive]:
    """Return the archive behind each adapter that can ask it."""
    limit = 64 * 1024**2

    def settings(kind: str) -> DicomArchiveSettings:
        return DicomArchiveSettings.model_validate(
            {
                "name": "archive",
                "kind": kind,
                "issuers": [ISSUER],
                "host": "127.0.0.1",
                "port": ports.dicom,
                "ae_title": ARCHIVE_AE,
                "calling_ae_title": OUR_AE,
            }
        )

    archives: dict[str, PriorArchive] = {
        "c-get": CGetArchive(settings("c-get"), maximum_bytes=limit),
        "c-move": CMoveArchive(
            settings("c-move"), moves, receiver_ae_title=OUR_AE, move_seconds=20
        ),
    }
    if ports.http is not None:
        web = DicomWebArchiveSettings.model_validate(
            {
                "name": "archive",
                "kind": "dicomweb",
                "issuers": [ISSUER],
                "url": f"http://127.0.0.1:{ports.http}/dicom-web",
            }
        )
        archives["dicomweb"] = DicomWebArchive(web, maximum_bytes=limit)
    return archives


def fill(ports: Ports, folder: Path, datasets: Sequence[Dataset]) -> None:
    """Send datasets to the archive."""
    paths = []
    for number, dataset in enumerate(datasets):
        if not dataset.file_meta.get("TransferSyntaxUID"):
            dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        paths.append(folder / f"{number}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    destination = DicomDestination(
        DestinationSettings(name="archive", host="127.0.0.1", port=ports.dicom, ae_title=ARCHIVE_AE)
    )
    receipts = destination.send(paths)
    assert all(one.confirmed for one in receipts), receipts


def trial(archive: PriorArchive) -> dict[str, Any]:
    """Return what the archive gave, refused and failed to give."""
    prior = stored_datasets(compressed=False)[0]
    study, series = str(prior.StudyInstanceUID), str(prior.SeriesInstanceUID)
    found = archive.find_studies(PATIENT, until=UNTIL)
    kept: list[Dataset] = []
    archive.fetch_series(study, [series], lambda one: kept.append(_dataset(one)))
    refused: list[str] = []

    def refuse_second(one: ReceivedInstance) -> None:
        refused.append(one.sop_instance_uid)
        if len(refused) == 2:
            raise PriorRefused("that is enough")

    return {
        "found": {one.study_instance_uid: str(one.study_date) for one in found},
        "series": [
            [series.modality, series.body_part, series.instances]
            for one in found
            for series in one.series
        ],
        "found_without_end": len(archive.find_studies(PATIENT, until=None)),
        "nobody": len(archive.find_studies(NOBODY, until=None)),
        "wildcards": _error(lambda: archive.find_studies(STRANGER, until=None)),
        "kept": {
            one.SOPInstanceUID: [str(one.PatientName), int(one.pixel_array.mean())] for one in kept
        },
        "refusal": _error(lambda: archive.fetch_series(study, [series], refuse_second)),
        "after_refusal": len(refused),
        "again": len(archive.find_studies(PATIENT, until=UNTIL)),
        "unknown_series": _kept_of_unknown(archive, study),
    }


def _kept_of_unknown(archive: PriorArchive, study: str) -> int:
    kept: list[str] = []
    _error(
        lambda: archive.fetch_series(
            study, ["1.2.3"], lambda one: kept.append(one.sop_instance_uid)
        )
    )
    return len(kept)


def _error(action: Any) -> str:
    try:
        action()
    except WetreadError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _dataset(received: ReceivedInstance) -> Dataset:
    header = header_of_received(received)
    meta = encode_file_meta(
        sop_class_uid=header.sop_class_uid,
        sop_instance_uid=header.sop_instance_uid,
        transfer_syntax_uid=received.transfer_syntax_uid,
        source_ae_title="",
    )
    return dcmread(BytesIO(meta + bytes(received.dataset)))


def main() -> None:
    """Print what each way of asking gave."""
    peer, program, folder_name, *plugins = sys.argv[1:]
    folder = Path(folder_name)
    moves = ExpectedMoves([OUR_AE])
    ours = free_port()
    receiver = StorageReceiver(
        IntakeSettings(port=ours, senders=(SenderSettings(ae_title=ARCHIVE_AE, site=ISSUER),)),
        Spool(folder / "spool", 0),
        lambda _content: None,
        moves=moves,
    )
    with ExitStack() as stack:
        receiver.start()
        stack.callback(receiver.stop)
        ports = stack.enter_context(
            orthanc(program, folder / "archive", plugins, ours)
            if peer == "orthanc"
            else dcmqrscp(program, folder / "archive", ours)
        )
        fill(ports, folder, stored_datasets(compressed=peer == "orthanc"))
        told = {kind: trial(one) for kind, one in archives_at(ports, moves).items()}
        told["intake"] = {"received": len(Spool(folder / "spool", 0).waiting())}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
