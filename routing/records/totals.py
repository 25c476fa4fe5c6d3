"""Sums over the records: what a month cost, and the figures a monitor asks for."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine, Float, case, cast, func, select

from routing.records.tables import (
    DeliveryRecord,
    FindingsRecord,
    LedgerEntryRecord,
    ReadingItemRecord,
    StudyRecord,
)
from wetread.domain.costs.entries import EntryKind
from wetread.domain.findings import Outcome
from wetread.domain.studies import StudyState


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUse:
    """What was used and booked."""

    gpu_seconds: Decimal
    cpu_seconds: Decimal
    cost_jpy: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyUse:
    """The bookings of one study, all its revisions together."""

    study_instance_uid: str
    entries: int
    use: DeviceUse


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodUse:
    """All bookings of a period; the dearest study first."""

    total: DeviceUse
    studies: tuple[StudyUse, ...]
    price_tables: tuple[str, ...]  # the dated tables that gave the prices


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCount:
    """The objects one destination has confirmed, and those it has not."""

    destination: str
    confirmed: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSeconds:
    """The wall seconds of each stage of one analysis, by the names of findings.json."""

    study_instance_uid: str
    revision: int
    concluded_at: datetime
    seconds: tuple[tuple[str, float], ...]
    queued_seconds: float | None  # from complete to begun; None where a newer revision followed


class RecordsTotals:
    """Sums up the records; reads only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def use_between(self, start: datetime, end: datetime) -> PeriodUse:
        """Return what was booked from ``start`` up to but not including ``end``, exactly."""
        query = select(
            LedgerEntryRecord.study_instance_uid,
            LedgerEntryRecord.price_table,
            LedgerEntryRecord.gpu_seconds,
            LedgerEntryRecord.cpu_seconds,
            LedgerEntryRecord.cost_jpy,
        ).where(LedgerEntryRecord.booked_at >= start, LedgerEntryRecord.booked_at < end)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        # Summed here: SQLite would add the exact decimals as binary fractions.
        by_study: dict[str, list[DeviceUse]] = {}
        for uid, _, gpu_seconds, cpu_seconds, cost_jpy in rows:
            use = DeviceUse(gpu_seconds=gpu_seconds, cpu_seconds=cpu_seconds, cost_jpy=cost_jpy)
            by_study.setdefault(uid, []).append(use)
        studies = [
            StudyUse(study_instance_uid=uid, entries=len(uses), use=_sum(uses))
            for uid, uses in by_study.items()
        ]
        return PeriodUse(
            total=_sum([study.use for study in studies]),
            studies=tuple(
                sorted(studies, key=lambda one: (-one.use.cost_jpy, one.study_instance_uid))
            ),
            price_tables=tuple(sorted({row[1] for row in rows})),
        )

    def use_of_study(self, study_instance_uid: str) -> DeviceUse:
        """Return all that was booked for one study."""
        query = select(
            LedgerEntryRecord.gpu_seconds,
            LedgerEntryRecord.cpu_seconds,
            LedgerEntryRecord.cost_jpy,
        ).where(LedgerEntryRecord.study_instance_uid == study_instance_uid)
        with self._engine.connect() as connection:
            return _sum([DeviceUse(**row) for row in connection.execute(query).mappings()])

    def studies_by_state(self) -> tuple[tuple[StudyState, int], ...]:
        """Count the studies in each state, states without one included."""
        query = select(StudyRecord.state, func.count()).group_by(StudyRecord.state)
        with self._engine.connect() as connection:
            counts = dict(connection.execute(query).all())
        return tuple((state, counts.get(state, 0)) for state in StudyState)

    def findings_by_outcome(self) -> tuple[tuple[Outcome, int], ...]:
        """Count the concluded analyses by outcome, every revision on its own."""
        query = select(FindingsRecord.outcome, func.count()).group_by(FindingsRecord.outcome)
        with self._engine.connect() as connection:
            counts = dict(connection.execute(query).all())
        return tuple((outcome, counts.get(outcome, 0)) for outcome in Outcome)

    def deliveries(self) -> tuple[DeliveryCount, ...]:
        """Count the deliveries of each destination."""
        query = (
            select(
                DeliveryRecord.destination,
                func.count(DeliveryRecord.confirmed_at),
                func.count(),
            )
            .group_by(DeliveryRecord.destination)
            .order_by(DeliveryRecord.destination)
        )
        with self._engine.connect() as connection:
            return tuple(
                DeliveryCount(destination=name, confirmed=confirmed, waiting=sent - confirmed)
                for name, confirmed, sent in connection.execute(query)
            )

    def device_seconds(self) -> tuple[float, float]:
        """Return all GPU and CPU seconds ever booked, to a float's precision."""
        query = select(
            func.coalesce(func.sum(cast(LedgerEntryRecord.gpu_seconds, Float)), 0.0),
            func.coalesce(func.sum(cast(LedgerEntryRecord.cpu_seconds, Float)), 0.0),
        ).where(LedgerEntryRecord.kind == EntryKind.ANALYSIS)  # a counter never falls
        with self._engine.connect() as connection:
            gpu, cpu = connection.execute(query).one()
        return gpu, cpu

    def energy_joules(self) -> float:
        """Return all energy ever booked, to a float's precision."""
        query = select(
            func.coalesce(func.sum(cast(LedgerEntryRecord.energy_joule, Float)), 0.0)
        ).where(LedgerEntryRecord.kind == EntryKind.ANALYSIS)
        with self._engine.connect() as connection:
            joules: float = connection.execute(query).scalar_one()
        return joules

    def waiting_to_be_read(self) -> int:
        """Count the studies that nobody has reported yet."""
        query = (
            select(func.count())
            .select_from(ReadingItemRecord)
            .where(ReadingItemRecord.reported_at.is_(None))
        )
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def stages_concluded_since(self, moment: datetime) -> tuple[StageSeconds, ...]:
        """Return the timing of every analysis concluded at ``moment`` or later."""
        query = select(
            FindingsRecord.study_instance_uid,
            FindingsRecord.revision,
            FindingsRecord.concluded_at,
            FindingsRecord.document["timing_s"],
            case((StudyRecord.revision == FindingsRecord.revision, StudyRecord.completed_at)),
        ).where(
            FindingsRecord.concluded_at >= moment,
            StudyRecord.study_instance_uid == FindingsRecord.study_instance_uid,
        )
        with self._engine.connect() as connection:
            return tuple(_stage_seconds(*row) for row in connection.execute(query))


def _stage_seconds(
    study_instance_uid: str,
    revision: int,
    concluded_at: datetime,
    timing: dict[str, float],
    completed_at: datetime | None,
) -> StageSeconds:
    queued: float | None = None
    if completed_at is not None:
        # Some of what was not timed, such as waits before another attempt, is in it.
        passed = (concluded_at - completed_at).total_seconds()
        queued = max(passed - timing["total"], 0.0)
    return StageSeconds(
        study_instance_uid=study_instance_uid,
        revision=revision,
        concluded_at=concluded_at,
        seconds=tuple((name, float(value)) for name, value in timing.items()),
        queued_seconds=queued,
    )


def _sum(uses: list[DeviceUse]) -> DeviceUse:
    return DeviceUse(
        gpu_seconds=sum((use.gpu_seconds for use in uses), Decimal(0)),
        cpu_seconds=sum((use.cpu_seconds for use in uses), Decimal(0)),
        cost_jpy=sum((use.cost_jpy for use in uses), Decimal(0)),
    )
