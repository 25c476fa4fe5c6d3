"""What every destination does, whatever is behind it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pytest
from pydicom import Dataset, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.uid import ComprehensiveSRStorage, JPEGBaseline8Bit

from routing.commitments import ExpectedCommitments
from routing.destinations.folder import FolderDestination
from tests.support.instances import instance, written
from tests.support.pacs import AE_TITLE, Pacs, running_pacs
from tests.support.web_archive import WebArchive, running_archive
from wetread.bootstrap.destinations import build_destinations
from wetread.domain.errors import DeliveryError, UnreadableInstance
from wetread.ports import Destination
from wetread.settings import IntakeSettings, SenderSettings, Settings


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


@dataclass(kw_only=True)
class DicomHarness:
    stack: ExitStack
    confirm: str
    pacs: Pacs = field(default_factory=Pacs)

    def __post_init__(self) -> None:
        self.stack.enter_context(running_pacs(self.pacs))
        settings = self.pacs.settings(confirm=self.confirm)
        (self.destination,) = build_destinations(
            Settings(
                destinations=(settings,),
                intake=IntakeSettings(senders=(SenderSettings(ae_title=AE_TITLE, site=""),)),
            ),
            ExpectedCommitments(),
        )

    def received(self) -> dict[str, bytes]:
        return self.pacs.files

    def go_away(self) -> None:
        self.pacs.go_away()


@dataclass(kw_only=True)
class WebHarness:
    stack: ExitStack
    confirm: str
    archive: WebArchive = field(default_factory=WebArchive)

    def __post_init__(self) -> None:
        self.stack.enter_context(running_archive(self.archive))
        settings = self.archive.destination(confirm=self.confirm)
        (self.destination,) = build_destinations(
            Settings(web_destinations=(settings,)), ExpectedCommitments()
        )

    def received(self) -> dict[str, bytes]:
        return self.archive.received

    def go_away(self) -> None:
        self.stack.close()


@pytest.fixture(
    params=["folder", "c-store", "c-store query", "c-store commitment", "stow", "stow query"]
)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
    kind, _, confirm = request.param.partition(" ")
    with ExitStack() as stack:
        if kind == "folder":
            yield FolderHarness(tmp_path / "received")
        elif kind == "stow":
            yield WebHarness(stack=stack, confirm=confirm or "status")
        else:
            yield DicomHarness(stack=stack, confirm=confirm or "status")


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
