"""Whose turn it is on a device: one study at a time, the most urgent first."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeAlias

from wetread.domain.device_use import DeviceUse

LetPass: TypeAlias = Callable[[], None]
"""Lets whoever is more urgent have the device first; to be called where that does no harm."""

_Place: TypeAlias = tuple[int, int]  # the least is first: urgency, negative; then who came first


class DeviceTurns:
    """Lets the threads that analyse studies use one device, one after another.

    What they do without it, reading and decoding above all, goes on meanwhile.
    """

    def __init__(self, seconds: Callable[[], float] = time.perf_counter) -> None:
        self._seconds = seconds
        self._changed = threading.Condition()
        self._waiting: list[_Place] = []
        self._begun: float | None = None  # None: the device is free
        self._turns = 0
        self._used_seconds = 0.0
        self._waited_seconds = 0.0
        self._own = threading.local()

    @contextmanager
    def turn(self, urgency: int = 0) -> Iterator[LetPass]:
        """Wait for the device and have it for the block; the larger urgency has it sooner."""
        with self._changed:
            self._turns += 1
            place = (-urgency, self._turns)
        self._take(place)
        try:
            yield partial(self._let_pass, place)
        finally:
            self._give_back()

    def use(self) -> DeviceUse:
        """Return how much the device was used so far."""
        with self._changed:
            current = 0.0 if self._begun is None else self._seconds() - self._begun
            return DeviceUse(
                turns=self._turns,
                used_seconds=self._used_seconds + current,
                waited_seconds=self._waited_seconds,
                waiting=len(self._waiting),
            )

    def own_waited_seconds(self) -> float:
        """Return for how long the calling thread has waited so far, in all its turns."""
        waited: float = getattr(self._own, "waited_seconds", 0.0)
        return waited

    def _take(self, place: _Place) -> None:
        asked = self._seconds()
        with self._changed:
            self._waiting.append(place)
            try:
                self._changed.wait_for(lambda: self._begun is None and min(self._waiting) == place)
                self._begun = self._seconds()
            finally:
                self._waiting.remove(place)
                self._changed.notify_all()  # whoever is interrupted here holds up nobody
            waited = self._begun - asked
            self._waited_seconds += waited
        self._own.waited_seconds = self.own_waited_seconds() + waited

    def _give_back(self) -> None:
        with self._changed:
            assert self._begun is not None
            self._used_seconds += self._seconds() - self._begun
            self._begun = None
            self._changed.notify_all()

    def _let_pass(self, place: _Place) -> None:
        with self._changed:
            if not self._waiting or min(self._waiting) > place:
                return
        self._give_back()
        self._take(place)
