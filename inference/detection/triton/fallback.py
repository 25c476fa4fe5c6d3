"""While a server is away, the local engine works: later than wished, but never looking failed."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog

from wetread.domain.errors import EngineError
from wetread.domain.findings import Candidate, ModelIdentity, OperatingPoint
from wetread.domain.volumes import CtVolume
from wetread.ports import Detector, Progress

_log: Final = structlog.get_logger(__name__)


class FallbackDetector:
    """Asks the first detector, and where that gives no answer the second, with the same weights.

    The first is then left alone for a while, so that not every study waits for it in vain.
    """

    def __init__(
        self,
        first: Detector,
        second: Detector,
        *,
        rest_seconds: float,
        now_seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first = first
        self._away = first.model.device
        self._second = second
        self._rest_seconds = rest_seconds
        self._now_seconds = now_seconds
        self._away_until = -1.0
        # A study is analysed by one thread, others by others: each is told of its own.
        self._own = threading.local()

    @property
    def model(self) -> ModelIdentity:
        """Which model this is, on the engine that this thread's last volume was looked at by."""
        if not getattr(self._own, "fell_back", False):
            return self._first.model
        local = self._second.model
        return replace(local, device=f"{local.device}, in place of {self._away}")

    @property
    def operating_point(self) -> OperatingPoint:
        """Candidates at or above its score are marked."""
        return self._second.operating_point

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return the candidates, whoever found them; raise `AnalysisError`."""
        if self._now_seconds() >= self._away_until:
            try:
                candidates = self._first.detect(volume, progress, urgency=urgency)
            except EngineError as error:
                self._away_until = self._now_seconds() + self._rest_seconds
                _log.warning("the local engine takes over", reason=str(error))
            else:
                self._own.fell_back = False
                return candidates
        self._own.fell_back = True
        return self._second.detect(volume, progress, urgency=urgency)
