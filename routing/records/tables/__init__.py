"""The tables; every change here needs an Alembic migration beside it."""

from routing.records.tables.columns import ExactDecimal, Record, UtcDateTime
from routing.records.tables.feedback import AnalysedScanRecord, FeedbackRecord, ReadReportRecord
from routing.records.tables.money import LedgerEntryRecord, LedgerShareRecord
from routing.records.tables.patients import (
    NoduleSightingRecord,
    PatientBlockRecord,
    PatientLinkRecord,
    PatientRecord,
    TracksToldApartRecord,
)
from routing.records.tables.readers import (
    AssignmentRecord,
    ReaderRecord,
    ReaderScoreRecord,
    ReaderShiftRecord,
    RefusalRecord,
    StudyFactsRecord,
)
from routing.records.tables.reading import (
    DiscrepancyRecord,
    DoubleReadRecord,
    PrescreenRecord,
    ReadingEventRecord,
    ReadingItemRecord,
    StructuredReportRecord,
)
from routing.records.tables.results import DeliveryRecord, MarkPreferenceRecord, ResultObjectRecord
from routing.records.tables.studies import AuditRecord, FindingsRecord, InstanceRecord, StudyRecord

__all__ = [
    "AnalysedScanRecord",
    "AssignmentRecord",
    "AuditRecord",
    "DeliveryRecord",
    "DiscrepancyRecord",
    "DoubleReadRecord",
    "ExactDecimal",
    "FeedbackRecord",
    "FindingsRecord",
    "InstanceRecord",
    "LedgerEntryRecord",
    "LedgerShareRecord",
    "MarkPreferenceRecord",
    "NoduleSightingRecord",
    "PatientBlockRecord",
    "PatientLinkRecord",
    "PatientRecord",
    "PrescreenRecord",
    "ReadReportRecord",
    "ReaderRecord",
    "ReaderScoreRecord",
    "ReaderShiftRecord",
    "ReadingEventRecord",
    "ReadingItemRecord",
    "Record",
    "RefusalRecord",
    "ResultObjectRecord",
    "StructuredReportRecord",
    "StudyFactsRecord",
    "StudyRecord",
    "TracksToldApartRecord",
    "UtcDateTime",
]
