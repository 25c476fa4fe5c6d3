"""What a destination says that it stored is delivered only once it is confirmed."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from routing.commitments import ExpectedCommitments
from routing.destinations.c_find import FindConfirmation
from routing.destinations.commitment import CommitmentConfirmation
from routing.destinations.confirmation import ConfirmedDestination
from routing.destinations.dicom import DicomDestination, destination_node
from routing.intake.receiver import StorageReceiver
from routing.intake.spool import Spool
from tests.support.instances import instance, written
from tests.support.pacs import AE_TITLE, Pacs, running_pacs
from tests.support.web_archive import WebArchive, running_archive
from wetread.bootstrap.destinations import build_destinations
from wetread.domain.errors import DeliveryError
from wetread.domain.uids import derive_uid
from wetread.ports import Destination
from wetread.settings import IntakeSettings, SenderSettings, Settings

LOST = instance(1).SOPInstanceUID
KEPT = instance(0).SOPInstanceUID


@pytest.fixture
def pacs() -> Iterator[Pacs]:
    with running_pacs(Pacs(loses={LOST})) as running:
        yield running


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [written(tmp_path, 0), written(tmp_path, 1)]


def _asked(pacs: Pacs) -> Destination:
    settings = pacs.settings()
    return ConfirmedDestination(
        DicomDestination(settings), FindConfirmation(destination_node(settings)), ask_before=True
    )


def _committed(
    pacs: Pacs, expected: ExpectedCommitments | None = None, *, seconds: float = 5
) -> Destination:
    settings = pacs.settings()
    commitment = CommitmentConfirmation(
        destination_node(settings),
        expected or ExpectedCommitments(),
        wait_seconds=seconds,
        new_uid=partial(derive_uid, "transaction"),
    )
    return ConfirmedDestination(DicomDestination(settings), commitment)


@pytest.mark.parametrize("destination", [_asked, _committed])
def test_what_was_lost_after_success_is_not_confirmed(
    pacs: Pacs, paths: list[Path], destination: Callable[[Pacs], Destination]
) -> None:
    kept, lost = destination(pacs).send(paths)

    assert (kept.sop_instance_uid, kept.confirmed) == (KEPT, True)
    assert (lost.sop_instance_uid, lost.confirmed) == (LOST, False)
    assert "0x0000, Success; not " in lost.detail


def test_only_what_is_missing_is_sent_again(pacs: Pacs, paths: list[Path]) -> None:
    destination = _asked(pacs)
    destination.send(paths)
    pacs.loses.clear()
    assert all(one.confirmed for one in destination.send(paths))
    assert pacs.stored == [KEPT, LOST, LOST]


def test_a_node_that_cannot_be_asked_gets_the_results_all_the_same(paths: list[Path]) -> None:
    def ask(*_: object) -> None:
        raise DeliveryError("it does not answer")

    with running_pacs(Pacs()) as pacs:
        destination = ConfirmedDestination(
            DicomDestination(pacs.settings()),
            ask,  # type: ignore[arg-type]
            ask_before=True,
        )
        with pytest.raises(DeliveryError, match="it does not answer"):
            destination.send(paths)
        assert pacs.stored == [KEPT, LOST]


def test_a_report_may_come_to_the_receiver(pacs: Pacs, paths: list[Path], tmp_path: Path) -> None:
    expected = ExpectedCommitments()
    intake = IntakeSettings(senders=(SenderSettings(ae_title=AE_TITLE, site=""),))
    receiver = StorageReceiver(
        intake.model_copy(update={"port": 0}),
        Spool(tmp_path / "spool", 0),
        lambda _: None,
        commitments=expected,
    )
    receiver.start()
    pacs.reports, pacs.calls_back = "by calling back", receiver.port
    try:
        kept, lost = _committed(pacs, expected).send(paths)
    finally:
        receiver.stop()

    assert (kept.confirmed, kept.detail) == (True, "committed")
    assert not lost.confirmed
    assert "No Such SOP Instance" in lost.detail


def test_without_a_report_nothing_is_confirmed(pacs: Pacs, paths: list[Path]) -> None:
    pacs.reports = "never"
    receipts = _committed(pacs, seconds=0.2).send(paths)
    assert not any(one.confirmed for one in receipts)
    assert all("no report" in one.detail for one in receipts)


def test_a_web_server_that_lost_an_object_is_found_out(paths: list[Path]) -> None:
    with running_archive(WebArchive()) as archive:
        settings = Settings(web_destinations=(archive.destination(confirm="query"),))
        (destination,) = build_destinations(settings, ExpectedCommitments())
        archive.storing = 200, b""
        assert not any(one.confirmed for one in destination.send(paths))
        archive.storing = None
        assert all(one.confirmed for one in destination.send(paths))


def test_who_reports_commitments_has_to_be_let_in() -> None:
    with pytest.raises(ValueError, match=f"add {AE_TITLE} to intake.senders"):
        Settings(destinations=(Pacs(port=1).settings(confirm="commitment"),))
