"""Start a PACS, deliver files to it, and tell what it confirmed and what it has.

Usage: python -m tests.support.delivery_to_pacs orthanc|stow|storescp CONFIRM PROGRAM FOLDER FILE…
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from pydicom import dcmread

from routing.commitments import ExpectedCommitments
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from tests.support.orthanc import DICOMWEB_PLUGIN, Orthanc, running_orthanc
from tests.support.private_network import free_port, wait_for_port
from wetread.bootstrap.destinations import build_destinations
from wetread.ports import Destination
from wetread.settings import IntakeSettings, SenderSettings, Settings

Files = Callable[[], list[bytes]]


@contextmanager
def _orthanc(program: str, folder: Path, confirm: str) -> Iterator[tuple[Destination, Files]]:
    ours, expected = free_port(), ExpectedCommitments()
    receiver = StorageReceiver(
        IntakeSettings(port=ours, senders=(SenderSettings(ae_title="PACS", site=""),)),
        Spool(folder / "spool", 0),
        lambda _content: None,
        commitments=expected,
    )
    with running_orthanc(
        program, folder, DicomModalities={"wetread": ["WETREAD", "127.0.0.1", ours]}
    ) as orthanc:
        receiver.start()
        try:
            yield (
                _dicom_destination(orthanc.dicom_port, expected, confirm=confirm),
                lambda: _files(orthanc),
            )
        finally:
            receiver.stop()


@contextmanager
def _stow(program: str, folder: Path, confirm: str) -> Iterator[tuple[Destination, Files]]:
    plugins = [str(DICOMWEB_PLUGIN)]
    with running_orthanc(program, folder, Plugins=plugins, OverwriteInstances=False) as orthanc:
        server = {
            "name": "pacs",
            "url": f"http://127.0.0.1:{orthanc.http_port}/dicom-web",
            "confirm": confirm,
        }
        settings = Settings.model_validate({"web_destinations": [server]})
        (destination,) = build_destinations(settings, ExpectedCommitments())
        yield destination, lambda: _files(orthanc)


@contextmanager
def _storescp(program: str, folder: Path, confirm: str) -> Iterator[tuple[Destination, Files]]:
    port = free_port()
    folder.mkdir()
    process = subprocess.Popen(
        [program, "+xa", "+B", "-aet", "PACS", "-od", str(folder), str(port)],
        env={**os.environ, "TCP_NODELAY": "1"},
    )
    try:
        wait_for_port(port, process)
        yield (
            _dicom_destination(port, ExpectedCommitments(), confirm=confirm),
            lambda: [path.read_bytes() for path in folder.iterdir()],
        )
    finally:
        process.terminate()
        process.wait(30)


def _dicom_destination(port: int, expected: ExpectedCommitments, *, confirm: str) -> Destination:
    node = {"name": "pacs", "host": "127.0.0.1", "port": port, "ae_title": "PACS"}
    settings = Settings.model_validate(
        {
            "destinations": [{**node, "confirm": confirm}],
            "intake": {"senders": [{"ae_title": "PACS", "site": ""}]},
        }
    )
    (destination,) = build_destinations(settings, expected)
    return destination


def _files(orthanc: Orthanc) -> list[bytes]:
    return [orthanc.get(f"/instances/{name}/file") for name in orthanc.instances()]


def main() -> None:
    """Print receipts and received datasets (SOP Instance UID, transfer syntax, patient name)."""
    kind, confirm, program, folder, *files = sys.argv[1:]
    start = {"orthanc": _orthanc, "stow": _stow, "storescp": _storescp}[kind]
    with start(program, Path(folder), confirm) as (destination, received):
        paths = [Path(file) for file in files]
        receipts = destination.send(paths)
        again = destination.send(paths)
        datasets = [dcmread(BytesIO(file)) for file in received()]
    print(
        json.dumps(
            {
                "confirmed": [one.sop_instance_uid for one in receipts if one.confirmed],
                "confirmed_again": [one.sop_instance_uid for one in again if one.confirmed],
                "details": [one.detail for one in receipts],
                "received": {
                    one.SOPInstanceUID: [one.file_meta.TransferSyntaxUID, str(one.PatientName)]
                    for one in datasets
                },
            }
        )
    )


if __name__ == "__main__":
    main()
