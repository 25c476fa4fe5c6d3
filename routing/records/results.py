"""Result objects in the records, and what each destination has confirmed of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, Select, delete, func, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import DeliveryRecord, ResultObjectRecord, StudyRecord
from routing.records.transactions import writing
from routing.results.objects import EncodedObject, ObjectKind
from routing.results.outputs import OutputPlan
from wetread.domain.studies import StudyState
from wetread.ports import DeliveryReceipt


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Parcel:
    """All objects of one revision for one destination."""

    study_instance_uid: str
    revision: int
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """A measurement report that was made of a revision of a study."""

    sop_instance_uid: str
    revision: int
    path: Path


class ResultRecords:
    """Keeps which objects exist, and which of them have arrived where."""

    def __init__(self, engine: Engine, results_dir: Path) -> None:
        self._engine = engine
        self._results_dir = results_dir

    def folder(self, study_instance_uid: str, revision: int) -> Path:
        """Return where the results of a revision lie."""
        return self._results_dir / study_instance_uid / str(revision)

    def address(
        self,
        study_instance_uid: str,
        revision: int,
        *,
        objects: Sequence[EncodedObject],
        destinations: Sequence[str],
    ) -> None:
        """Record the objects, and which of these destinations each of them is to go to."""
        with writing(self._engine) as session:
            for one in objects:
                self._record(session, study_instance_uid, revision, one)
                for name in destinations:
                    if one.recipients is None or name in one.recipients:
                        _address(session, one.sop_instance_uid, name)

    def encoded(self, study_instance_uid: str, revision: int) -> frozenset[tuple[ObjectKind, str]]:
        """Return which kinds there are of a revision, each with the variant of its marks."""
        with Session(self._engine) as session:
            records = session.scalars(_objects_of(study_instance_uid, revision))
            return frozenset((ObjectKind(one.kind), one.marks) for one in records)

    def readdress(
        self,
        study_instance_uid: str,
        revision: int,
        *,
        plan: OutputPlan,
        objects: Sequence[EncodedObject],
        actor: str,
        at: datetime,
    ) -> None:
        """Record further objects, and that each destination is to have what is planned now.

        What is no longer planned and has not arrived is not sent any more.
        """
        with writing(self._engine) as session:
            for one in objects:
                self._record(session, study_instance_uid, revision, one)
            for record in session.scalars(_objects_of(study_instance_uid, revision)).all():
                names = plan.recipients_of(ObjectKind(record.kind), record.marks)
                for name in names:
                    _address(session, record.sop_instance_uid, name)
                session.execute(
                    delete(DeliveryRecord).where(
                        DeliveryRecord.sop_instance_uid == record.sop_instance_uid,
                        DeliveryRecord.destination.not_in(names),
                        DeliveryRecord.confirmed_at.is_(None),
                    )
                )
            write_audit(
                session,
                at=at,
                actor=actor,
                action="redeliver",
                study_instance_uid=study_instance_uid,
                detail={
                    "revision": revision,
                    "new_objects": [one.sop_instance_uid for one in objects],
                },
            )

    def _record(
        self, session: Session, study_instance_uid: str, revision: int, one: EncodedObject
    ) -> None:
        if session.get(ResultObjectRecord, one.sop_instance_uid) is None:
            record = ResultObjectRecord(
                sop_instance_uid=one.sop_instance_uid,
                study_instance_uid=study_instance_uid,
                revision=revision,
                kind=one.kind.value,
                relative_path=str(one.path.relative_to(self._results_dir)),
                marks=one.marks,
                images=one.images,
            )
            session.add(record)
            session.flush()  # a delivery refers to it

    def reports_of(self, study_instance_uid: str) -> tuple[OwnReport, ...]:
        """Return the measurement reports of a study, of all its revisions, oldest first."""
        query = (
            select(ResultObjectRecord)
            .where(
                ResultObjectRecord.study_instance_uid == study_instance_uid,
                ResultObjectRecord.kind == ObjectKind.MEASUREMENT_REPORT,
            )
            .order_by(ResultObjectRecord.revision)
        )
        with Session(self._engine) as session:
            return tuple(
                OwnReport(
                    sop_instance_uid=one.sop_instance_uid,
                    revision=one.revision,
                    path=self._results_dir / one.relative_path,
                )
                for one in session.scalars(query)
            )

    def unconfirmed(self, parcel: Parcel) -> tuple[Path, ...]:
        """Return the files that the parcel's destination has not confirmed."""
        query = _deliveries_of(parcel).where(DeliveryRecord.confirmed_at.is_(None))
        query = query.order_by(ResultObjectRecord.relative_path)
        with Session(self._engine) as session:
            records = session.scalars(query.with_only_columns(ResultObjectRecord.relative_path))
            return tuple(self._results_dir / relative_path for relative_path in records)

    def note_receipts(
        self, parcel: Parcel, receipts: Sequence[DeliveryReceipt], *, at: datetime
    ) -> None:
        """Record what the destination said of each object; a confirmation is never taken back."""
        said = {receipt.sop_instance_uid: receipt for receipt in receipts}
        with writing(self._engine) as session:
            for delivery in session.scalars(_deliveries_of(parcel)):
                receipt = said.get(delivery.sop_instance_uid)
                if receipt is None or delivery.confirmed_at is not None:
                    continue
                delivery.attempts += 1
                delivery.detail = receipt.detail
                if receipt.confirmed:
                    delivery.confirmed_at = at

    def note_no_answer(self, parcel: Parcel, detail: str) -> None:
        """Record an attempt in which the destination confirmed nothing."""
        with writing(self._engine) as session:
            for delivery in session.scalars(_deliveries_of(parcel)):
                if delivery.confirmed_at is None:
                    delivery.attempts += 1
                    delivery.detail = detail

    def conclude_delivery(self, parcel: Parcel) -> None:
        """Mark the study delivered once every destination has confirmed its newest results."""
        waiting = _deliveries(parcel.study_instance_uid, parcel.revision).where(
            DeliveryRecord.confirmed_at.is_(None)
        )
        with writing(self._engine) as session:
            study = session.get_one(StudyRecord, parcel.study_instance_uid, with_for_update=True)
            left = session.scalar(select(func.count()).select_from(waiting.subquery()))
            newest = study.revision == parcel.revision and study.state == StudyState.CONCLUDED
            if left == 0 and newest:
                study.state = StudyState.DELIVERED

    def waiting(self) -> tuple[Parcel, ...]:
        """Return every parcel that has not arrived whole."""
        query = (
            select(
                ResultObjectRecord.study_instance_uid,
                ResultObjectRecord.revision,
                DeliveryRecord.destination,
            )
            .join(
                DeliveryRecord,
                DeliveryRecord.sop_instance_uid == ResultObjectRecord.sop_instance_uid,
            )
            .where(DeliveryRecord.confirmed_at.is_(None))
            .distinct()
        )
        with Session(self._engine) as session:
            rows = session.execute(query).mappings()
            return tuple(sorted(Parcel(**row) for row in rows))


def _address(session: Session, sop_instance_uid: str, destination: str) -> None:
    if session.get(DeliveryRecord, (sop_instance_uid, destination)) is None:
        session.add(
            DeliveryRecord(
                sop_instance_uid=sop_instance_uid,
                destination=destination,
                confirmed_at=None,
                attempts=0,
                detail="",
            )
        )


def _objects_of(study_instance_uid: str, revision: int) -> Select[ResultObjectRecord]:
    return select(ResultObjectRecord).where(
        ResultObjectRecord.study_instance_uid == study_instance_uid,
        ResultObjectRecord.revision == revision,
    )


def _deliveries(study_instance_uid: str, revision: int) -> Select[DeliveryRecord]:
    return (
        select(DeliveryRecord)
        .join(
            ResultObjectRecord,
            ResultObjectRecord.sop_instance_uid == DeliveryRecord.sop_instance_uid,
        )
        .where(
            ResultObjectRecord.study_instance_uid == study_instance_uid,
            ResultObjectRecord.revision == revision,
        )
    )


def _deliveries_of(parcel: Parcel) -> Select[DeliveryRecord]:
    return _deliveries(parcel.study_instance_uid, parcel.revision).where(
        DeliveryRecord.destination == parcel.destination
    )
