"""Patients, links between them, and their nodules over time."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class PatientRecord(Record):
    """One patient as one issuer knows them, by the newest of their studies."""

    __tablename__ = "patients"

    issuer: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Text)  # a PN as it was decoded; its bytes stay in the images
    details: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class PatientBlockRecord(Record):
    """Where a patient is looked for; only patients that share a block are compared."""

    __tablename__ = "patient_blocks"

    block: Mapped[str] = mapped_column(String(255), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_id: Mapped[str] = mapped_column(String(64), primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(
            ["issuer", "patient_id"],
            ["patients.issuer", "patients.patient_id"],
            name="fk_patient_blocks_patient",
        ),
        Index("ix_patient_blocks_patient", "issuer", "patient_id"),
    )


class PatientLinkRecord(Record):
    """What is held of two records being one patient; never deleted, the records never merged."""

    __tablename__ = "patient_links"

    link_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    issuer: Mapped[str] = mapped_column(String(64))  # of the key that sorts first
    patient_id: Mapped[str] = mapped_column(String(64))
    other_issuer: Mapped[str] = mapped_column(String(64))
    other_patient_id: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), index=True)  # a LinkState
    bits: Mapped[float] = mapped_column(Double)
    false_link_rate: Mapped[float] = mapped_column(Double)
    twins_known: Mapped[bool]
    evidence: Mapped[list[dict[str, Any]]]
    match_table: Mapped[str] = mapped_column(Text)  # which dated table weighed it
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(Text)  # None: no human has looked at it
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint(
            "issuer", "patient_id", "other_issuer", "other_patient_id", name="uq_patient_links_pair"
        ),
        Index("ix_patient_links_other", "other_issuer", "other_patient_id"),
    )


class NoduleSightingRecord(Record):
    """A nodule in a revision of a study, and the track it is on, the only part that changes."""

    __tablename__ = "nodule_sightings"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    recorded_uid: Mapped[str] = mapped_column(String(64), primary_key=True)  # in the findings
    track_uid: Mapped[str] = mapped_column(String(64), index=True)  # after all corrections
    tracking_id: Mapped[str] = mapped_column(Text)


class TracksToldApartRecord(Record):
    """Two tracks of which a person has said that they are two nodules."""

    __tablename__ = "tracks_told_apart"

    one_uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    other_uid: Mapped[str] = mapped_column(String(64), primary_key=True)
