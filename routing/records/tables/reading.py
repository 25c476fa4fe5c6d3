"""The reading list, and what comes of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class ReadingItemRecord(Record):
    """One study to be read by a human; exists as soon as the study is complete."""

    __tablename__ = "reading_items"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    requested_at: Mapped[datetime]
    ai_state: Mapped[str] = mapped_column(String(16))  # an AiState
    priority: Mapped[int]
    reasons: Mapped[list[str]]
    reader: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime | None]
    reported_by: Mapped[str | None] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(String(16), server_default="routine")  # an Urgency
    due_at: Mapped[datetime | None]
    place_at: Mapped[datetime]  # by the rules of the reading order; earlier is read first
    claimed_by: Mapped[str | None] = mapped_column(Text)
    claimed_until: Mapped[datetime | None]

    __table_args__ = (Index("ix_reading_items_place", "reported_at", "place_at"),)


class ReadingEventRecord(Record):
    """What has happened in the reading list; the oldest are forgotten."""

    __tablename__ = "reading_events"

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))  # a QueueEventKind
    study_instance_uid: Mapped[str] = mapped_column(String(64))
    reader: Mapped[str | None] = mapped_column(Text)

    __table_args__ = ({"sqlite_autoincrement": True},)  # a position is never used twice


class DiscrepancyRecord(Record):
    """What an analysis found after the report of a study, and that matters."""

    __tablename__ = "reading_discrepancies"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    reasons: Mapped[list[str]]
    raised_at: Mapped[datetime]
    settled_by: Mapped[str | None] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(index=True)


class PrescreenRecord(Record):
    """What became of the read of a revision by pre-screening; decided once."""

    __tablename__ = "prescreen_decisions"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(String(16))  # a Prescreen
    reasons: Mapped[list[str]]
    decision: Mapped[str] = mapped_column(String(16))  # a ReadDecision
    decided_at: Mapped[datetime]
    overridden_to: Mapped[str | None] = mapped_column(String(16))  # requested | withdrawn
    overridden_by: Mapped[str | None] = mapped_column(Text)
    missed: Mapped[bool | None]  # of a sampled study: whether its report found something

    __table_args__ = (Index("ix_prescreen_decisions_site", "site", "decided_at"),)


class DoubleReadRecord(Record):
    """How often a study is to be read, and how far that has come; from its first report on."""

    __tablename__ = "double_reads"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    wanted: Mapped[int]
    reasons: Mapped[list[dict[str, Any]]]  # in both languages
    stage: Mapped[str] = mapped_column(String(16), index=True)  # a ReadStage
    decided_at: Mapped[datetime]


class StructuredReportRecord(Record):
    """What one reader has said of a study, in codes; the report itself lies elsewhere."""

    __tablename__ = "structured_reports"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    reader: Mapped[str] = mapped_column(String(64), primary_key=True)
    site: Mapped[str] = mapped_column(Text)
    conclusion: Mapped[str] = mapped_column(String(16))
    findings: Mapped[list[dict[str, Any]]]
    is_arbiter: Mapped[bool]
    reported_at: Mapped[datetime]
