"""Independent replications, on as many processes as there are cores."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from numpy.random import SeedSequence

from wetread.ports import Progress

T = TypeVar("T")


def replicate(
    play: Callable[[SeedSequence], T],
    *,
    replications: int,
    seed: int,
    processes: int,
    progress: Progress,
) -> list[T]:
    """Return what each replication gives, in order; the same for any number of processes.

    ``play`` is a function of a module, or a `functools.partial` of one. What is played with the
    same seed meets the same studies: common random numbers.
    """
    seeds = SeedSequence(seed).spawn(replications)
    results: list[T] = []
    if processes == 1 or replications == 1:
        for one in seeds:
            results.append(play(one))
            progress(len(results) / replications)
        return results
    # A forked process may inherit the lock of a thread that it does not have.
    with ProcessPoolExecutor(min(processes, replications), get_context("spawn")) as pool:
        for result in pool.map(play, seeds):
            results.append(result)
            progress(len(results) / replications)
    return results
