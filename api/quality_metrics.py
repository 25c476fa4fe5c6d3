"""Quality figures for a monitor; labels are sites and models, never a patient or a study."""

import threading
import time
from collections.abc import Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.quality import USUAL_DAYS
from routing.feedback.quality import QualityDesk, QualityReport

_LABELS: Final = ("site", "model", "version")
_RENEWED_AFTER_SECONDS: Final = 60.0  # a monitor asks more often than marks are judged


class QualityFigures(Collector):
    """Gauges of each model at each site, over the usual days."""

    def __init__(self, quality: QualityDesk) -> None:
        self._quality = quality
        self._asking = threading.Lock()
        self._last: tuple[float, QualityReport] | None = None

    def collect(self) -> Iterator[Metric]:
        """Yield the gauges."""
        marks = _gauge("wetread_marks", "Marks by what readers said of them", "standing")
        missed = _gauge("wetread_missed_nodules", "Nodules that readers added")
        per_scan = _gauge("wetread_marks_per_scan", "Marks per scan")
        share = _gauge("wetread_false_mark_share", "Rejected among accepted and rejected marks")
        alarm = _gauge("wetread_drift_alarm", "1 where marks per scan have lately changed")
        for one in self._report().models:
            model, quality = one.model, one.quality
            labels = [model.site, model.model_name, model.model_version]
            for standing in ("accepted", "rejected", "disputed", "open"):
                marks.add_metric([*labels, standing], getattr(quality, standing))
            missed.add_metric(labels, quality.missed)
            per_scan.add_metric(labels, quality.marks_per_scan.value)
            if quality.false_share is not None:
                share.add_metric(labels, quality.false_share.value)
            if quality.drift.reference_rate is not None:
                alarm.add_metric(labels, quality.drift.alarm)
        yield from (marks, missed, per_scan, share, alarm)

    def describe(self) -> Iterator[Metric]:
        """Name nothing: registering would otherwise read all the records."""
        return iter(())

    def _report(self) -> QualityReport:
        with self._asking:
            now = time.monotonic()
            if self._last is None or now - self._last[0] > _RENEWED_AFTER_SECONDS:
                self._last = now, self._quality.report(USUAL_DAYS)
            return self._last[1]


def _gauge(name: str, said: str, *more: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, labels=[*_LABELS, *more])
