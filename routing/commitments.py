"""Reports by which peers commit to what they store (PS3.4 annex J), whichever way they come."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from pydicom import Dataset
from pynetdicom.events import Event

COMMITMENT: Final = "1.2.840.10008.1.20.1"  # Storage Commitment Push Model SOP Class
COMMITMENT_INSTANCE: Final = "1.2.840.10008.1.20.1.1"  # its only instance
_SUCCESS, _INVALID_ARGUMENT = 0x0000, 0x0115


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReport:
    """What a peer commits to, and why not to the rest; by SOP Instance UID."""

    committed: frozenset[str]
    failures: Mapping[str, int]


@dataclass(slots=True)
class ExpectedReport:
    """The report of one transaction, which may come from any thread."""

    _report: CommitmentReport | None = None
    _came: threading.Event = field(default_factory=threading.Event)

    def settle(self, report: CommitmentReport) -> None:
        """Note what came."""
        self._report = report
        self._came.set()

    def wait(self, seconds: float) -> CommitmentReport | None:
        """Return the report as soon as it is there; None where it does not come in time."""
        self._came.wait(seconds)
        return self._report


class ExpectedCommitments:
    """Which peers were asked to commit; the receiver and our own associations tell it of reports.

    A peer reports on the association on which it was asked, or calls back (PS3.4 J.3.3).
    """

    def __init__(self) -> None:
        self._expected: dict[str, ExpectedReport] = {}
        self._lock = threading.Lock()

    @contextmanager
    def expecting(self, transaction_uid: str) -> Iterator[ExpectedReport]:
        """Take reports of a transaction until the end of the block."""
        expected = ExpectedReport()
        with self._lock:
            self._expected[transaction_uid] = expected
        try:
            yield expected
        finally:
            with self._lock:
                del self._expected[transaction_uid]

    def note_report(self, event: Event) -> tuple[int, Dataset | None]:
        """Take a report: the handler of N-EVENT-REPORT.

        One that comes too late is welcome all the same: what it says is asked for once more.
        """
        try:
            information = event.event_information
            transaction_uid = str(information.TransactionUID)
            report = CommitmentReport(
                committed=frozenset(
                    str(one.ReferencedSOPInstanceUID)
                    for one in information.get("ReferencedSOPSequence", ())
                ),
                failures={
                    str(one.ReferencedSOPInstanceUID): int(one.FailureReason)
                    for one in information.get("FailedSOPSequence", ())
                },
            )
        except Exception:  # noqa: BLE001 - pydicom raises anything on what peers write
            return _INVALID_ARGUMENT, None
        with self._lock:
            expected = self._expected.get(transaction_uid)
        if expected is not None:
            expected.settle(report)
        return _SUCCESS, None
