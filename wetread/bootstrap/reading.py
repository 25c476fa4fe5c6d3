"""Wires the reading list."""

import random
from zoneinfo import ZoneInfo

from redis import Redis
from sqlalchemy import Engine

from routing.reading.calendars import SiteCalendars, load_site_calendars
from routing.reading.desk import ReadingDesk
from routing.reading.double_reading import DoubleReading
from routing.reading.double_reading_rules import load_double_reading_rules
from routing.reading.order_rules import load_order_rules
from routing.reading.prescreen_rules import load_prescreen_rules
from routing.reading.prescreening import Prescreening
from routing.reading.redis_queue import RedisReadingQueue
from routing.reading.sql_queue import SqlReadingQueue
from routing.records.discrepancies import DiscrepancyRecords
from routing.records.double_reads import DoubleReadRecords
from routing.records.findings import FindingsRecords
from routing.records.prescreening import PrescreenRecords
from routing.records.reading import ReadingRecords
from wetread.domain.reading_order import OrderRules
from wetread.ports import Clock, ReadingQueue
from wetread.settings import Settings


def build_reading_desk(settings: Settings, engine: Engine, clock: Clock) -> ReadingDesk:
    """Return the desk over the queue that is configured; raise `ConfigurationError`."""
    records = ReadingRecords(engine)
    rules, calendars = load_reading_tables(settings)
    return ReadingDesk(
        records=records,
        discrepancies=DiscrepancyRecords(engine),
        queue=_build_queue(settings, engine, clock, records),
        rules=rules,
        calendars=calendars,
        lease=settings.reading.lease,
        clock=clock,
    )


def build_prescreening(settings: Settings, engine: Engine, desk: ReadingDesk) -> Prescreening:
    """Return what acts on the advice of analyses; raise `ConfigurationError`."""
    return Prescreening(
        rules=load_prescreen_rules(settings.reading.prescreening),
        records=PrescreenRecords(engine),
        desk=desk,
        draw=random.SystemRandom().random,
    )


def build_double_reading(settings: Settings, engine: Engine, desk: ReadingDesk) -> DoubleReading:
    """Return what hands studies to several readers; raise `ConfigurationError`."""
    return DoubleReading(
        rules=load_double_reading_rules(settings.reading.double_reading),
        records=DoubleReadRecords(engine),
        findings=FindingsRecords(engine),
        desk=desk,
        draw=random.SystemRandom().random,
    )


def load_reading_tables(settings: Settings) -> tuple[OrderRules, SiteCalendars]:
    """Read the dated data of the reading list; raise `ConfigurationError`."""
    reading = settings.reading
    calendars = load_site_calendars(ZoneInfo(settings.time_zone), reading.calendars)
    return load_order_rules(reading.order_rules), calendars


def _build_queue(
    settings: Settings, engine: Engine, clock: Clock, records: ReadingRecords
) -> ReadingQueue:
    url = settings.reading.redis_url
    if url is None:
        return SqlReadingQueue(engine, clock)
    redis = Redis.from_url(url.get_secret_value(), decode_responses=True)
    queue = RedisReadingQueue(redis, clock, records.waiting_items)
    queue.restore()  # what was reported or came while Redis was away
    return queue
