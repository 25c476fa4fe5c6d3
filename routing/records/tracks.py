"""Which nodules of a patient's studies are one and the same, as corrected by people."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.studies import study_order
from routing.records.tables import NoduleSightingRecord, StudyRecord, TracksToldApartRecord
from routing.records.transactions import writing
from wetread.domain.errors import CorrectionError
from wetread.domain.findings import Findings, Nodule
from wetread.domain.studies import PatientKey
from wetread.domain.uids import derive_uid
from wetread.ports import Clock

SamePatient: TypeAlias = Callable[[PatientKey, PatientKey], bool]
"""Tells whether two keys are surely of one patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoduleReference:
    """A nodule as the findings of a study name it."""

    study_instance_uid: str
    tracking_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One nodule in one study, and the track it is on now."""

    study_instance_uid: str
    study_date: str  # DICOM DA, empty when unknown
    recorded_uid: str  # the tracking UID in the findings of the study
    track_uid: str
    tracking_id: str


class TrackRecords:
    """Keeps the tracks; findings are never changed, only what is read from them."""

    def __init__(self, engine: Engine, clock: Clock, same_patient: SamePatient) -> None:
        self._engine = engine
        self._clock = clock
        self._same_patient = same_patient

    def with_tracks(self, findings: Findings | None) -> Findings | None:
        """Return findings with the identities of now; a corrected nodule has no trend any more."""
        if findings is None:
            return None
        query = select(NoduleSightingRecord).where(
            NoduleSightingRecord.study_instance_uid == findings.study_instance_uid,
            NoduleSightingRecord.revision == findings.revision,
        )
        with Session(self._engine) as session:
            tracks = {one.recorded_uid: one for one in session.scalars(query)}

        def renamed(nodule: Nodule) -> Nodule:
            track = tracks.get(nodule.tracking_uid)
            if track is None or track.track_uid == nodule.tracking_uid:
                return nodule
            # Its change and trend may tell of a nodule that it no longer is.
            return replace(
                nodule,
                tracking_id=track.tracking_id,
                tracking_uid=track.track_uid,
                change=None,
                trend=None,
            )

        return replace(findings, nodules=tuple(map(renamed, findings.nodules)))

    def told_apart(self, tracking_uids: Collection[str]) -> tuple[tuple[str, str], ...]:
        """Return the pairs of tracks that a person has parted and that have one of the UIDs."""
        query = select(TracksToldApartRecord).where(
            or_(
                TracksToldApartRecord.one_uid.in_(tracking_uids),
                TracksToldApartRecord.other_uid.in_(tracking_uids),
            )
        )
        with Session(self._engine) as session:
            return tuple((one.one_uid, one.other_uid) for one in session.scalars(query))

    def track_of(self, nodule: NoduleReference) -> tuple[Sighting, ...]:
        """Return every sighting of a nodule, oldest study first; none where it is unknown."""
        with Session(self._engine) as session:
            record = _newest(session, nodule)
            return () if record is None else _sightings(session, record.track_uid)

    def say_same(self, one: NoduleReference, other: NoduleReference, *, actor: str) -> None:
        """Join the tracks of two nodules for good; raise `CorrectionError` where they cannot be."""
        with writing(self._engine) as session:
            earlier, later = self._both(session, one, other)
            kept, joined = earlier.track_uid, later.track_uid
            if kept == joined:
                return
            shared = {s.study_instance_uid for s in _sightings(session, kept)} & {
                s.study_instance_uid for s in _sightings(session, joined)
            }
            if shared:
                raise CorrectionError("one study shows both nodules side by side: they are two")
            session.execute(
                update(NoduleSightingRecord)
                .where(NoduleSightingRecord.track_uid == joined)
                .values(track_uid=kept, tracking_id=earlier.tracking_id)
            )
            self._join_told_apart(session, kept, joined)
            self._audit(session, "nodules.same", one, other, actor)

    def say_different(self, one: NoduleReference, other: NoduleReference, *, actor: str) -> None:
        """Part two nodules for good: the later one and all after it get a track of their own.

        Raise `CorrectionError` where one of them is unknown.
        """
        with writing(self._engine) as session:
            earlier, later = self._both(session, one, other)
            kept, parted = earlier.track_uid, later.track_uid
            if kept == parted:
                parted = derive_uid(
                    "parted nodule", kept, later.study_instance_uid, later.recorded_uid
                )
                self._part(session, kept, parted, later)
            pair = sorted((kept, parted))
            session.merge(TracksToldApartRecord(one_uid=pair[0], other_uid=pair[1]))
            self._audit(session, "nodules.different", one, other, actor)

    def _both(
        self, session: Session, one: NoduleReference, other: NoduleReference
    ) -> tuple[NoduleSightingRecord, NoduleSightingRecord]:
        """Return both sightings, that of the earlier study first."""
        found = []
        for reference in (one, other):
            record = _newest(session, reference)
            if record is None:
                raise CorrectionError("no study with such a nodule was analysed here")
            study = session.get_one(StudyRecord, record.study_instance_uid)
            found.append((study, record))
        (one_study, one_record), (other_study, other_record) = found
        if one_study is other_study:
            raise CorrectionError("both nodules are of one study: they are two already")
        on_one_track = one_record.track_uid == other_record.track_uid
        if not on_one_track and not self._same_patient(_key(one_study), _key(other_study)):
            raise CorrectionError("the studies are not surely of one patient: link them first")
        if _order(one_study) <= _order(other_study):
            return one_record, other_record
        return other_record, one_record

    def _part(self, session: Session, kept: str, parted: str, later: NoduleSightingRecord) -> None:
        """Move a sighting and all of later studies from one track to another."""
        seen = _sightings(session, kept)
        place = [one.study_instance_uid for one in seen].index(later.study_instance_uid)
        number = _free_number(session, later.study_instance_uid)
        session.execute(
            update(NoduleSightingRecord)
            .where(
                NoduleSightingRecord.track_uid == kept,
                NoduleSightingRecord.study_instance_uid.in_(
                    [one.study_instance_uid for one in seen[place:]]
                ),
            )
            .values(track_uid=parted, tracking_id=f"Nodule {number}")
        )

    @staticmethod
    def _join_told_apart(session: Session, kept: str, joined: str) -> None:
        """Let what was parted from the joined track be parted from the kept one."""
        query = select(TracksToldApartRecord).where(
            or_(
                TracksToldApartRecord.one_uid == joined,
                TracksToldApartRecord.other_uid == joined,
            )
        )
        for record in session.scalars(query).all():
            rest = record.other_uid if record.one_uid == joined else record.one_uid
            session.delete(record)
            if rest != kept:  # else the person has changed their mind
                pair = sorted((kept, rest))
                session.merge(TracksToldApartRecord(one_uid=pair[0], other_uid=pair[1]))

    def _audit(
        self,
        session: Session,
        action: str,
        one: NoduleReference,
        other: NoduleReference,
        actor: str,
    ) -> None:
        write_audit(
            session,
            at=self._clock(),
            actor=actor,
            action=action,
            study_instance_uid=one.study_instance_uid,
            detail={
                "tracking_uid": one.tracking_uid,
                "other_study_instance_uid": other.study_instance_uid,
                "other_tracking_uid": other.tracking_uid,
            },
        )


def record_sightings(session: Session, findings: Findings) -> None:
    """Note the nodules of findings that are just concluded, in the caller's transaction."""
    for nodule in findings.nodules:
        session.add(
            NoduleSightingRecord(
                study_instance_uid=findings.study_instance_uid,
                revision=findings.revision,
                recorded_uid=nodule.tracking_uid,
                track_uid=nodule.tracking_uid,
                tracking_id=nodule.tracking_id,
            )
        )


def _newest(session: Session, nodule: NoduleReference) -> NoduleSightingRecord | None:
    query = (
        select(NoduleSightingRecord)
        .where(
            NoduleSightingRecord.study_instance_uid == nodule.study_instance_uid,
            NoduleSightingRecord.recorded_uid == nodule.tracking_uid,
        )
        .order_by(NoduleSightingRecord.revision.desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalar(query)


def _sightings(session: Session, track_uid: str) -> tuple[Sighting, ...]:
    query = (
        select(NoduleSightingRecord, StudyRecord)
        .join(
            StudyRecord, StudyRecord.study_instance_uid == NoduleSightingRecord.study_instance_uid
        )
        .where(NoduleSightingRecord.track_uid == track_uid)
        .order_by(NoduleSightingRecord.revision)
    )
    newest = {
        record.study_instance_uid: (record, study) for record, study in session.execute(query)
    }
    rows = sorted(newest.values(), key=lambda row: _order(row[1]))
    return tuple(
        Sighting(
            study_instance_uid=record.study_instance_uid,
            study_date=study.study_date,
            recorded_uid=record.recorded_uid,
            track_uid=record.track_uid,
            tracking_id=record.tracking_id,
        )
        for record, study in rows
    )


def _free_number(session: Session, study_instance_uid: str) -> int:
    """Return a number that no nodule of the study's patient bears."""
    study = session.get_one(StudyRecord, study_instance_uid)
    query = (
        select(NoduleSightingRecord.tracking_id)
        .join(
            StudyRecord, StudyRecord.study_instance_uid == NoduleSightingRecord.study_instance_uid
        )
        .where(StudyRecord.issuer == study.issuer, StudyRecord.patient_id == study.patient_id)
    )
    numbers = [int(text.rsplit(" ", 1)[-1]) for text in session.scalars(query)]
    return max(numbers, default=0) + 1


def _order(study: StudyRecord) -> tuple[str, datetime]:
    return study_order(study.study_date, study.first_received_at)


def _key(study: StudyRecord) -> PatientKey:
    return PatientKey(issuer=study.issuer, patient_id=study.patient_id)
