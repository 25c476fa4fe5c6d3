"""One energy clock for all studies that run at once: each is given its part, none twice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from wetread.ports import EnergyClock


@dataclass(slots=True, kw_only=True)
class EnergyUse:
    """What one step used; None once it turns out that nothing could be measured."""

    joules: float | None = 0.0


class SharedEnergy:
    """Divides the energy of every moment equally among the steps that run in it."""

    def __init__(self, clock: EnergyClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: list[EnergyUse] = []
        self._last_joules = 0.0

    @property
    def how_measured(self) -> str:
        """Return by what it is measured."""
        return self._clock.how_measured

    @contextmanager
    def measuring(self) -> Iterator[EnergyUse]:
        """Yield the use of one step; it is whole at the end of the block."""
        use = EnergyUse()
        with self._lock:
            self._divide()
            self._running.append(use)
        try:
            yield use
        finally:
            with self._lock:
                self._divide()
                self._running = [one for one in self._running if one is not use]

    def _divide(self) -> None:
        """Give what was used since the last look to those that ran."""
        try:
            joules = self._clock.joules()
        except Exception as error:  # noqa: BLE001 - a driver that fails must not stop an analysis
            structlog.get_logger(__name__).error(
                "the energy of the GPU cannot be read", error=type(error).__name__
            )
            for use in self._running:
                use.joules = None
            return
        for use in self._running:
            if use.joules is not None:
                use.joules += (joules - self._last_joules) / len(self._running)
        self._last_joules = joules
