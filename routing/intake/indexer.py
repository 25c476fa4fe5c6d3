"""Move received files from the inbox into the records: once each, whatever happens between."""

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

import structlog
from sqlalchemy.exc import OperationalError

from routing.intake.headers import InstanceHeader, read_header
from routing.intake.sameness import is_same_instance
from routing.intake.spool import Spool
from routing.records.catalog import StudyCatalog
from routing.records.studies import (
    InstanceEntry,
    InstanceStatus,
    StudyAttributes,
    is_document,
)
from wetread.domain.studies import PatientKey
from wetread.ports import Clock

_LARGEST_BATCH = 100
_GATHER_SECONDS = 0.2  # a commit costs the disk as much as an image
_RETRY_SECONDS = 1.0
_LONGEST_ISSUER = 64
_PASSING_ERRORS = (OSError, OperationalError)  # full disk, database locked or away

OnDocuments: TypeAlias = Callable[[Collection[str] | None], None]
"""Hears for which studies documents were stored, None at the start: any; it raises nothing."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    content_sha256: str
    received_at: datetime


class _Verdict(NamedTuple):
    status: InstanceStatus
    reason: str = ""


class Indexer:
    """One thread that records what the spool's inbox holds, in batches.

    ``on_documents`` hears of structured reports once they are recorded.
    ``sites`` names the hospital behind each calling AE title: it issues the patient IDs that name
    no issuer. `start` begins with whatever a former run left in the inbox.
    """

    def __init__(
        self,
        spool: Spool,
        catalog: StudyCatalog,
        *,
        clock: Clock,
        sites: Mapping[str, str],
        on_documents: OnDocuments | None = None,
    ) -> None:
        self._spool = spool
        self._catalog = catalog
        self._clock = clock
        self._sites = sites
        self._on_documents = on_documents
        self._pending: deque[_Received] = deque()  # what is being indexed stays in until it is done
        self._started = False
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        """Index what lies in the inbox, then what is submitted."""
        for content_sha256 in self._spool.waiting():
            modified = self._spool.inbox_path(content_sha256).stat().st_mtime
            self._add(content_sha256, datetime.fromtimestamp(modified, UTC))
        self._started = True
        self._thread.start()

    def submit(self, content_sha256: str) -> None:
        """Have a file of the inbox indexed; returns at once."""
        self._add(content_sha256, self._clock())

    def indexed_until(self) -> datetime:
        """Return the time before which everything received is indexed; long ago until `start`."""
        if not self._started:
            return datetime.min.replace(tzinfo=UTC)
        now = self._clock()
        try:
            return self._pending[0].received_at
        except IndexError:
            return now

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Index what is pending and end; what takes longer is indexed at the next start."""
        self._stopping.set()
        self._thread.join(timeout_seconds)

    def _add(self, content_sha256: str, received_at: datetime) -> None:
        self._pending.append(_Received(content_sha256=content_sha256, received_at=received_at))

    def _run(self) -> None:
        if self._on_documents is not None:
            self._on_documents(None)
        # Woken for each file, this thread would cost the receiver more than the indexing does.
        while not self._stopping.wait(_GATHER_SECONDS):
            self._index_pending()
        self._index_pending()

    def _index_pending(self) -> None:
        while batch := [self._pending[k] for k in range(min(len(self._pending), _LARGEST_BATCH))]:
            try:
                self._index_each(batch)
            except _PASSING_ERRORS as error:
                _log.warning(
                    "Received instances cannot be indexed now; trying again",
                    waiting=len(self._pending),
                    error=type(error).__name__,
                )
                self._stopping.wait(_RETRY_SECONDS)
                return
            for _ in batch:
                self._pending.popleft()

    def _index_each(self, batch: Sequence[_Received]) -> None:
        """Index the batch; where a file spoils it, index each alone and leave that one out."""
        try:
            self._index(batch)
        except _PASSING_ERRORS:
            raise
        except Exception:  # noqa: BLE001 - one hostile file must not stop intake
            for received in batch:
                self._index_alone(received)

    def _index_alone(self, received: _Received) -> None:
        try:
            self._index([received])
        except _PASSING_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - likewise
            _log.error(
                "A received instance cannot be indexed; it waits in the inbox for the next start",
                content_sha256=received.content_sha256,
                error=type(error).__name__,
            )

    def _index(self, batch: Sequence[_Received]) -> None:
        received_at: dict[str, datetime] = {}
        for one in batch:
            received_at.setdefault(one.content_sha256, one.received_at)
        recorded = self._catalog.recorded_contents(received_at)
        headers = {
            content: read_header(path)
            for content in received_at
            if content not in recorded and (path := self._spool.inbox_path(content)).exists()
        }
        paths = {content: self._spool.keep(content) for content in headers}
        verdicts = self._judge(headers)
        entries = [
            self._entry(content, headers[content], verdict, paths[content], received_at[content])
            for content, verdict in verdicts.items()
        ]
        if entries:
            self._catalog.index(entries)
        duplicates = headers.keys() - verdicts.keys()
        if recorded or duplicates:
            self._catalog.have_read(
                recorded, {headers[content].study_instance_uid for content in duplicates}
            )
        for content in duplicates:
            self._spool.discard(content)
        for content in received_at:
            self._spool.release(content)
        documents = {
            entry.study.study_instance_uid
            for entry in entries
            if entry.study is not None and is_document(entry.sop_class_uid)
        }
        if documents and self._on_documents is not None:
            self._on_documents(documents)

    def _judge(self, headers: Mapping[str, InstanceHeader]) -> dict[str, _Verdict]:
        """Decide what becomes of each content; none is given for an instance that is stored."""
        stored = self._catalog.stored_contents(
            {header.sop_instance_uid for header in headers.values() if not header.problem}
        )
        verdicts: dict[str, _Verdict] = {}
        for content, header in headers.items():
            if header.problem:
                verdicts[content] = _Verdict(InstanceStatus.QUARANTINED, header.problem)
                continue
            other = stored.setdefault(header.sop_instance_uid, content)
            if other == content:
                verdicts[content] = _Verdict(InstanceStatus.STORED)
            elif not is_same_instance(
                self._spool.object_path(other), self._spool.object_path(content)
            ):
                verdicts[content] = _Verdict(
                    InstanceStatus.CONFLICTING, f"its SOP Instance UID is that of {other}"
                )
        for content, verdict in verdicts.items():
            if verdict.status is not InstanceStatus.STORED:
                _log.warning(
                    "A received instance is set aside",
                    status=verdict.status,
                    reason=verdict.reason,
                    content_sha256=content,
                )
        return verdicts

    def _entry(
        self,
        content_sha256: str,
        header: InstanceHeader,
        verdict: _Verdict,
        relative_path: str,
        received_at: datetime,
    ) -> InstanceEntry:
        site = self._sites.get(header.source_ae_title, "")
        study = StudyAttributes(
            study_instance_uid=header.study_instance_uid,
            patient_key=PatientKey(
                issuer=(header.issuer or site)[:_LONGEST_ISSUER], patient_id=header.patient_id
            ),
            patient_name=header.patient_name,
            patient_details=header.patient_details,
            study_date=header.study_date,
            study_description=header.study_description,
            accession_number=header.accession_number,
        )
        return InstanceEntry(
            content_sha256=content_sha256,
            relative_path=relative_path,
            received_at=received_at,
            sending_ae=header.source_ae_title,
            site=site,
            status=verdict.status,
            detail=verdict.reason,
            sop_instance_uid=header.sop_instance_uid,
            sop_class_uid=header.sop_class_uid,
            series_instance_uid=header.series_instance_uid,
            transfer_syntax_uid=header.transfer_syntax_uid,
            study=None if verdict.status is InstanceStatus.QUARANTINED else study,
        )
