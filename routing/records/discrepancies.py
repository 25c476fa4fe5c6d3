"""What an analysis found after a study was reported: somebody has to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import DiscrepancyRecord
from routing.records.transactions import writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Findings that matter and came after the report."""

    study_instance_uid: str
    revision: int
    reasons: tuple[str, ...]
    raised_at: datetime


class DiscrepancyRecords:
    """Keeps discrepancies until somebody settles them; both are audited."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def raise_once(
        self, study_instance_uid: str, revision: int, *, reasons: Sequence[str], at: datetime
    ) -> bool:
        """Keep a discrepancy; False where that of the revision was raised before."""
        with writing(self._engine) as session:
            if session.get(DiscrepancyRecord, (study_instance_uid, revision)) is not None:
                return False
            record = DiscrepancyRecord(
                study_instance_uid=study_instance_uid,
                revision=revision,
                reasons=list(reasons),
                raised_at=at,
            )
            session.add(record)
            write_audit(
                session,
                at=at,
                actor="analysis",
                action="reading.discrepancy",
                study_instance_uid=study_instance_uid,
                detail={"revision": revision},
            )
            return True

    def open(self) -> tuple[Discrepancy, ...]:
        """Return those that nobody has settled, oldest first."""
        query = (
            select(DiscrepancyRecord)
            .where(DiscrepancyRecord.settled_at.is_(None))
            .order_by(DiscrepancyRecord.raised_at, DiscrepancyRecord.study_instance_uid)
        )
        with Session(self._engine) as session:
            return tuple(
                Discrepancy(
                    study_instance_uid=record.study_instance_uid,
                    revision=record.revision,
                    reasons=tuple(record.reasons),
                    raised_at=record.raised_at,
                )
                for record in session.scalars(query)
            )

    def settle(self, study_instance_uid: str, *, actor: str, at: datetime) -> bool:
        """Note that somebody has looked again; False where nothing is open."""
        query = select(DiscrepancyRecord).where(
            DiscrepancyRecord.study_instance_uid == study_instance_uid,
            DiscrepancyRecord.settled_at.is_(None),
        )
        with writing(self._engine) as session:
            records = session.scalars(query.with_for_update()).all()
            for record in records:
                record.settled_at, record.settled_by = at, actor
            if records:
                write_audit(
                    session,
                    at=at,
                    actor=actor,
                    action="reading.settle",
                    study_instance_uid=study_instance_uid,
                )
            return bool(records)
