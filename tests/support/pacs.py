"""A DICOM node on this machine that stores, is asked what it has, and commits to it or not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from pydicom import Dataset, dcmread
from pydicom.filebase import DicomBytesIO
from pydicom.uid import (
    ComprehensiveSRStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)
from pynetdicom import AE, build_role, evt
from pynetdicom.events import Event

from routing.commitments import COMMITMENT, COMMITMENT_INSTANCE
from routing.finding import FIND
from wetread.settings import DestinationSettings

AE_TITLE = "PACS"


@dataclass(kw_only=True)
class Pacs:
    """What it has, and how it misbehaves."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    stored: list[str] = field(default_factory=list)  # each as often as it came
    loses: set[str] = field(default_factory=set)  # answered with success all the same
    reports: Literal["at once", "by calling back", "never"] = "at once"
    calls_back: int = 0  # the port
    go_away: Callable[[], None] = lambda: None

    def settings(self, **changes: Any) -> DestinationSettings:
        """Return the settings by which it is sent results."""
        return DestinationSettings(
            name="pacs",
            host="127.0.0.1",
            port=self.port,
            ae_title=AE_TITLE,
            **{"timeout_seconds": 5, **changes},
        )

    def store(self, event: Event) -> int:
        """Answer C-STORE."""
        file = event.encoded_dataset()
        uid = dcmread(DicomBytesIO(file)).SOPInstanceUID
        self.stored.append(uid)
        if uid not in self.loses:
            self.files[uid] = file
        return 0x0000

    def find(self, event: Event) -> Iterator[tuple[int, Dataset | None]]:
        """Answer C-FIND at the level IMAGE."""
        wanted = event.identifier
        assert wanted.QueryRetrieveLevel == "IMAGE"
        for uid, file in self.files.items():
            has = dcmread(DicomBytesIO(file))
            same_series = has.SeriesInstanceUID == wanted.SeriesInstanceUID
            if same_series and wanted.SOPInstanceUID == uid:
                answer = Dataset()
                answer.SOPInstanceUID = uid
                yield 0xFF00, answer
        yield 0x0000, None

    def commit(self, event: Event) -> tuple[int, None]:
        """Answer N-ACTION, and report from another thread."""
        asked = event.action_information
        report = Dataset()
        report.TransactionUID = asked.TransactionUID
        there, lost = [], []
        for one in asked.ReferencedSOPSequence:
            known = one.ReferencedSOPInstanceUID in self.files
            (there if known else lost).append(one)
            if not known:
                one.FailureReason = 0x0112
        report.ReferencedSOPSequence = there
        if lost:
            report.FailedSOPSequence = lost
        kind = 2 if lost else 1
        if self.reports == "at once":
            threading.Timer(0.1, _report, (event.assoc, report, kind)).start()
        elif self.reports == "by calling back":
            threading.Thread(target=self._call_back, args=(report, kind)).start()
        return 0x0000, None

    def _call_back(self, report: Dataset, kind: int) -> None:
        ae = AE(AE_TITLE)
        ae.add_requested_context(COMMITMENT)
        association = ae.associate(
            "127.0.0.1",
            self.calls_back,
            ae_title="WETREAD",
            ext_neg=[build_role(COMMITMENT, scp_role=True)],
        )
        assert association.is_established
        _report(association, report, kind)
        association.release()


def _report(association: Any, report: Dataset, kind: int) -> None:
    association.send_n_event_report(report, kind, COMMITMENT, COMMITMENT_INSTANCE)


@contextmanager
def running_pacs(pacs: Pacs) -> Iterator[Pacs]:
    """Let a node listen until the end of the block."""
    ae = AE(AE_TITLE)
    syntaxes = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit]
    for sop_class in (CTImageStorage, ComprehensiveSRStorage):
        ae.add_supported_context(sop_class, syntaxes)
    ae.add_supported_context(FIND)
    ae.add_supported_context(COMMITMENT)
    server = ae.start_server(
        ("127.0.0.1", 0),
        block=False,
        evt_handlers=[
            (evt.EVT_C_STORE, pacs.store),
            (evt.EVT_C_FIND, pacs.find),
            (evt.EVT_N_ACTION, pacs.commit),
        ],
    )
    assert server is not None
    pacs.port = server.server_address[1]
    pacs.go_away = server.shutdown
    try:
        yield pacs
    finally:
        ae.shutdown()
