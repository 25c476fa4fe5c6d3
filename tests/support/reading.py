"""A reading desk over the records alone."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from routing.reading.calendars import load_site_calendars
from routing.reading.desk import ReadingDesk
from routing.reading.order_rules import load_order_rules
from routing.reading.prescreening import Prescreening
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.discrepancies import DiscrepancyRecords
from routing.records.prescreening import PrescreenRecords
from routing.records.reading import ReadingRecords
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
