"""Figures for a monitor (Prometheus text format); no label ever names a patient or a study."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.device_metrics import DeviceFigures, TellDeviceUse
from api.quality_metrics import QualityFigures
from routing.feedback.quality import QualityDesk
from routing.records.totals import RecordsTotals

_STAGE_BUCKETS_SECONDS = (0.1, 0.3, 1, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
_LATE_COMMITS = timedelta(minutes=5)  # findings may be committed later than they are dated


class ServiceMetrics:
    """All figures, in a registry of their own.

    What the records know is read from them when asked, so that a restart loses nothing; images
    received and stage times count from the start of the process.
    """

    def __init__(
        self,
        totals: RecordsTotals,
        quality: QualityDesk,
        *,
        started_at: datetime,
        device_use: TellDeviceUse,
    ) -> None:
        self._registry = CollectorRegistry()
        self._received = Counter(
            "wetread_instances_received",
            "DICOM instances acknowledged since the process started",
            registry=self._registry,
        )
        self._refused = Counter(
            "wetread_refusals",
            "Associations and instances refused since the process started",
            ["reason"],
            registry=self._registry,
        )
        self._stages = _StageTimes(totals, self._registry, started_at)
        self._registry.register(_FromRecords(totals))
        self._registry.register(QualityFigures(quality))
        self._registry.register(DeviceFigures(device_use))

    def count_received_instance(self) -> None:
        """Count one instance that was acknowledged."""
        self._received.inc()

    def count_refusal(self, reason: str) -> None:
        """Count one association or instance that was refused, by one of a few fixed reasons."""
        self._refused.labels(reason).inc()

    def text(self) -> bytes:
        """Return all figures in the text format."""
        self._stages.observe_new()
        return generate_latest(self._registry)


class _StageTimes:
    """A histogram of stage times, fed with the findings concluded since the last look."""

    def __init__(
        self, totals: RecordsTotals, registry: CollectorRegistry, started_at: datetime
    ) -> None:
        self._totals = totals
        self._histogram = Histogram(
            "wetread_stage_seconds",
            "Wall seconds of each stage of an analysis since the process started",
            ["stage"],
            buckets=_STAGE_BUCKETS_SECONDS,
            registry=registry,
        )
        self._queued = Histogram(
            "wetread_queue_wait_seconds",
            "Seconds from a complete study to the begin of its analysis since the process started",
            buckets=_STAGE_BUCKETS_SECONDS,
            registry=registry,
        )
        self._started_at = started_at
        self._newest = started_at
        self._seen: dict[tuple[str, int], datetime] = {}
        self._looking = threading.Lock()

    def observe_new(self) -> None:
        """Add each analysis once; the last minutes are looked at again."""
        with self._looking:  # two monitors may ask at the same time
            self._observe_new()

    def _observe_new(self) -> None:
        since = max(self._started_at, self._newest - _LATE_COMMITS)
        self._seen = {key: at for key, at in self._seen.items() if at >= since}
        for analysis in self._totals.stages_concluded_since(since):
            key = (analysis.study_instance_uid, analysis.revision)
            if key in self._seen:
                continue
            self._seen[key] = analysis.concluded_at
            self._newest = max(self._newest, analysis.concluded_at)
            if analysis.queued_seconds is not None:
                self._queued.observe(analysis.queued_seconds)
            for stage, seconds in analysis.seconds:
                if seconds > 0:  # 0 is a stage that was not reached
                    self._histogram.labels(stage=stage).observe(seconds)


class _FromRecords(Collector):
    def __init__(self, totals: RecordsTotals) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        states = GaugeMetricFamily("wetread_studies", "Studies by state", labels=["state"])
        for state, count in self._totals.studies_by_state():
            states.add_metric([state.value], count)
        yield states
        outcomes = CounterMetricFamily(
            "wetread_analyses", "Concluded analyses by outcome", labels=["outcome"]
        )
        for outcome, count in self._totals.findings_by_outcome():
            outcomes.add_metric([outcome.value], count)
        yield outcomes
        deliveries = GaugeMetricFamily(
            "wetread_deliveries", "Result objects by destination", labels=["destination", "state"]
        )
        for delivery in self._totals.deliveries():
            deliveries.add_metric([delivery.destination, "confirmed"], delivery.confirmed)
            deliveries.add_metric([delivery.destination, "waiting"], delivery.waiting)
        yield deliveries
        gpu_seconds, cpu_seconds = self._totals.device_seconds()
        used = CounterMetricFamily(
            "wetread_device_seconds", "Device seconds booked", labels=["device"]
        )
        used.add_metric(["gpu"], gpu_seconds)
        used.add_metric(["cpu"], cpu_seconds)
        yield used
        yield CounterMetricFamily(
            "wetread_energy_joules",
            "Energy booked, where it was measured",
            value=self._totals.energy_joules(),
        )
        yield GaugeMetricFamily(
            "wetread_reading_queue_length",
            "Studies that nobody has reported yet",
            value=self._totals.waiting_to_be_read(),
        )


def metrics_router(metrics: ServiceMetrics) -> APIRouter:
    """Return the route that a monitor asks."""
    router = APIRouter(tags=["health"])

    @router.get("/metrics", summary="Return figures in the Prometheus text format")
    def show_metrics() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router
