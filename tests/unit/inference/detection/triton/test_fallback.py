"""Who looks at a volume while the first engine is away."""

from dataclasses import replace
from threading import Thread

import pytest

from inference.detection.triton import FallbackDetector
from tests.support.ball_tools import BALL_MODEL, BallDetector, FailingDetector
from tests.support.volumes import grid, volume_of
from wetread.domain.errors import AnalysisError, EngineError
from wetread.domain.findings import Candidate
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress

VOLUME = volume_of(grid())
SERVED = replace(BALL_MODEL, device="triton there:8001")


class FickleDetector(BallDetector):
    """Is away whenever told so."""

    away = False

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        found = super().detect(volume, progress, urgency=urgency)
        if self.away:
            raise EngineError("away")
        return found


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_server_that_was_away_rests_before_it_is_asked_again() -> None:
    served, local, clock = FickleDetector(SERVED), BallDetector(), Clock()
    detector = FallbackDetector(served, local, rest_seconds=30.0, now_seconds=clock)

    served.away = True
    detector.detect(VOLUME)
    served.away = False
    clock.seconds = 29.0
    detector.detect(VOLUME)
    assert (served.calls, local.calls) == (1, 2)
    assert detector.model.device == "cpu, in place of triton there:8001"

    clock.seconds = 30.0
    detector.detect(VOLUME)
    assert (served.calls, local.calls) == (2, 2)
    assert detector.model == SERVED


def test_urgency_reaches_whoever_looks() -> None:
    served, local = FickleDetector(SERVED), BallDetector()
    served.away = True
    FallbackDetector(served, local, rest_seconds=1.0).detect(VOLUME, urgency=70)
    assert served.urgency == local.urgency == 70


def test_what_any_engine_would_refuse_is_not_asked_twice() -> None:
    local = BallDetector()
    with pytest.raises(AnalysisError, match="broken"):
        FallbackDetector(FailingDetector(SERVED), local, rest_seconds=1.0).detect(VOLUME)
    assert local.calls == 0


def test_each_thread_is_told_of_its_own_study() -> None:
    served, local, clock = FickleDetector(SERVED), BallDetector(), Clock()
    detector = FallbackDetector(served, local, rest_seconds=0.0, now_seconds=clock)
    detector.detect(VOLUME)

    served.away = True
    other = Thread(target=detector.detect, args=(VOLUME,))
    other.start()
    other.join()

    assert local.calls == 1
    assert detector.model == SERVED
