"""The records as the rooms see them: one repository for each subject, over one database."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine

from routing.identity.linking import LinkedPatients
from routing.records.assignments import AssignmentRecords
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.feedback import FeedbackRecords
from routing.records.findings import FindingsRecords
from routing.records.ledger import LedgerRecords
from routing.records.links import LinkRecords
from routing.records.mark_preferences import MarkPreferenceRecords
from routing.records.overview import RecordsOverview
from routing.records.patients import PatientRecords
from routing.records.quality import QualityRecords
from routing.records.results import ResultRecords
from routing.records.totals import RecordsTotals
from routing.records.tracks import TrackRecords
from wetread.ports import Clock
from wetread.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Every repository that more than one part of the service needs."""

    engine: Engine
    clock: Clock
    catalog: StudyCatalog
    findings: FindingsRecords
    results: ResultRecords
    tracks: TrackRecords
    patients: PatientRecords
    links: LinkRecords
    ledger: LedgerRecords
    feedback: FeedbackRecords
    preferences: MarkPreferenceRecords
    assignments: AssignmentRecords
    overview: RecordsOverview
    totals: RecordsTotals
    quality: QualityRecords

    @classmethod
    def open(cls, settings: Settings, clock: Clock) -> Self:
        """Open the database of the settings, brought up to date."""
        engine = open_database(settings.database_url)
        links = LinkRecords(engine)
        return cls(
            engine=engine,
            clock=clock,
            catalog=StudyCatalog(engine, clock, spool_dir=settings.spool_dir),
            findings=FindingsRecords(engine),
            results=ResultRecords(engine, settings.results_dir),
            tracks=TrackRecords(engine, clock, LinkedPatients(links)),
            patients=PatientRecords(engine),
            links=links,
            ledger=LedgerRecords(engine),
            feedback=FeedbackRecords(engine),
            preferences=MarkPreferenceRecords(engine),
            assignments=AssignmentRecords(engine),
            overview=RecordsOverview(engine),
            totals=RecordsTotals(engine),
            quality=QualityRecords(engine),
        )
