"""A DICOMweb archive on this machine that answers as it is told to, rightly or not."""

import json
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from routing.intake.part10 import encode_file_meta
from routing.priors.archives.multipart import boundary_of, read_parts
from tests.support.instances import encoded
from wetread.settings import DicomWebArchiveSettings, WebDestinationSettings

_BOUNDARY = "a-boundary"


@dataclass(kw_only=True)
class WebArchive:
    """What it holds, what it says of it, and how it misbehaves."""

    port: int = 0
    datasets: list[Dataset] = field(default_factory=list)
    sent_instead: list[Dataset] | None = None  # whatever is asked for
    cut_after_bytes: int | None = None  # of the images
    garbage: bool = False  # no JSON
    hangs_on_images: threading.Event | None = None  # set: go on
    requests: list[str] = field(default_factory=list)
    received: dict[str, bytes] = field(default_factory=dict)  # files that came by STOW-RS
    storing: tuple[int, object] | None = None  # status and answer in place of storing

    def destination(self, **changes: object) -> WebDestinationSettings:
        """Return the settings by which it is sent results."""
        return WebDestinationSettings.model_validate(
            {
                "name": "pacs",
                "url": f"http://127.0.0.1:{self.port}/dicom-web",
                "timeout_seconds": 5,
                **changes,
            }
        )

    def settings(self, **changes: object) -> DicomWebArchiveSettings:
        """Return the settings by which it is asked."""
        return DicomWebArchiveSettings.model_validate(
            {
                "name": "elsewhere",
                "kind": "dicomweb",
                "issuers": ["Invented Hospital"],
                "url": f"http://127.0.0.1:{self.port}/dicom-web",
                "timeout_seconds": 1,
                **changes,
            }
        )

    @property
    def fetches(self) -> int:
        """How often images were asked for."""
        return sum(path.count("/") > 4 for path in self.requests)

    def answer(self, path: str) -> tuple[str, bytes]:
        """Return content type and body."""
        parts = path.partition("?")[0].removeprefix("/dicom-web/studies").strip("/").split("/")
        if self.garbage:
            return "text/html", b"<html>no archive here</html>"
        if parts == [""]:
            return _json(_study(one) for one in _firsts(self.datasets, "StudyInstanceUID"))
        of_study = [one for one in self.datasets if one.StudyInstanceUID == parts[0]]
        if len(parts) == 2:
            series = _firsts(of_study, "SeriesInstanceUID")
            return _json(_series(one, of_study) for one in series)
        images = [one for one in of_study if one.SeriesInstanceUID == parts[2]]
        if parts[3:] == ["instances"]:
            return _json(_element(one, "SOPInstanceUID") for one in images)
        return _multipart(images if self.sent_instead is None else self.sent_instead)

    def store(self, content_type: str, body: bytes) -> tuple[int, bytes]:
        """Keep what is sent (STOW-RS); return status and answer."""
        if self.storing is not None:
            status, told = self.storing
            return status, told if isinstance(told, bytes) else json.dumps(told).encode()
        stored = []
        for part in read_parts([body], boundary_of(content_type), largest_bytes=len(body)):
            dataset = dcmread(BytesIO(part))
            self.received[dataset.SOPInstanceUID] = part
            if all(one.SOPInstanceUID != dataset.SOPInstanceUID for one in self.datasets):
                self.datasets.append(dataset)
            stored.append({"00081155": {"vr": "UI", "Value": [dataset.SOPInstanceUID]}})
        return 200, json.dumps({"00081199": {"vr": "SQ", "Value": stored}}).encode()


@contextmanager
def running_archive(archive: WebArchive, tls: ssl.SSLContext | None = None) -> Iterator[WebArchive]:
    """Let an archive listen until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            archive.requests.append(self.path)
            content_type, body = archive.answer(self.path)
            images = content_type.startswith("multipart")
            if images and archive.hangs_on_images is not None:
                archive.hangs_on_images.wait(10)
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: archive.cut_after_bytes] if images else body)

        def do_POST(self) -> None:
            archive.requests.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, told = archive.store(self.headers["Content-Type"], body)
            self.send_response(status)
            self.send_header("Content-Type", "application/dicom+json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    archive.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield archive
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _firsts(datasets: Sequence[Dataset], keyword: str) -> list[Dataset]:
    return list({str(one[keyword].value): one for one in reversed(datasets)}.values())


def _study(dataset: Dataset) -> dict[str, object]:
    return _element(dataset, "StudyInstanceUID", "PatientID", "StudyDate", "StudyDescription")


def _series(dataset: Dataset, of_study: Sequence[Dataset]) -> dict[str, object]:
    count = sum(one.SeriesInstanceUID == dataset.SeriesInstanceUID for one in of_study)
    described = _element(dataset, "SeriesInstanceUID", "Modality", "BodyPartExamined")
    return described | {"00201209": {"vr": "IS", "Value": [count]}}


def _element(dataset: Dataset, *keywords: str) -> dict[str, object]:
    return {
        f"{int(dataset[keyword].tag):08X}": {
            "vr": dataset[keyword].VR,
            "Value": [str(dataset[keyword].value)],
        }
        for keyword in keywords
        if keyword in dataset
    }


def _json(answers: Iterator[dict[str, object]]) -> tuple[str, bytes]:
    return "application/dicom+json", json.dumps(list(answers)).encode()


def _multipart(datasets: Sequence[Dataset]) -> tuple[str, bytes]:
    body = bytearray()
    for dataset in datasets:
        meta = encode_file_meta(
            sop_class_uid=CTImageStorage,
            sop_instance_uid="1.2.3",
            transfer_syntax_uid=ExplicitVRLittleEndian,
            source_ae_title="",
        )
        body += f"--{_BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        body += meta + encoded(dataset) + b"\r\n"
    body += f"--{_BOUNDARY}--\r\n".encode()
    return f'multipart/related; type="application/dicom"; boundary={_BOUNDARY}', bytes(body)
