"""What every destination does, whatever is behind it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from pydicom import Dataset, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.uid import (
    ComprehensiveSRStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)
from pynetdicom import AE, evt
from pynetdicom.events import Event
from pynetdicom.transport import ThreadedAssociationServer

from routing.destinations.dicom import DicomDestination
from routing.destinations.folder import FolderDestination
from routing.destinations.stow import StowDestination
from tests.support.instances import instance, written
from tests.support.web_archive import WebArchive, running_archive
from wetread.domain.errors import DeliveryError, UnreadableInstance
from wetread.ports import Destination
from wetread.settings import DestinationSettings


class Harness(Protocol):
    """A destination and a look behind it."""

    destination: Destination

    def received(self) -> dict[str, bytes]:
        """Return the files that arrived, by SOP Instance UID."""
        ...

    def go_away(self) -> None:
        """Make the destination unreachable."""
        ...


@dataclass
class FolderHarness:
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.destination: Destination = FolderDestination("pacs", self.folder)

    def received(self) -> dict[str, bytes]:
        return {path.stem: path.read_bytes() for path in self.folder.iterdir()}

    def go_away(self) -> None:
        self.folder.rmdir()


@dataclass
class DicomHarness:
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ae = AE("PACS")
        syntaxes = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit]
        for sop_class in (CTImageStorage, ComprehensiveSRStorage):
            ae.add_supported_context(sop_class, syntaxes)
        server = ae.start_server(
            ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, self._store)]
        )
        assert isinstance(server, ThreadedAssociationServer)
        self.server = server
        self.destination: Destination = DicomDestination(
            DestinationSettings(
                name="pacs",
                host="127.0.0.1",
                port=server.server_address[1],
                ae_title="PACS",
                timeout_seconds=5,
            )
        )

    def _store(self, event: Event) -> int:
        file = event.encoded_dataset()
        self.files[dcmread(DicomBytesIO(file)).SOPInstanceUID] = file
        return 0x0000

    def received(self) -> dict[str, bytes]:
        return self.files

    def go_away(self) -> None:
        self.server.shutdown()


@dataclass
class WebHarness:
    stack: ExitStack
    archive: WebArchive = field(default_factory=WebArchive)

    def __post_init__(self) -> None:
        self.stack.enter_context(running_archive(self.archive))
        self.destination: Destination = StowDestination(self.archive.destination())

    def received(self) -> dict[str, bytes]:
        return self.archive.received

    def go_away(self) -> None:
        self.stack.close()


@pytest.fixture(params=["folder", "dicom", "stow"])
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    if request.param == "folder":
        yield FolderHarness(tmp_path / "received")
        return
    if request.param == "stow":
        with ExitStack() as stack:
            yield WebHarness(stack)
        return
    harness = DicomHarness()
    yield harness
    harness.server.ae.shutdown()


def test_has_its_configured_name(harness: Harness) -> None:
    assert harness.destination.name == "pacs"


def test_confirms_every_object_it_delivered(harness: Harness, tmp_path: Path) -> None:
    paths = [
        written(tmp_path, 0),
        written(tmp_path, 1, SOPClassUID=ComprehensiveSRStorage),
        written(tmp_path, 2),
    ]

    receipts = harness.destination.send(paths)

    sent = {path: dcmread(path) for path in paths}
    assert [one.sop_instance_uid for one in receipts] == [d.SOPInstanceUID for d in sent.values()]
    assert all(one.confirmed and one.detail for one in receipts)
    received = harness.received()
    for dataset in sent.values():
        arrived: Dataset = dcmread(DicomBytesIO(received[dataset.SOPInstanceUID]))
        assert arrived == dataset
        assert arrived.file_meta.TransferSyntaxUID == dataset.file_meta.TransferSyntaxUID


def test_keeps_the_transfer_syntax_and_every_byte(harness: Harness, tmp_path: Path) -> None:
    dataset = instance()
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.PixelData = bytes.fromhex("feff00e0 00000000 feff00e0 04000000 ffd8ffd9")
    path = tmp_path / "compressed.dcm"
    dataset.save_as(path, enforce_file_format=True)

    (receipt,) = harness.destination.send([path])

    assert receipt.confirmed
    arrived = harness.received()[dataset.SOPInstanceUID]
    assert dcmread(DicomBytesIO(arrived)).file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    start = path.read_bytes().index(b"\x08\x00\x05\x00") if "SpecificCharacterSet" in dataset else 0
    body = path.read_bytes()[path.read_bytes().index(b"\x08\x00\x08\x00CS", start) :]
    assert arrived.endswith(body)


def test_may_be_told_twice(harness: Harness, tmp_path: Path) -> None:
    path = written(tmp_path)

    assert all(harness.destination.send([path])[0].confirmed for _ in range(2))
    assert len(harness.received()) == 1


def test_nothing_to_send_is_no_work(harness: Harness) -> None:
    harness.go_away()
    assert harness.destination.send([]) == ()


def test_a_destination_that_is_away_is_tried_again(harness: Harness, tmp_path: Path) -> None:
    harness.go_away()

    with pytest.raises(DeliveryError, match="pacs") as caught:
        harness.destination.send([written(tmp_path)])

    assert caught.value.retryable


def test_what_is_no_dicom_file_is_not_sent(harness: Harness, tmp_path: Path) -> None:
    path = tmp_path / "notes.dcm"
    path.write_text("not DICOM")

    with pytest.raises(UnreadableInstance, match="notes"):
        harness.destination.send([path])
    with pytest.raises(UnreadableInstance):
        harness.destination.send([tmp_path / "missing.dcm"])
    assert harness.received() == {}
