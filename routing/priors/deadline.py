"""Work of several threads that is waited for only so long."""

import threading
import time
from collections.abc import Callable, Mapping
from queue import Empty, Queue
from typing import TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Deadline:
    """A moment that comes some seconds after the object is made."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def remaining_seconds(self) -> float:
        """How long until then; 0 afterwards."""
        return max(0.0, self._until - time.monotonic())


def do_within(
    seconds: float, tasks: Mapping[K, Callable[[], T]], *, named: str
) -> dict[K, T | Exception]:
    """Do all tasks at once; return what each gave or raised, without those not done in time.

    Those go on in threads that end with the process: a peer that hangs holds nobody.
    """
    done: Queue[tuple[K, T | Exception]] = Queue()

    def run(key: K, task: Callable[[], T]) -> None:
        try:
            done.put((key, task()))
        except Exception as error:  # noqa: BLE001 - the caller decides what it means
            done.put((key, error))

    for key, task in tasks.items():
        threading.Thread(target=run, args=(key, task), name=named, daemon=True).start()
    deadline = Deadline(seconds)
    outcomes: dict[K, T | Exception] = {}
    while len(outcomes) < len(tasks):
        try:
            key, outcome = done.get(timeout=max(deadline.remaining_seconds, 0.001))
        except Empty:
            break
        outcomes[key] = outcome
    return outcomes
