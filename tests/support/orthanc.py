"""A throw-away Orthanc, the PACS of the tests; run it inside `private_network`."""

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.private_network import free_port, wait_for_port

DICOMWEB_PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


@dataclass(frozen=True, slots=True, kw_only=True)
class Orthanc:
    """A running Orthanc."""

    dicom_port: int
    http_port: int

    def get(self, path: str) -> bytes:
        """Return what its REST API answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}") as answer:
            content: bytes = answer.read()
        return content

    def instances(self) -> list[str]:
        """Return Orthanc's own names of the instances it has."""
        names: list[str] = json.loads(self.get("/instances"))
        return names


@contextmanager
def running_orthanc(
    program: str, folder: Path, *, ae_title: str = "PACS", **configuration: Any
) -> Iterator[Orthanc]:
    """Run Orthanc on free ports, with its storage in ``folder``."""
    orthanc = Orthanc(dicom_port=free_port(), http_port=free_port())
    settings = {
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "DicomAet": ae_title,
        "DicomPort": orthanc.dicom_port,
        "DicomCheckCalledAet": True,
        "DicomAlwaysAllowStore": True,
        "HttpPort": orthanc.http_port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "OverwriteInstances": True,
        "Plugins": [],
        **configuration,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "orthanc.json"
    path.write_text(json.dumps(settings))
    process = subprocess.Popen(
        [program, str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TCP_NODELAY": "1"},  # DCMTK would wait 40 ms for each answer
    )
    try:
        wait_for_port(orthanc.http_port, process)
        wait_for_port(orthanc.dicom_port, process)
        yield orthanc
    finally:
        process.terminate()
        process.wait(30)
