"""Read-only views of the records, for the HTTP side: nothing here changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from routing.records.tables import (
    DeliveryRecord,
    FindingsRecord,
    InstanceRecord,
    ReadingItemRecord,
    ResultObjectRecord,
    StudyRecord,
)
from wetread.domain.findings import Outcome
from wetread.domain.reading import AiState
from wetread.domain.reading_order import ReadRequest, Urgency
from wetread.domain.studies import StudyState


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStudy:
    """One study as a list shows it."""

    study_instance_uid: str
    issuer: str
    patient_id: str
    patient_name: str  # as DICOM writes it: groups divided by =, parts by ^
    study_date: str  # DICOM DA, empty when unknown
    study_description: str
    accession_number: str
    site: str
    state: StudyState
    revision: int
    first_received_at: datetime
    last_received_at: datetime
    completed_at: datetime | None
    fetched_from: str  # the archive, where it first came as a prior; empty where it was sent
    outcome: Outcome | None  # of the newest findings; None where there are none yet


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPage:
    """Some studies of a longer list, last received first."""

    studies: tuple[ListedStudy, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCounts:
    """How many instances of a study are kept, by what they are good for."""

    stored: int = 0
    conflicting: int = 0  # another content came under a UID that was known
    quarantined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationProgress:
    """How far one destination has confirmed the results of the newest revision."""

    destination: str
    confirmed: int
    waiting: int
    images: int  # that the objects add to the study, where images are counted
    attempts: int  # of the object that was tried most often
    last_confirmed_at: datetime | None
    details: tuple[str, ...]  # what the destination said of the objects that wait


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsDocumentView:
    """The findings.json document of one revision."""

    revision: int
    concluded_at: datetime
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingItem:
    """One study that waits for its reader."""

    study: ListedStudy
    requested_at: datetime
    ai_state: AiState
    priority: int
    reasons: tuple[str, ...]
    reader: str | None
    urgency: Urgency
    due_at: datetime | None

    @property
    def request(self) -> ReadRequest:
        """What decides where it stands."""
        return ReadRequest(
            requested_at=self.requested_at,
            urgency=self.urgency,
            due_at=self.due_at,
            ai_points=self.priority,
        )


class RecordsOverview:
    """Answers what is known of studies; each method is one short transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def studies(self, *, state: StudyState | None = None, limit: int, offset: int = 0) -> StudyPage:
        """Return a page of studies, those of one state only where it is given."""
        counted = select(func.count()).select_from(StudyRecord)
        listed = _summaries().order_by(
            StudyRecord.last_received_at.desc(), StudyRecord.study_instance_uid
        )
        if state is not None:
            counted = counted.where(StudyRecord.state == state)
            listed = listed.where(StudyRecord.state == state)
        with self._engine.connect() as connection:
            total = connection.execute(counted).scalar_one()
            rows = connection.execute(listed.limit(limit).offset(offset)).mappings()
            return StudyPage(studies=tuple(_summary(row) for row in rows), total=total)

    def study(self, study_instance_uid: str) -> ListedStudy | None:
        """Return one study, None where it is not known."""
        query = _summaries().where(StudyRecord.study_instance_uid == study_instance_uid)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _summary(row)

    def instance_counts(self, study_instance_uid: str) -> InstanceCounts:
        """Count the instances of a study."""
        query = (
            select(InstanceRecord.status, func.count())
            .where(InstanceRecord.study_instance_uid == study_instance_uid)
            .group_by(InstanceRecord.status)
        )
        with self._engine.connect() as connection:
            counts = dict(connection.execute(query).all())
        return InstanceCounts(**counts)

    def deliveries(self, study_instance_uid: str, revision: int) -> tuple[DestinationProgress, ...]:
        """Return the progress at each destination that has been tried, by name."""
        query = (
            select(DeliveryRecord.__table__, ResultObjectRecord.images)
            .join(
                ResultObjectRecord,
                ResultObjectRecord.sop_instance_uid == DeliveryRecord.sop_instance_uid,
            )
            .where(
                ResultObjectRecord.study_instance_uid == study_instance_uid,
                ResultObjectRecord.revision == revision,
            )
            .order_by(DeliveryRecord.destination, DeliveryRecord.sop_instance_uid)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        names = sorted({row["destination"] for row in rows})
        return tuple(
            _progress(name, [row for row in rows if row["destination"] == name]) for name in names
        )

    def findings(
        self, study_instance_uid: str, revision: int | None = None
    ) -> FindingsDocumentView | None:
        """Return the document of a revision, the newest where none is named."""
        query = (
            select(FindingsRecord.revision, FindingsRecord.concluded_at, FindingsRecord.document)
            .where(FindingsRecord.study_instance_uid == study_instance_uid)
            .order_by(FindingsRecord.revision.desc())
            .limit(1)
        )
        if revision is not None:
            query = query.where(FindingsRecord.revision == revision)
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else FindingsDocumentView(**row)

    def reading_items(self, study_instance_uids: Sequence[str]) -> tuple[ReadingItem, ...]:
        """Return the unreported items of these studies, in the same order; others are left out.

        Pass at most some hundred UIDs.
        """
        query = _summaries(
            ReadingItemRecord.requested_at,
            ReadingItemRecord.ai_state,
            ReadingItemRecord.priority,
            ReadingItemRecord.reasons,
            ReadingItemRecord.reader,
            ReadingItemRecord.urgency,
            ReadingItemRecord.due_at,
        ).join(
            ReadingItemRecord,
            ReadingItemRecord.study_instance_uid == StudyRecord.study_instance_uid,
        )
        query = query.where(
            StudyRecord.study_instance_uid.in_(study_instance_uids),
            ReadingItemRecord.reported_at.is_(None),
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        items = {row["study_instance_uid"]: _reading_item(row) for row in rows}
        return tuple(items[uid] for uid in study_instance_uids if uid in items)


_NEWEST_OUTCOME = (
    select(FindingsRecord.outcome)
    .where(FindingsRecord.study_instance_uid == StudyRecord.study_instance_uid)
    .order_by(FindingsRecord.revision.desc())
    .limit(1)
    .correlate(StudyRecord)
    .scalar_subquery()
    .label("outcome")
)


def _summaries(*more: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return select(
        StudyRecord.study_instance_uid,
        StudyRecord.issuer,
        StudyRecord.patient_id,
        StudyRecord.patient_name,
        StudyRecord.study_date,
        StudyRecord.study_description,
        StudyRecord.accession_number,
        StudyRecord.site,
        StudyRecord.state,
        StudyRecord.revision,
        StudyRecord.first_received_at,
        StudyRecord.last_received_at,
        StudyRecord.completed_at,
        StudyRecord.fetched_from,
        _NEWEST_OUTCOME,
        *more,
    )


def _summary(row: RowMapping) -> ListedStudy:
    return ListedStudy(
        study_instance_uid=row["study_instance_uid"],
        issuer=row["issuer"],
        patient_id=row["patient_id"],
        patient_name=row["patient_name"],
        study_date=row["study_date"],
        study_description=row["study_description"],
        accession_number=row["accession_number"],
        site=row["site"],
        state=StudyState(row["state"]),
        revision=row["revision"],
        first_received_at=row["first_received_at"],
        last_received_at=row["last_received_at"],
        completed_at=row["completed_at"],
        fetched_from=row["fetched_from"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
    )


def _progress(destination: str, rows: Sequence[RowMapping]) -> DestinationProgress:
    waiting = [row for row in rows if row["confirmed_at"] is None]
    times = [row["confirmed_at"] for row in rows if row["confirmed_at"] is not None]
    return DestinationProgress(
        destination=destination,
        confirmed=len(times),
        waiting=len(waiting),
        images=sum(row["images"] for row in rows),
        attempts=max(row["attempts"] for row in rows),
        last_confirmed_at=max(times, default=None),
        details=tuple(sorted({row["detail"] for row in waiting if row["detail"]})),
    )


def _reading_item(row: RowMapping) -> ReadingItem:
    return ReadingItem(
        study=_summary(row),
        requested_at=row["requested_at"],
        ai_state=AiState(row["ai_state"]),
        priority=row["priority"],
        reasons=tuple(row["reasons"]),
        reader=row["reader"],
        urgency=Urgency(row["urgency"]),
        due_at=row["due_at"],
    )
