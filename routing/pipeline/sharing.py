"""What all studies that run at once use together: each is given its part, none twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Use:
    """What one step used; None once it turns out that nothing could be measured."""

    amount: float | None = 0.0


class SharedAmount:
    """Divides what is used in every moment equally among the steps that run in it.

    ``read`` returns what was used since some moment; None where it cannot be told.
    """

    def __init__(self, read: Callable[[], float | None]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._running: list[Use] = []
        self._last = 0.0

    def total(self) -> float:
        """Return what all used since some moment; 0 where it cannot be told."""
        return self._read() or 0.0

    @contextmanager
    def measuring(self) -> Iterator[Use]:
        """Yield the use of one step; it is whole at the end of the block."""
        use = Use()
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
        now = self._read()
        if now is None:
            for use in self._running:
                use.amount = None
            return
        for use in self._running:
            if use.amount is not None:
                use.amount += (now - self._last) / len(self._running)
        self._last = now
