"""How a delivery by STOW-RS ends, whatever the server answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from routing.destinations.stow import StowDestination
from tests.support.instances import written
from tests.support.web_archive import WebArchive, running_archive
from wetread.domain.errors import DeliveryError, DestinationRefused
from wetread.ports import DeliveryReceipt


@pytest.fixture
def archive() -> Iterator[WebArchive]:
    with running_archive(WebArchive()) as running:
        yield running


def _send(archive: WebArchive, folder: Path) -> DeliveryReceipt:
    (receipt,) = StowDestination(archive.destination()).send([written(folder)])
    return receipt


def _failed(reason: int) -> dict[str, object]:
    item = {"00081197": {"vr": "US", "Value": [reason]}}
    return {"00081198": {"vr": "SQ", "Value": [item]}}


@pytest.mark.parametrize(
    ("reason", "stored", "told"),
    [
        (0x0111, True, "Duplication SOP Instance"),
        (0x0122, False, "SOP Class Not Supported"),
        (0x0124, False, "Not Authorised"),
        (0xA700, False, "Out of Resources"),
        (0xA900, False, "Does Not Match SOP Class"),
        (0xC122, False, "Cannot Understand"),
        (0x0999, False, "0x0999, Unknown"),
    ],
)
def test_the_reason_of_a_refusal_is_told(
    archive: WebArchive, tmp_path: Path, reason: int, *, stored: bool, told: str
) -> None:
    archive.storing = 409, _failed(reason)

    receipt = _send(archive, tmp_path)

    assert receipt.confirmed is stored
    assert told in receipt.detail


@pytest.mark.parametrize(
    ("status", "answer", "stored"),
    [
        (200, b"", True),
        (200, b"<NativeDicomModel/>", True),
        (200, [1, 2], True),
        (202, b"", False),
        (202, _failed(0xC000), False),
        (400, b"no", False),
        (409, b"conflict", False),
        (415, b"", False),
        (302, b"", False),
    ],
)
def test_where_the_answer_says_nothing_the_status_does(
    archive: WebArchive, tmp_path: Path, status: int, answer: object, *, stored: bool
) -> None:
    archive.storing = status, answer
    assert _send(archive, tmp_path).confirmed is stored


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_server_that_lets_nobody_in_is_not_asked_again(
    archive: WebArchive, tmp_path: Path, status: int
) -> None:
    archive.storing = status, b""
    with pytest.raises(DestinationRefused, match=str(status)):
        _send(archive, tmp_path)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(archive: WebArchive, tmp_path: Path, status: int) -> None:
    archive.storing = status, b""
    with pytest.raises(DeliveryError, match=str(status)) as caught:
        _send(archive, tmp_path)
    assert caught.value.retryable


def test_one_refused_object_takes_nothing_from_the_others(
    archive: WebArchive, tmp_path: Path
) -> None:
    destination = StowDestination(archive.destination())
    archive.storing = 409, _failed(0xA900)
    refused = destination.send([written(tmp_path, 0)])
    archive.storing = None
    assert [one.confirmed for one in (*refused, *destination.send([written(tmp_path, 1)]))] == [
        False,
        True,
    ]
