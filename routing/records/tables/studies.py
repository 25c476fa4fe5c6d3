"""Studies and the instances received of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class StudyRecord(Record):
    """One study; exists from its first indexed instance."""

    __tablename__ = "studies"

    study_instance_uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(64))
    patient_id: Mapped[str] = mapped_column(String(64))
    patient_name: Mapped[str] = mapped_column(Text)
    patient_details: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # as headers say
    study_date: Mapped[str] = mapped_column(String(8))  # DICOM DA, empty when unknown
    study_description: Mapped[str] = mapped_column(Text)
    accession_number: Mapped[str] = mapped_column(Text)
    sending_ae: Mapped[str] = mapped_column(String(16))
    site: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), index=True)  # a StudyState
    revision: Mapped[int]  # of the last completion; 0 for the first
    expected_instances: Mapped[int | None]
    first_received_at: Mapped[datetime]
    last_received_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    fetched_from: Mapped[str] = mapped_column(Text, default="")  # the archive; empty: sent to us

    __table_args__ = (Index("ix_studies_patient", "issuer", "patient_id"),)


class InstanceRecord(Record):
    """One received instance; content is identified by its hash, never by its UID alone."""

    __tablename__ = "instances"

    content_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    sop_instance_uid: Mapped[str] = mapped_column(Text, index=True)
    sop_class_uid: Mapped[str] = mapped_column(Text)
    series_instance_uid: Mapped[str] = mapped_column(Text)
    study_instance_uid: Mapped[str | None] = mapped_column(
        ForeignKey("studies.study_instance_uid"), index=True
    )  # None: quarantined, no usable study UID
    transfer_syntax_uid: Mapped[str] = mapped_column(Text)
    relative_path: Mapped[str] = mapped_column(Text)  # below the spool folder
    sending_ae: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16))  # stored | conflicting | quarantined
    detail: Mapped[str] = mapped_column(Text, default="")  # why, when not stored

    __table_args__ = (
        CheckConstraint("status IN ('stored', 'conflicting', 'quarantined')", name="status"),
        # One SOP Instance UID has one stored content; others are kept as conflicting.
        Index(
            "uq_instances_stored",
            "sop_instance_uid",
            unique=True,
            sqlite_where=text("status = 'stored'"),
            postgresql_where=text("status = 'stored'"),
        ),
    )


class FindingsRecord(Record):
    """The findings of one revision of a study, as its findings.json document."""

    __tablename__ = "findings"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16))
    document: Mapped[dict[str, Any]]
    concluded_at: Mapped[datetime]


class AuditRecord(Record):
    """Who did what to which study, when; only ever added to."""

    __tablename__ = "audit"

    audit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    study_instance_uid: Mapped[str | None] = mapped_column(String(64), index=True)
    detail: Mapped[dict[str, Any]]
