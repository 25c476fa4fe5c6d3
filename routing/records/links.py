"""Links between patients in the records: found, decided, taken back; each change is audited."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Engine, func, or_, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.patients import is_of
from routing.records.tables import PatientLinkRecord
from routing.records.transactions import writing
from wetread.domain.identity.links import (
    POSSIBLE_STATES,
    SURE_STATES,
    Decision,
    FoundMatch,
    Linked,
    LinkState,
    PatientLink,
)
from wetread.domain.identity.matching import Band, Evidence, Match
from wetread.domain.studies import PatientKey

_ACTOR: Final = "identity"
_STATES: Final = {Band.AUTOMATIC: LinkState.AUTOMATIC, Band.REVIEW: LinkState.REVIEW}
_DECIDABLE: Final = frozenset({LinkState.AUTOMATIC, LinkState.REVIEW})
_UNDOABLE: Final = frozenset({LinkState.CONFIRMED, LinkState.REFUSED})
_EVIDENCE: Final = TypeAdapter(tuple[Evidence, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """Some links of a longer list, surest first."""

    links: tuple[PatientLink, ...]
    total: int


class LinkRecords:
    """Keeps what is held of pairs of keys; each method is one transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note_matches(
        self, key: PatientKey, found: Sequence[FoundMatch], *, match_table: str, at: datetime
    ) -> None:
        """Bring the links of a key up to what its matches say now.

        Links that a human has looked at stay as they are, whatever the weights say.
        """
        with writing(self._engine) as session:
            query = select(PatientLinkRecord).where(_concerns(key)).with_for_update()
            known = {_other(record, key): record for record in session.scalars(query)}
            for one in found:
                state = _STATES.get(one.match.band)
                if state is None:
                    continue
                record = known.pop(one.other, None)
                if record is None:
                    record = _new_record(key, one.other)
                    session.add(record)
                if record.decided_by is None:
                    _weigh(record, one.match, match_table, at)
                    _move(session, record, state, actor=_ACTOR, at=at)
            for record in known.values():
                if record.decided_by is None:
                    _move(session, record, LinkState.WITHDRAWN, actor=_ACTOR, at=at)

    def linked_keys(self, key: PatientKey) -> Linked:
        """Return the keys of a patient: its own, then those it is linked with directly.

        A link says something of two keys only: what another link says of a third is not passed on.
        """
        return Linked(
            patients=(key, *self._others(key, SURE_STATES)),
            keys_to_prefetch=(key, *self._others(key, POSSIBLE_STATES)),
        )

    def page(self, states: Collection[LinkState], *, limit: int, offset: int = 0) -> LinkPage:
        """Return a page of the links in these states."""
        chosen = PatientLinkRecord.state.in_(states)
        listed = (
            select(PatientLinkRecord)
            .where(chosen)
            .order_by(PatientLinkRecord.bits.desc(), PatientLinkRecord.link_id)
            .limit(limit)
            .offset(offset)
        )
        with Session(self._engine) as session:
            total = session.scalar(
                select(func.count()).select_from(PatientLinkRecord).where(chosen)
            )
            return LinkPage(
                links=tuple(_link(record) for record in session.scalars(listed)), total=total or 0
            )

    def find(self, link_id: int) -> PatientLink | None:
        """Return one link."""
        with Session(self._engine) as session:
            record = session.get(PatientLinkRecord, link_id)
            return None if record is None else _link(record)

    def decide(self, link_id: int, decision: Decision, *, actor: str, at: datetime) -> bool:
        """Note what a human says; False, and nothing done, where nothing is to be decided."""
        return self._turn(link_id, _DECIDABLE, decision.state, actor=actor, at=at)

    def undo(self, link_id: int, *, actor: str, at: datetime) -> bool:
        """Take a human's decision back: it is to be decided again, by a human only.

        False, and nothing done, where there is no decision.
        """
        return self._turn(link_id, _UNDOABLE, LinkState.REVIEW, actor=actor, at=at)

    def _turn(
        self,
        link_id: int,
        before: Collection[LinkState],
        after: LinkState,
        *,
        actor: str,
        at: datetime,
    ) -> bool:
        with writing(self._engine) as session:
            record = session.get(PatientLinkRecord, link_id, with_for_update=True)
            if record is None or record.state not in before:
                return False
            record.decided_by, record.decided_at = actor, at
            _move(session, record, after, actor=actor, at=at)
            return True

    def _others(self, key: PatientKey, states: Collection[LinkState]) -> list[PatientKey]:
        query = (
            select(PatientLinkRecord)
            .where(_concerns(key), PatientLinkRecord.state.in_(states))
            .order_by(PatientLinkRecord.link_id)
        )
        with Session(self._engine) as session:
            return [_other(record, key) for record in session.scalars(query)]


def _concerns(key: PatientKey) -> ColumnElement[bool]:
    record = PatientLinkRecord
    return or_(
        is_of([key], record.issuer.expression, record.patient_id.expression),
        is_of([key], record.other_issuer.expression, record.other_patient_id.expression),
    )


def _new_record(key: PatientKey, other: PatientKey) -> PatientLinkRecord:
    first, second = sorted((key, other), key=lambda one: (one.issuer, one.patient_id))
    return PatientLinkRecord(
        issuer=first.issuer,
        patient_id=first.patient_id,
        other_issuer=second.issuer,
        other_patient_id=second.patient_id,
    )


def _weigh(record: PatientLinkRecord, match: Match, match_table: str, at: datetime) -> None:
    record.bits = match.bits
    record.false_link_rate = match.false_link_rate
    record.twins_known = match.twins_known
    record.evidence = _EVIDENCE.dump_python(match.evidence, mode="json")
    record.match_table = match_table
    record.found_at = at


def _move(
    session: Session, record: PatientLinkRecord, state: LinkState, *, actor: str, at: datetime
) -> None:
    """Give a link its state, and write down who did; the same state again is no event."""
    before = record.state
    if before == state:
        return
    record.state = state
    session.flush()  # a new link has its number only now
    write_audit(
        session,
        at=at,
        actor=actor,
        action=f"link.{state}",
        detail={"link_id": record.link_id, "before": before, "bits": round(record.bits, 1)},
    )


def _other(record: PatientLinkRecord, key: PatientKey) -> PatientKey:
    one, other = _keys(record)
    return other if one == key else one


def _keys(record: PatientLinkRecord) -> tuple[PatientKey, PatientKey]:
    return (
        PatientKey(issuer=record.issuer, patient_id=record.patient_id),
        PatientKey(issuer=record.other_issuer, patient_id=record.other_patient_id),
    )


def _link(record: PatientLinkRecord) -> PatientLink:
    one, other = _keys(record)
    return PatientLink(
        link_id=record.link_id,
        one=one,
        other=other,
        state=LinkState(record.state),
        match=Match(
            band=Band.AUTOMATIC if record.state == LinkState.AUTOMATIC else Band.REVIEW,
            bits=record.bits,
            false_link_rate=record.false_link_rate,
            evidence=_EVIDENCE.validate_python(record.evidence),
            twins_known=record.twins_known,
        ),
        match_table=record.match_table,
        found_at=record.found_at,
        decided_by=record.decided_by,
        decided_at=record.decided_at,
    )
