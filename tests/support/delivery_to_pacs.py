"""Start a PACS, deliver files to it, and tell what it confirmed and what it has.

Usage: python -m tests.support.delivery_to_pacs orthanc|storescp PROGRAM FOLDER FILE…
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

from routing.destinations.dicom import DicomDestination
from tests.support.orthanc import running_orthanc
from tests.support.private_network import free_port, wait_for_port
from wetread.settings import DestinationSettings

Files = Callable[[], list[bytes]]


@contextmanager
def _orthanc(program: str, folder: Path) -> Iterator[tuple[int, Files]]:
    with running_orthanc(program, folder) as orthanc:
        yield (
            orthanc.dicom_port,
            lambda: [orthanc.get(f"/instances/{name}/file") for name in orthanc.instances()],
        )


@contextmanager
def _storescp(program: str, folder: Path) -> Iterator[tuple[int, Files]]:
    port = free_port()
    folder.mkdir()
    process = subprocess.Popen(
        [program, "+xa", "+B", "-aet", "PACS", "-od", str(folder), str(port)],
        env={**os.environ, "TCP_NODELAY": "1"},
    )
    try:
        wait_for_port(port, process)
        yield port, lambda: [path.read_bytes() for path in folder.iterdir()]
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Print receipts and received datasets (SOP Instance UID, transfer syntax, patient name)."""
    kind, program, folder, *files = sys.argv[1:]
    start = {"orthanc": _orthanc, "storescp": _storescp}[kind]
    with start(program, Path(folder)) as (port, received):
        destination = DicomDestination(
            DestinationSettings(name="pacs", host="127.0.0.1", port=port, ae_title="PACS")
        )
        receipts = destination.send([Path(file) for file in files])
        datasets = [dcmread(BytesIO(file)) for file in received()]
    print(
        json.dumps(
            {
                "confirmed": [one.sop_instance_uid for one in receipts if one.confirmed],
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
