"""A reading desk over the records alone."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from routing.reading.calendars import load_site_calendars
from routing.reading.desk import ReadingDesk
from routing.reading.double_reading import DoubleReading
from routing.reading.double_reading_rules import load_double_reading_rules
from routing.reading.order_rules import load_order_rules
from routing.reading.prescreening import Prescreening
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.discrepancies import DiscrepancyRecords
from routing.records.double_reads import DoubleReadRecords
from routing.records.findings import FindingsRecords
from routing.records.prescreening import PrescreenRecords
from routing.records.reading import ReadingRecords
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
