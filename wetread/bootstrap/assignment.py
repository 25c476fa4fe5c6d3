"""Wires the readers and who gets what: for the service, and for commands beside it."""

from sqlalchemy import Engine

from routing.reading.assignment.desk import AssignmentDesk, AssignmentRules
from routing.reading.assignment.policy import load_assignment_policy
from routing.reading.calendars import SiteCalendars
from routing.reading.desk import ReadingDesk
from routing.reading.specialties.columns import load_column_rules
from routing.records.assignments import AssignmentRecords
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.readers import ReaderRecords
from routing.records.study_facts import StudyFactsRecords
from wetread.bootstrap.clock import clock_of
from wetread.bootstrap.reading import build_reading_desk
from wetread.settings import Settings


def open_reader_records(settings: Settings) -> ReaderRecords:
    """Return the readers in the records of the settings."""
    return ReaderRecords(open_database(settings.database_url))


def open_desk(settings: Settings) -> AssignmentDesk:
    """Return the desk over the records of the settings; raise `ConfigurationError`."""
    engine = open_database(settings.database_url)
    catalog = StudyCatalog(engine, clock_of(settings), spool_dir=settings.spool_dir)
    reading = build_reading_desk(settings, engine, clock_of(settings))
    return build_desk(settings, engine, catalog, reading)


def build_desk(
    settings: Settings, engine: Engine, catalog: StudyCatalog, reading: ReadingDesk
) -> AssignmentDesk:
    """Construct the desk; raise `ConfigurationError`."""
    return AssignmentDesk(
        readers=ReaderRecords(engine),
        assignments=AssignmentRecords(engine),
        facts=StudyFactsRecords(engine),
        catalog=catalog,
        rules=load_assignment_rules(settings, reading.calendars),
        clock=clock_of(settings),
        on_change=reading.take_over_readers,
    )


def load_assignment_rules(settings: Settings, calendars: SiteCalendars) -> AssignmentRules:
    """Read every dated table the settings name; raise `ConfigurationError`."""
    return AssignmentRules(
        policy=load_assignment_policy(settings.assignment.policy),
        columns=load_column_rules(settings.assignment.columns),
        calendars=calendars,
    )
