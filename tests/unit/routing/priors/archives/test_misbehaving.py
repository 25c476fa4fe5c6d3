"""A DIMSE archive that hangs, dies, refuses or answers wrongly is an `ArchiveError`, in time."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from pydicom import Dataset
from pydicom.uid import CTImageStorage
from pynetdicom import AE, evt
from pynetdicom.events import Event

from routing.intake.moves import Claim, ExpectedMoves
from routing.priors.archives import CGetArchive, CMoveArchive
from tests.support.instances import encoded, instance
from wetread.domain.errors import ArchiveError, PriorRefused
from wetread.domain.studies import PatientKey
from wetread.ports import PriorArchive, ReceivedInstance
from wetread.settings import DicomArchiveSettings

PATIENT = PatientKey(issuer="Invented Hospital", patient_id="T-0001")
FIND, GET = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.3"
PRIOR = instance(0, study="prior")


def c_get(port: int, *, maximum_bytes: int = 10**8) -> CGetArchive:
    return CGetArchive(_settings("c-get", port), maximum_bytes=maximum_bytes)


def c_move(port: int) -> CMoveArchive:
    moves = ExpectedMoves()
    moves.receiving.set()
    return CMoveArchive(
        _settings("c-move", port), moves, receiver_ae_title="WETREAD", move_seconds=1
    )


def _settings(kind: str, port: int) -> DicomArchiveSettings:
    return DicomArchiveSettings.model_validate(
        {
            "name": "elsewhere",
            "kind": kind,
            "issuers": [PATIENT.issuer],
            "host": "127.0.0.1",
            "port": port,
            "ae_title": "ARCHIVE",
            "timeout_seconds": 0.5,
        }
    )


@contextmanager
def scripted(
    find: Callable[..., object], get: Callable[..., object] | None = None
) -> Iterator[int]:
    """Run an archive whose answers are generators of pynetdicom; yield its port."""
    ae = AE("ARCHIVE")
    ae.add_supported_context(FIND)
    ae.add_supported_context(GET)
    ae.add_supported_context(CTImageStorage, scu_role=True, scp_role=True)
    handlers = [(evt.EVT_C_FIND, find), *([(evt.EVT_C_GET, get)] if get else [])]
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
    try:
        yield server.server_address[1]
    finally:
        ae.shutdown()


def nothing(_event: Event) -> Iterator[tuple[int, Dataset | None]]:
    yield 0x0000, None


def take_nothing(_instance: ReceivedInstance) -> None:
    raise AssertionError("nothing was to come")


@pytest.mark.parametrize("archive", [c_get, c_move])
def test_a_socket_that_says_nothing_is_given_up(archive: Callable[[int], PriorArchive]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(ArchiveError, match="cannot be reached or does not answer"):
            archive(port).find_studies(PATIENT, until=None)
        with pytest.raises(ArchiveError, match="cannot be reached or does not answer"):
            archive(port).fetch_series("1.2", ["1.2.3"], take_nothing)
        assert time.monotonic() - started < 6


@pytest.mark.parametrize("archive", [c_get, c_move])
def test_a_port_where_nobody_listens(archive: Callable[[int], PriorArchive]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ArchiveError, match="cannot be reached"):
        archive(port).find_studies(PATIENT, until=date(2026, 1, 1))


def test_a_study_of_another_patient_is_refused() -> None:
    def others(_event: Event) -> Iterator[tuple[int, Dataset | None]]:
        answer = Dataset()
        answer.QueryRetrieveLevel = "STUDY"
        answer.PatientID = "T-0002"
        answer.StudyInstanceUID = "1.2.3"
        yield 0xFF00, answer

    with scripted(others) as port, pytest.raises(PriorRefused, match="another patient"):
        c_get(port).find_studies(PATIENT, until=None)


def test_a_failure_status_is_told() -> None:
    def fail(_event: Event) -> Iterator[tuple[int, Dataset | None]]:
        yield 0xA700, None

    with scripted(fail) as port, pytest.raises(ArchiveError, match="0xA700"):
        c_get(port).find_studies(PATIENT, until=None)


def test_an_archive_that_dies_while_it_sends() -> None:
    def die(event: Event) -> Iterator[object]:
        yield 2
        yield 0xFF00, PRIOR
        event.assoc.abort()
        yield 0xFF00, PRIOR

    kept: list[str] = []
    with scripted(nothing, die) as port, pytest.raises(ArchiveError, match="broke off"):
        c_get(port).fetch_series("1.2", ["1.2.3"], lambda one: kept.append(one.sop_instance_uid))
    assert kept == [PRIOR.SOPInstanceUID]


def test_an_archive_that_sends_without_end_is_cut_off() -> None:
    def flood(_event: Event) -> Iterator[object]:
        yield 1000
        for number in range(1000):
            yield 0xFF00, instance(number, study="prior", PixelData=bytes(50_000))

    kept: list[str] = []
    with scripted(nothing, flood) as port, pytest.raises(ArchiveError):
        c_get(port, maximum_bytes=500_000).fetch_series(
            "1.2", ["1.2.3"], lambda one: kept.append(one.sop_instance_uid)
        )
    assert 0 < len(kept) < 12


def _received(dataset: Dataset) -> ReceivedInstance:
    return ReceivedInstance(
        sop_class_uid=CTImageStorage,
        sop_instance_uid=dataset.SOPInstanceUID,
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        source_ae_title="ARCHIVE",
        dataset=encoded(dataset),
    )


def test_an_instance_is_claimed_by_whoever_asked_for_its_study() -> None:
    moves = ExpectedMoves(["WETREAD"])
    other = instance(1, study="other")
    kept: list[str] = []
    with moves.expecting(
        "ARCHIVE", PRIOR.StudyInstanceUID, lambda one: kept.append(one.sop_instance_uid)
    ):
        assert moves.claim(_received(PRIOR), move_originator="") is Claim.KEPT
        assert moves.claim(_received(other), move_originator="") is Claim.ORDINARY
        assert moves.claim(_received(other), move_originator="SOMEBODY") is Claim.ORDINARY
    assert kept == [PRIOR.SOPInstanceUID]
    assert moves.claim(_received(PRIOR), move_originator="") is Claim.ORDINARY
    assert moves.claim(_received(PRIOR), move_originator="WETREAD") is Claim.REFUSED, (
        "a prior that comes too late was taken for a study to be read"
    )
