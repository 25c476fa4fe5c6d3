import socket
import struct
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)
from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at import

from routing.intake.receiver import OUT_OF_RESOURCES, SUCCESS, StorageReceiver
from tests.support.instances import instance
from tests.support.intake import SCANNER, Intake, associated, intake_settings, receiving
from wetread.domain.errors import ConfigurationError

STUDY = instance().StudyInstanceUID


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return Intake(tmp_path)


def _wait_for(intake: Intake, count: int) -> None:
    until = time.monotonic() + 20
    while len(intake.statuses()) < count or intake.waiting():
        assert time.monotonic() < until, "the instances were not indexed"
        time.sleep(0.02)


def test_stores_what_it_is_sent(intake: Intake) -> None:
    with (
        receiving(intake) as receiver,
        associated(receiver.port, instance()) as association,
    ):
        for number in range(3):
            assert association.send_c_store(instance(number)).Status == SUCCESS
        _wait_for(intake, 3)

    assert len(intake.catalog.instances_of(STUDY)) == 3
    study = intake.catalog.study(STUDY)
    assert study is not None
    assert study.sending_ae == SCANNER


def test_the_same_instance_may_be_sent_again(intake: Intake) -> None:
    with receiving(intake) as receiver:
        for _ in range(2):
            with associated(receiver.port, instance()) as association:
                assert association.send_c_store(instance()).Status == SUCCESS
            _wait_for(intake, 1)

    assert list(intake.statuses().values()) == ["stored"]


@pytest.mark.parametrize(
    ("calling", "called", "reason"),
    [
        ("STRANGER", "WETREAD", "calling AE title"),
        (SCANNER, "SOMEBODY", "called AE title"),
    ],
)
def test_rejects_who_or_what_it_does_not_know(
    intake: Intake, calling: str, called: str, reason: str
) -> None:
    refused: list[str] = []
    receiver = StorageReceiver(
        intake_settings(), intake.spool, intake.indexer.submit, on_refused=refused.append
    )
    receiver.start()
    with associated(receiver.port, instance(), calling=calling, called=called) as association:
        assert association.is_rejected
    receiver.stop()

    assert refused == [reason]


def test_without_senders_nobody_is_let_in(intake: Intake) -> None:
    with (
        receiving(intake, senders=()) as receiver,
        associated(receiver.port, instance(), calling="WETREAD") as association,
    ):
        assert association.is_rejected


def test_rejects_more_associations_than_allowed(intake: Intake) -> None:
    with (
        receiving(intake, maximum_associations=1) as receiver,
        associated(receiver.port, instance()) as first,
        associated(receiver.port, instance()) as second,
    ):
        assert first.is_established
        assert second.is_rejected


def test_answers_echo(intake: Intake) -> None:
    ae = AE(SCANNER)
    ae.add_requested_context(Verification)
    with receiving(intake) as receiver:
        association = ae.associate("127.0.0.1", receiver.port, ae_title="WETREAD")
        assert association.send_c_echo().Status == SUCCESS
        association.release()


def test_a_full_disk_has_the_sender_try_again(tmp_path: Path) -> None:
    intake = Intake(tmp_path, minimum_free_bytes=2**62)
    with (
        receiving(intake) as receiver,
        associated(receiver.port, instance()) as association,
    ):
        assert association.send_c_store(instance()).Status == OUT_OF_RESOURCES

    assert not [path for path in intake.spool.root.rglob("*") if path.is_file()]


def test_prefers_explicit_value_representations(intake: Intake) -> None:
    with (
        receiving(intake) as receiver,
        associated(
            receiver.port,
            instance(),
            JPEG2000Lossless,
            ImplicitVRLittleEndian,
            ExplicitVRLittleEndian,
        ) as association,
    ):
        (context,) = association.accepted_contexts
        assert context.transfer_syntax == [ExplicitVRLittleEndian]


def test_associations_do_not_change_what_others_are_offered(intake: Intake) -> None:
    with receiving(intake) as receiver:
        for syntax in (ImplicitVRLittleEndian, JPEG2000Lossless, ExplicitVRLittleEndian):
            with associated(receiver.port, instance(), syntax) as association:
                (context,) = association.accepted_contexts
                assert context.transfer_syntax == [syntax]
                assert context.abstract_syntax == CTImageStorage


def test_a_port_that_is_taken_is_a_configuration_error(intake: Intake) -> None:
    with receiving(intake) as receiver:
        other = StorageReceiver(
            intake_settings(port=receiver.port), intake.spool, intake.indexer.submit
        )
        with pytest.raises(ConfigurationError, match=str(receiver.port)):
            other.start()


def test_stopping_lets_an_association_finish(intake: Intake) -> None:
    receiver = StorageReceiver(intake_settings(), intake.spool, intake.indexer.submit)
    receiver.start()
    with associated(receiver.port, instance()) as association:
        assert association.send_c_store(instance()).Status == SUCCESS
        receiver.stop(grace_seconds=0.2)
        until = time.monotonic() + 10
        while association.is_established and time.monotonic() < until:
            time.sleep(0.05)
        assert association.is_aborted
    receiver.stop()
    assert len(intake.waiting()) == 1


MALFORMED = {
    "garbage": b"GET / HTTP/1.1\r\n\r\n",
    "a message cut off": struct.pack(">BBL", 1, 0, 500) + b"x" * 10,
    "an association request of zeros": struct.pack(">BBL", 1, 0, 100) + bytes(100),
    "data without an association": struct.pack(">BBL", 4, 0, 6) + struct.pack(">LBB", 2, 1, 3),
}


@pytest.mark.parametrize("traffic", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_traffic_hurts_nobody_else(intake: Intake, traffic: bytes) -> None:
    with receiving(intake) as receiver:
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=10) as raw:
            raw.sendall(traffic)
            raw.shutdown(socket.SHUT_WR)
            while raw.recv(4096):
                pass  # until it closes the connection
        with associated(receiver.port, instance()) as association:
            assert association.send_c_store(instance()).Status == SUCCESS


def test_a_message_of_absurd_length_is_not_waited_for(intake: Intake) -> None:
    with (
        receiving(intake) as receiver,
        socket.create_connection(("127.0.0.1", receiver.port), timeout=10) as raw,
    ):
        raw.sendall(struct.pack(">BBL", 4, 0, 0xFFFFFFFF) + b"x" * 1000)
        with suppress(ConnectionResetError):
            while raw.recv(4096):
                pass  # until it closes the connection
