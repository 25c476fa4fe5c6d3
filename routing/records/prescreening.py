"""Decisions of pre-screening in the records: made once, overridden by humans, all audited."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import PrescreenRecord
from routing.records.transactions import writing
from wetread.domain.findings import Prescreen
from wetread.domain.prescreening import PrescreenTally, ReadDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescreenDecision:
    """What became of the read of one study."""

    study_instance_uid: str
    revision: int
    site: str
    advice: Prescreen
    reasons: tuple[str, ...]
    decision: ReadDecision
    decided_at: datetime
    overridden_to: ReadDecision | None
    overridden_by: str | None
    missed: bool | None

    @property
    def holds(self) -> ReadDecision:
        """What holds now: a human's word, or what was decided."""
        return self.overridden_to or self.decision


class PrescreenRecords:
    """Keeps one decision for each revision; the newest counts, and a human's word stays."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def decide_once(
        self,
        study_instance_uid: str,
        revision: int,
        *,
        site: str,
        advice: Prescreen,
        reasons: Sequence[str],
        decide: Callable[[], ReadDecision],
        at: datetime,
    ) -> PrescreenDecision:
        """Return the decision of a revision; ``decide`` is asked only where there is none yet."""
        with writing(self._engine) as session:
            record = session.get(PrescreenRecord, (study_instance_uid, revision))
            if record is None:
                before = _newest(session, study_instance_uid)
                record = PrescreenRecord(
                    study_instance_uid=study_instance_uid,
                    revision=revision,
                    site=site,
                    advice=advice.value,
                    reasons=list(reasons),
                    decision=decide().value,
                    decided_at=at,
                    overridden_to=None if before is None else before.overridden_to,
                    overridden_by=None if before is None else before.overridden_by,
                )
                session.add(record)
                write_audit(
                    session,
                    at=at,
                    actor="prescreening",
                    action=f"prescreen.{record.decision}",
                    study_instance_uid=study_instance_uid,
                    detail={"revision": revision, "advice": record.advice},
                )
            return _decision(record)

    def override(
        self, study_instance_uid: str, to: ReadDecision, *, actor: str, at: datetime
    ) -> PrescreenDecision | None:
        """Keep a human's word; None where nothing was decided."""
        with writing(self._engine) as session:
            record = _newest(session, study_instance_uid)
            if record is None:
                return None
            record.overridden_to, record.overridden_by = to.value, actor
            write_audit(
                session,
                at=at,
                actor=actor,
                action="prescreen.override",
                study_instance_uid=study_instance_uid,
                detail={"to": to.value, "decided": record.decision},
            )
            return _decision(record)

    def note_read(self, study_instance_uid: str, *, found_something: bool) -> None:
        """Keep whether the report of a sampled study found what was missed."""
        with writing(self._engine) as session:
            record = _newest(session, study_instance_uid)
            if record is not None and record.decision == ReadDecision.SAMPLED:
                record.missed = found_something

    def decisions(
        self, *, since: datetime, until: datetime, site: str | None = None
    ) -> tuple[PrescreenDecision, ...]:
        """Return the newest decision of each study decided in a time, newest first."""
        record = PrescreenRecord
        query = (
            select(record)
            .where(record.decided_at >= since, record.decided_at < until)
            .order_by(record.decided_at.desc(), record.revision.desc())
        )
        if site is not None:
            query = query.where(record.site == site)
        newest: dict[str, PrescreenDecision] = {}
        with Session(self._engine) as session:
            for one in session.scalars(query):
                newest.setdefault(one.study_instance_uid, _decision(one))
        return tuple(newest.values())


def tally(decisions: Sequence[PrescreenDecision]) -> PrescreenTally:
    """Count decisions; a study is requested or not as it holds now."""

    def count(told: Callable[[PrescreenDecision], bool]) -> int:
        return sum(map(told, decisions))

    return PrescreenTally(
        requested=count(lambda one: one.holds is ReadDecision.REQUESTED),
        sampled=count(lambda one: one.holds is ReadDecision.SAMPLED),
        withdrawn=count(lambda one: one.holds is ReadDecision.WITHDRAWN),
        overridden=count(lambda one: one.overridden_to is not None),
        sampled_read=count(lambda one: one.missed is not None),
        sampled_missed=count(lambda one: one.missed is True),
    )


def _newest(session: Session, study_instance_uid: str) -> PrescreenRecord | None:
    return session.scalar(
        select(PrescreenRecord)
        .where(PrescreenRecord.study_instance_uid == study_instance_uid)
        .order_by(PrescreenRecord.revision.desc())
        .limit(1)
        .with_for_update()
    )


def _decision(record: PrescreenRecord) -> PrescreenDecision:
    overridden = record.overridden_to
    return PrescreenDecision(
        study_instance_uid=record.study_instance_uid,
        revision=record.revision,
        site=record.site,
        advice=Prescreen(record.advice),
        reasons=tuple(record.reasons),
        decision=ReadDecision(record.decision),
        decided_at=record.decided_at,
        overridden_to=None if overridden is None else ReadDecision(overridden),
        overridden_by=record.overridden_by,
        missed=record.missed,
    )
