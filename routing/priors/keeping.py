"""Keep what an archive sends of one prior: all of it, checked, or nothing."""

import threading
from collections.abc import Collection
from dataclasses import dataclass

from routing.intake.headers import InstanceHeader, header_of_received
from routing.intake.spool import Spool
from routing.records.catalog import StudyCatalog
from routing.records.studies import InstanceEntry, InstanceStatus, StudyAttributes
from wetread.domain.errors import PriorRefused
from wetread.domain.studies import PatientKey
from wetread.ports import Clock, PriorArchive, ReceivedInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPrior:
    """What an archive was asked for; anything else is refused."""

    archive: str
    default_issuer: str  # of patient IDs that name none; empty: they identify nobody
    patient_key: PatientKey
    study_instance_uid: str
    series_instance_uids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """The most that one prior may take."""

    instances: int
    bytes: int


class PriorKeeper:
    """Takes the instances of one prior; they are recorded together, by `record`, or dropped.

    Until then they lie in the spool's inbox of fetched instances, where nothing is indexed and what
    a killed process left is removed at the next start: the archive still has it.
    """

    def __init__(
        self,
        wanted: WantedPrior,
        *,
        spool: Spool,
        catalog: StudyCatalog,
        limits: FetchLimits,
        clock: Clock,
    ) -> None:
        self._wanted = wanted
        self._spool = spool
        self._catalog = catalog
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()  # an archive may send on several associations
        self._headers: dict[str, InstanceHeader] = {}  # by content hash
        self._size_bytes = 0
        self._closed = ""  # why nothing more is taken

    def keep(self, instance: ReceivedInstance) -> None:
        """Check an instance and write it; raise `PriorRefused`, `StorageFull`."""
        header = header_of_received(instance)
        self._check(header)
        with self._lock:
            if self._closed:
                raise PriorRefused(self._closed)
            self._size_bytes += len(instance.dataset)
            full = len(self._headers) >= self._limits.instances
            if full or self._size_bytes > self._limits.bytes:
                self._closed = "it sent more than one prior may have"
                raise PriorRefused(self._closed)
            content = self._spool.receive(instance)
            self._headers[content] = header

    def record(self) -> bool:
        """Record the prior; False where its study has come some other way meanwhile.

        Raise `PriorRefused` where nothing came.
        """
        with self._lock:
            if self._closed:
                raise PriorRefused(self._closed)
            self._closed = "it is recorded already"
        headers = {one.sop_instance_uid: content for content, one in self._headers.items()}
        if not headers:
            raise PriorRefused("it sent no images")
        entries = [self._entry(content) for content in headers.values()]
        recorded = self._catalog.record_fetched(entries, archive=self._wanted.archive)
        self._release()
        return recorded

    @property
    def images(self) -> int:
        """How many different images came."""
        return len({one.sop_instance_uid for one in self._headers.values()})

    def drop(self, reason: str) -> None:
        """Forget what came, and take nothing more."""
        with self._lock:
            self._closed = self._closed or reason
        self._release()

    def _release(self) -> None:
        for content in self._headers:
            self._spool.release(content)

    def _check(self, header: InstanceHeader) -> None:
        """Raise `PriorRefused` unless the instance is one that was asked for."""
        wanted = self._wanted
        if header.problem:
            raise PriorRefused(f"it sent an unusable instance: {header.problem}")
        if header.study_instance_uid != wanted.study_instance_uid:
            raise PriorRefused("it sent an image of another study")
        if header.series_instance_uid not in wanted.series_instance_uids:
            raise PriorRefused("it sent an image of a series not asked for")
        patient = PatientKey(
            issuer=header.issuer or wanted.default_issuer, patient_id=header.patient_id
        )
        if patient != wanted.patient_key:
            raise PriorRefused("it sent an image of another patient")

    def _entry(self, content_sha256: str) -> InstanceEntry:
        header, wanted = self._headers[content_sha256], self._wanted
        return InstanceEntry(
            content_sha256=content_sha256,
            relative_path=self._spool.keep(content_sha256),
            received_at=self._clock(),
            sending_ae=header.source_ae_title,
            site=wanted.patient_key.issuer,
            status=InstanceStatus.STORED,
            detail="",
            sop_instance_uid=header.sop_instance_uid,
            sop_class_uid=header.sop_class_uid,
            series_instance_uid=header.series_instance_uid,
            transfer_syntax_uid=header.transfer_syntax_uid,
            study=StudyAttributes(
                study_instance_uid=header.study_instance_uid,
                patient_key=wanted.patient_key,
                patient_name=header.patient_name,
                patient_details=header.patient_details,
                study_date=header.study_date,
                study_description=header.study_description,
                accession_number=header.accession_number,
            ),
        )


def wanted_prior(
    archive: PriorArchive,
    patient: PatientKey,
    study_instance_uid: str,
    series_instance_uids: Collection[str],
) -> WantedPrior:
    """Return what to take from an archive of one study."""
    return WantedPrior(
        archive=archive.name,
        default_issuer=archive.issuers[0] if len(archive.issuers) == 1 else "",
        patient_key=patient,
        study_instance_uid=study_instance_uid,
        series_instance_uids=tuple(series_instance_uids),
    )
