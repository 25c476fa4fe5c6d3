"""Ask a DICOM node to commit to what it stores (PS3.4 annex J, Storage Commitment Push Model)."""

from collections.abc import Callable, Sequence
from typing import Final

from pydicom import Dataset
from pynetdicom import build_context, evt
from pynetdicom.association import Association

from routing.associations import PeerNode, associated
from routing.commitments import (
    COMMITMENT,
    COMMITMENT_INSTANCE,
    CommitmentReport,
    ExpectedCommitments,
    ExpectedReport,
)
from routing.destinations.storing import SUCCESS, describe_storing
from routing.intake.headers import InstanceHeader
from wetread.domain.errors import DeliveryError
from wetread.ports import DeliveryReceipt

_REQUEST: Final = 1  # PS3.4 table J.3.2-1: the action type
_OPEN_SECONDS: Final = 1.0  # some report on the association while it is open, some only after it


class CommitmentConfirmation:
    """Waits for the report, which may come on the association or to our own receiver."""

    def __init__(
        self,
        node: PeerNode,
        expected: ExpectedCommitments,
        *,
        wait_seconds: float,
        new_uid: Callable[[], str],
    ) -> None:
        self._node = node
        self._expected = expected
        self._wait_seconds = wait_seconds
        self._new_uid = new_uid

    def __call__(self, headers: Sequence[InstanceHeader]) -> tuple[DeliveryReceipt, ...]:
        """Return what it commits to; raise `DeliveryError` where it does not take the request."""
        transaction_uid = self._new_uid()
        with self._expected.expecting(transaction_uid) as expected:
            report = self._ask(transaction_uid, headers, expected)
            if report is None:
                report = expected.wait(self._wait_seconds)
        return tuple(_receipt(header, report) for header in headers)

    def _ask(
        self, transaction_uid: str, headers: Sequence[InstanceHeader], expected: ExpectedReport
    ) -> CommitmentReport | None:
        with associated(
            self._node,
            [build_context(COMMITMENT)],
            failure=DeliveryError,
            handlers=[(evt.EVT_N_EVENT_REPORT, self._expected.note_report)],
        ) as association:
            if not association.is_established:
                raise DeliveryError(f"{self._node} does not accept storage commitment")
            status = _request(association, transaction_uid, headers)
            if status is None:
                raise DeliveryError(f"{self._node} broke off, or did not answer, when to commit")
            if status != SUCCESS:
                raise DeliveryError(f"{self._node} does not commit: {describe_storing(status)}")
            return expected.wait(min(_OPEN_SECONDS, self._wait_seconds))


def _request(
    association: Association, transaction_uid: str, headers: Sequence[InstanceHeader]
) -> int | None:
    information = Dataset()
    information.TransactionUID = transaction_uid
    information.ReferencedSOPSequence = [_reference(header) for header in headers]
    try:
        answer, _ = association.send_n_action(
            information, _REQUEST, COMMITMENT, COMMITMENT_INSTANCE
        )
    except RuntimeError:  # pynetdicom: the association is gone
        return None
    return int(answer.Status) if "Status" in answer else None


def _reference(header: InstanceHeader) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID = header.sop_class_uid
    reference.ReferencedSOPInstanceUID = header.sop_instance_uid
    return reference


def _receipt(header: InstanceHeader, report: CommitmentReport | None) -> DeliveryReceipt:
    uid = header.sop_instance_uid
    if report is None:
        detail = "no report of a storage commitment came yet"
    elif uid in report.committed:
        detail = "committed"
    elif uid in report.failures:
        detail = f"not committed: {describe_storing(report.failures[uid])}"
    else:
        detail = "not committed: the report does not name it"
    return DeliveryReceipt(
        sop_instance_uid=uid,
        confirmed=report is not None and uid in report.committed,
        detail=detail,
    )
