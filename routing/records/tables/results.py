"""Objects that findings become, where they go, and which marks are wanted."""

from datetime import datetime

from sqlalchemy import (
    Double,
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from routing.records.tables.columns import Record


class ResultObjectRecord(Record):
    """One encoded result instance."""

    __tablename__ = "result_objects"

    sop_instance_uid: Mapped[str] = mapped_column(String(64), primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey("studies.study_instance_uid"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))  # measurement_report, presentation_state, …
    relative_path: Mapped[str] = mapped_column(Text)  # below the results folder
    marks: Mapped[str] = mapped_column(String(12), server_default="")  # variant; empty: all marks
    images: Mapped[int] = mapped_column(server_default="0")  # that it adds to the study

    __table_args__ = (Index("ix_result_objects_study", "study_instance_uid", "revision"),)


class DeliveryRecord(Record):
    """What one destination has confirmed of one result object."""

    __tablename__ = "deliveries"

    sop_instance_uid: Mapped[str] = mapped_column(
        ForeignKey("result_objects.sop_instance_uid"), primary_key=True
    )
    destination: Mapped[str] = mapped_column(Text, primary_key=True)
    confirmed_at: Mapped[datetime | None]
    attempts: Mapped[int]
    detail: Mapped[str] = mapped_column(Text)


class MarkPreferenceRecord(Record):
    """Which marks a reader, a viewer or a site wants to see."""

    __tablename__ = "mark_preferences"

    scope: Mapped[str] = mapped_column(String(8), primary_key=True)  # a PreferenceScope
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    show: Mapped[str] = mapped_column(String(16))  # a ShowMarks
    minimum_score: Mapped[float] = mapped_column(Double)
    minimum_mean_diameter_mm: Mapped[float] = mapped_column(Double)
    new_and_grown_only: Mapped[bool]
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
