"""The tables; every change here needs an Alembic migration beside it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware datetime kept as UTC; naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC on the way in."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a timezone cannot be recorded")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC; SQLite forgets the zone."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A Decimal that survives SQLite, which would make it a float: kept there as text."""

    impl = Numeric(18, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose text where the database has no exact decimal."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(Numeric(18, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | str | None:
        """Write text for SQLite."""
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Decimal | str | None, dialect: Dialect) -> Decimal | None:
        """Return a Decimal again."""
        del dialect
        return None if value is None else Decimal(value)


class Record(DeclarativeBase):
    """Base of all records."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads this class attribute
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
        Decimal: ExactDecimal,
    }


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


class LedgerEntryRecord(Record):
    """One booked cost; never changed, corrected only by further entries."""

    __tablename__ = "ledger_entries"

    entry_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey("studies.study_instance_uid"))
    revision: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))  # an EntryKind
    number: Mapped[int] = mapped_column(server_default="0")  # among those of its kind
    device: Mapped[str] = mapped_column(Text)
    gpu_seconds: Mapped[Decimal]
    cpu_seconds: Mapped[Decimal]
    energy_joule: Mapped[Decimal | None]  # None: not measured
    added_images: Mapped[int] = mapped_column(server_default="0")
    price_table: Mapped[str] = mapped_column(Text)  # which dated table gave the price
    mode: Mapped[str] = mapped_column(String(16), server_default="on_premises")  # a CostMode
    payer_table: Mapped[str] = mapped_column(Text, server_default="")
    cost_jpy: Mapped[Decimal]
    how_measured: Mapped[str] = mapped_column(Text)
    booked_at: Mapped[datetime] = mapped_column(index=True)
    reverses: Mapped[int | None] = mapped_column(
        ForeignKey("ledger_entries.entry_id"), unique=True
    )  # an entry is taken back once
    reason: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (UniqueConstraint("study_instance_uid", "revision", "kind", "number"),)


class LedgerShareRecord(Record):
    """What one payer pays of an entry; the shares of an entry sum up to its cost."""

    __tablename__ = "ledger_shares"

    entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entries.entry_id"), primary_key=True)
    payer: Mapped[str] = mapped_column(String(255), primary_key=True)
    amount_jpy: Mapped[Decimal]


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


class AuditRecord(Record):
    """Who did what to which study, when; only ever added to."""

    __tablename__ = "audit"

    audit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    study_instance_uid: Mapped[str | None] = mapped_column(String(64), index=True)
    detail: Mapped[dict[str, Any]]
