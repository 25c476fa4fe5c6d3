"""Readers, and who has which study."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class ReaderRecord(Record):
    """One reader as the imported tables describe them; never deleted, they have read studies."""

    __tablename__ = "readers"

    reader_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sites: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))  # None: every hospital
    conflict_sites: Mapped[list[str]]
    conflict_patients: Mapped[list[dict[str, Any]]]
    experience_years: Mapped[float | None] = mapped_column(Double)
    reviewed: Mapped[int]
    discrepancies: Mapped[int]
    expected_discrepancies: Mapped[float | None] = mapped_column(Double)
    imported_at: Mapped[datetime]


class ReaderScoreRecord(Record):
    """A reader's declared score for one column: part of the body and modality."""

    __tablename__ = "reader_scores"

    reader_id: Mapped[str] = mapped_column(ForeignKey("readers.reader_id"), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(64), primary_key=True)
    score: Mapped[int]

    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 100", name="score"),)


class ReaderShiftRecord(Record):
    """When a reader is on, and for how many minutes of reading."""

    __tablename__ = "reader_shifts"

    reader_id: Mapped[str] = mapped_column(ForeignKey("readers.reader_id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
    capacity_minutes: Mapped[float] = mapped_column(Double)


class AssignmentRecord(Record):
    """One study given to one reader; what has ended stays, with why."""

    __tablename__ = "assignments"

    assignment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), index=True
    )
    reader_id: Mapped[str] = mapped_column(ForeignKey("readers.reader_id"))
    origin: Mapped[str] = mapped_column(String(16))  # an Origin
    column_name: Mapped[str] = mapped_column(String(64))
    minutes: Mapped[float] = mapped_column(Double)
    difficulty: Mapped[float] = mapped_column(Double)
    reasons: Mapped[list[dict[str, Any]]]
    assigned_by: Mapped[str] = mapped_column(Text)
    assigned_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(16))  # refused | replaced | passed_on

    __table_args__ = (
        # A study is with one reader at a time.
        Index(
            "uq_assignments_current",
            "study_instance_uid",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_assignments_reader", "reader_id", "assigned_at"),
    )


class RefusalRecord(Record):
    """A reader who does not read a study: no batch gives it to them again."""

    __tablename__ = "refusals"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    reader_id: Mapped[str] = mapped_column(ForeignKey("readers.reader_id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    refused_at: Mapped[datetime]


class StudyFactsRecord(Record):
    """What the headers of a revision of a study tell of modality and body part."""

    __tablename__ = "study_facts"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    revision: Mapped[int]
    facts: Mapped[dict[str, Any]]
