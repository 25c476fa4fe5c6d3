"""A reading desk over the records alone."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from routing.reading.calendars import load_site_calendars
from routing.reading.desk import ReadingDesk
from routing.reading.double_reading import DoubleReading
from routing.reading.double_reading_rules import load_double_reading_rules
from routing.reading.order_rules import load_order_rules
from routing.reading.prescreening import Prescreening
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.database import open_database
from routing.records.discrepancies import DiscrepancyRecords
from routing.records.double_reads import DoubleReadRecords
from routing.records.findings import FindingsRecords
from routing.records.prescreening import PrescreenRecords
from routing.records.reading import ReadingRecords
from tests.support.intake import SetClock
from tests.support.record_rows import RECEIVED_AT, add_reading_item, add_study
from wetread.domain.double_reading import DoubleReadingRules
from wetread.domain.prescreening import PrescreenRules
from wetread.ports import Clock


def prescreening(
    desk: ReadingDesk,
    engine: Engine,
    rules: Mapping[str, PrescreenRules] | None = None,
    *,
    draw: Callable[[], float] = lambda: 0.5,
) -> Prescreening:
    """Return pre-screening for the hospitals that have rules."""
    return Prescreening(rules=rules or {}, records=PrescreenRecords(engine), desk=desk, draw=draw)


def double_reading(
    desk: ReadingDesk,
    engine: Engine,
    rules: DoubleReadingRules | None = None,
    *,
    draw: Callable[[], float] = lambda: 0.5,
) -> DoubleReading:
    """Return double reading by the shipped rules or others."""
    return DoubleReading(
        rules=rules or load_double_reading_rules(),
        records=DoubleReadRecords(engine),
        findings=FindingsRecords(engine),
        desk=desk,
        draw=draw,
    )


def reading_desk(engine: Engine, clock: Clock) -> ReadingDesk:
    """Return a desk with the shipped rules and calendar."""
    return ReadingDesk(
        records=ReadingRecords(engine),
        discrepancies=DiscrepancyRecords(engine),
        queue=SqlReadingQueue(engine, clock),
        rules=load_order_rules(),
        calendars=load_site_calendars(ZoneInfo("Asia/Tokyo")),
        lease=timedelta(minutes=30),
        clock=clock,
    )


def records_of_waiting(folder: Path, *study_instance_uids: str) -> Engine:
    """Return records in which these studies wait to be read."""
    engine = open_database(f"sqlite:///{folder / 'records.sqlite'}")
    for uid in study_instance_uids:
        add_study(engine, uid)
        add_reading_item(engine, uid)
    return engine


def opened_desk(engine: Engine, *study_instance_uids: str) -> ReadingDesk:
    """Return a desk that has placed these studies, a minute after they came."""
    clock = SetClock()
    clock.now = RECEIVED_AT + timedelta(minutes=1)
    desk = reading_desk(engine, clock)
    for uid in study_instance_uids:
        desk.open(uid)
    return desk
