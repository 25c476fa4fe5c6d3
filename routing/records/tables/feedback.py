"""What readers say of the marks."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class AnalysedScanRecord(Record):
    """What quality figures need of one revision of a study that was analysed; never changed."""

    __tablename__ = "analysed_scans"

    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), primary_key=True
    )
    revision: Mapped[int] = mapped_column(primary_key=True)
    model_name: Mapped[str] = mapped_column(Text)
    model_version: Mapped[str] = mapped_column(Text)
    marks: Mapped[list[dict[str, Any]]]  # tracking_uid and score of each
    concluded_at: Mapped[datetime] = mapped_column(index=True)


class FeedbackRecord(Record):
    """One word of a reader on one nodule; only ever added to."""

    __tablename__ = "feedback"

    feedback_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), index=True
    )
    revision: Mapped[int]
    tracking_uid: Mapped[str] = mapped_column(String(64))
    act: Mapped[str] = mapped_column(String(16))  # an Act
    corrected: Mapped[dict[str, Any]]  # what was told of a CorrectedMark; empty: nothing
    actor: Mapped[str] = mapped_column(Text)
    said_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(16))  # a FeedbackSource
    document_uid: Mapped[str | None] = mapped_column(String(64))  # the report it was read from


class ReadReportRecord(Record):
    """A structured report from elsewhere that was looked through for feedback, once."""

    __tablename__ = "read_reports"

    content_sha256: Mapped[str] = mapped_column(
        ForeignKey("instances.content_sha256"), primary_key=True
    )
    study_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("studies.study_instance_uid"), index=True
    )
    document_uid: Mapped[str] = mapped_column(String(64))
    words: Mapped[int]  # how many it gave
    doubts: Mapped[list[str]]  # what was not taken over, and why; no patient in it
    read_at: Mapped[datetime]
