"""How a delivery by C-STORE ends when the peer does not behave."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.uid import ComprehensiveSRStorage, CTImageStorage, ExplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.events import Event

from routing.destinations.dicom import DicomDestination
from tests.support.instances import instance
from wetread.domain.errors import DeliveryError
from wetread.settings import DestinationSettings

TIMEOUT_SECONDS = 0.5


@contextmanager
def _peer(
    store: Callable[[Event], Any] = lambda _event: 0x0000,
    *handlers: Any,
    sop_classes: Sequence[str] = (CTImageStorage, ComprehensiveSRStorage),
    calling: str | None = None,
) -> Iterator[DicomDestination]:
    ae = AE("PACS")
    for sop_class in sop_classes:
        ae.add_supported_context(sop_class, ExplicitVRLittleEndian)
    if calling is not None:
        ae.require_calling_aet = [calling]
    server = ae.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, store), *handlers]
    )
    assert server is not None
    try:
        yield _destination(server.server_address[1])
    finally:
        ae.shutdown()


def _destination(port: int) -> DicomDestination:
    return DicomDestination(
        DestinationSettings(
            name="pacs",
            host="127.0.0.1",
            port=port,
            ae_title="PACS",
            timeout_seconds=TIMEOUT_SECONDS,
        )
    )


def _write(folder: Path, *datasets: Dataset) -> list[Path]:
    paths = []
    for number, dataset in enumerate(datasets or (instance(),)):
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        paths.append(folder / f"{number}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    return paths


@pytest.mark.parametrize(
    ("status", "confirmed"),
    [
        (0x0000, True),
        (0xB000, True),  # coerced
        (0xB007, True),
        (0x0111, True),  # it has it already
        (0xA700, False),
        (0xA900, False),
        (0xC000, False),
        (0x0122, False),
        (0xFE00, False),
    ],
)
def test_the_status_decides(tmp_path: Path, *, status: int, confirmed: bool) -> None:
    with _peer(lambda _event: status) as destination:
        (receipt,) = destination.send(_write(tmp_path))

    assert receipt.confirmed is confirmed
    assert f"0x{status:04X}" in receipt.detail
    assert receipt.sop_instance_uid == instance().SOPInstanceUID


def test_the_peers_own_words_are_kept(tmp_path: Path) -> None:
    answer = Dataset()
    answer.Status = 0xA700
    answer.ErrorComment = "archive is full"

    with _peer(lambda _event: answer) as destination:
        (receipt,) = destination.send(_write(tmp_path))

    assert receipt.detail == "0xA700, Failure, Refused: Out of Resources, archive is full"


def test_each_object_has_its_own_receipt(tmp_path: Path) -> None:
    statuses = iter([0x0000, 0xC000, 0x0000])
    with _peer(lambda _event: next(statuses)) as destination:
        receipts = destination.send(_write(tmp_path, instance(0), instance(1), instance(2)))

    assert [one.confirmed for one in receipts] == [True, False, True]


def test_a_kind_the_peer_does_not_take_is_not_confirmed(tmp_path: Path) -> None:
    paths = _write(tmp_path, instance(0, SOPClassUID=ComprehensiveSRStorage), instance(1))

    with _peer(sop_classes=[CTImageStorage]) as destination:
        report, image = destination.send(paths)

    assert not report.confirmed
    assert "does not accept Comprehensive SR Storage in Explicit VR" in report.detail
    assert image.confirmed


def test_a_peer_that_takes_none_of_it_confirms_nothing(tmp_path: Path) -> None:
    with _peer(sop_classes=[ComprehensiveSRStorage]) as destination:
        (receipt,) = destination.send(_write(tmp_path))

    assert not receipt.confirmed
    assert "does not accept CT Image Storage" in receipt.detail


def test_a_rejected_association_tells_why(tmp_path: Path) -> None:
    with (
        _peer(calling="SOMEBODY") as destination,
        pytest.raises(
            DeliveryError, match=r"pacs .* rejected .*calling ae title not recog"
        ) as caught,
    ):
        destination.send(_write(tmp_path))

    assert caught.value.retryable


def test_a_peer_that_aborts_is_tried_again(tmp_path: Path) -> None:
    with (
        _peer(lambda event: event.assoc.abort()) as destination,
        pytest.raises(DeliveryError, match="broke off"),
    ):
        destination.send(_write(tmp_path, instance(0), instance(1)))


def _give_up_soon(destination: DicomDestination, paths: list[Path]) -> None:
    started = time.monotonic()
    with pytest.raises(DeliveryError) as caught:
        destination.send(paths)
    assert time.monotonic() - started < 10 * TIMEOUT_SECONDS
    assert caught.value.retryable


def test_a_peer_that_never_answers_a_store_is_given_up(tmp_path: Path) -> None:
    asked_to_end = threading.Event()

    def ponder(_event: Event) -> int:
        asked_to_end.wait(30)
        return 0x0000

    with _peer(ponder) as destination:
        _give_up_soon(destination, _write(tmp_path))
        asked_to_end.set()


def test_a_peer_that_stops_reading_is_given_up(tmp_path: Path) -> None:
    asked_to_end = threading.Event()
    established = threading.Event()

    def stop_reading(_event: Event) -> None:
        if established.is_set():
            asked_to_end.wait(30)

    handlers = (
        (evt.EVT_ESTABLISHED, lambda _event: established.set()),
        (evt.EVT_PDU_RECV, stop_reading),
    )
    large = instance()
    large.Rows = large.Columns = 4096
    large.PixelData = bytes(2 * 4096 * 4096)
    with _peer(lambda _event: 0x0000, *handlers) as destination:
        _give_up_soon(destination, _write(tmp_path, large))
        asked_to_end.set()


def test_a_peer_that_never_answers_at_all_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _give_up_soon(_destination(listener.getsockname()[1]), _write(tmp_path))


@pytest.mark.parametrize("answer", [b"", b"\x07\0\0\0\0\4\0\0\2\0", b"HTTP/1.1 400\r\n\r\n"])
def test_a_peer_that_speaks_something_else_is_given_up(tmp_path: Path, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reply() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=reply)
        thread.start()
        _give_up_soon(_destination(listener.getsockname()[1]), _write(tmp_path))
        thread.join()


def test_nobody_there(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(DeliveryError, match=f"127.0.0.1:{port}.* cannot be reached"):
        _destination(port).send(_write(tmp_path))
