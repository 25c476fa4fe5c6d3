"""Figures of the device that the local engine computes on: how busy it is, who waits for it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from wetread.domain.device_use import DeviceUse

TellDeviceUse: TypeAlias = Callable[[], DeviceUse]
"""Tells how much the device was used since the process started."""


class DeviceFigures(Collector):
    """Asks whoever gives the device to one analysis after another."""

    def __init__(self, tell_use: TellDeviceUse) -> None:
        self._tell_use = tell_use

    def collect(self) -> Iterator[Metric]:
        """Yield the figures as they are now."""
        use = self._tell_use()
        yield CounterMetricFamily(
            "wetread_device_busy_seconds",
            "Seconds that networks of the local engine had the device since the process started",
            value=use.used_seconds,
        )
        yield SummaryMetricFamily(
            "wetread_device_wait_seconds",
            "Seconds that detections waited for the device since the process started",
            count_value=use.turns,
            sum_value=use.waited_seconds,
        )
        yield GaugeMetricFamily(
            "wetread_device_waiting", "Detections that wait for the device now", value=use.waiting
        )
