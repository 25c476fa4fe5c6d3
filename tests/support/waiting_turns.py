"""Threads that wait for a device."""

import time
from concurrent.futures import Executor, Future

from inference.turns import DeviceTurns


def queue_up(
    pool: Executor, turns: DeviceTurns, urgency: int, name: str, order: list[str]
) -> Future[None]:
    """Return when another thread waits for a device that is in use; it notes when it has it."""

    def take_turn() -> None:
        with turns.turn(urgency):
            order.append(name)

    before = turns.use().waiting
    waiting = pool.submit(take_turn)
    await_waiting(turns, before + 1)
    return waiting


def await_waiting(turns: DeviceTurns, studies: int) -> None:
    """Return when so many wait for the device."""
    deadline = time.monotonic() + 20
    while turns.use().waiting < studies:
        assert time.monotonic() < deadline, "nobody waits for the device"
        time.sleep(0.001)
