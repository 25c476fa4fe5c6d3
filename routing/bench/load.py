"""Takes studies the way, so many at once, and notes what the process used meanwhile."""

import itertools
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from routing.bench.figures import LoadRun, StudyRun
from routing.bench.machine import usable_cores
from routing.bench.process_use import forget_peak, peak_bytes
from routing.pipeline.metering import Meter
from wetread.domain.errors import WetreadError
from wetread.ports import Progress

_READY_WITHIN_SECONDS: Final = 120.0  # a server that was started for the benchmark
_ASKED_AGAIN_AFTER_SECONDS: Final = 0.5

PeakBytes = Callable[[], int | None]


def take_until_ready(take: Callable[[int], object], not_yet: type[WetreadError]) -> None:
    """Take a study, and again while a server is still starting: until ``not_yet`` is not raised.

    ``take`` is given how often it was asked before.
    """
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    for number in itertools.count():
        try:
            take(number)
        except not_yet:
            if time.monotonic() > deadline:
                raise
            time.sleep(_ASKED_AGAIN_AFTER_SECONDS)
        else:
            return


def run_loads(
    take: Callable[[str, int], StudyRun],
    *,
    at_once: Sequence[int],
    repeat: int,
    meter: Meter,
    process: int,
    progress: Progress,
) -> tuple[LoadRun, ...]:
    """Return how each load went in the process with this number, one load after another.

    ``take`` is given what the load is called, and the number of each study.
    """
    loads: list[LoadRun] = []
    for count in at_once:
        forget_peak(process)
        load = run_load(
            partial(take, f"load {count}"),
            at_once=count,
            repeat=repeat,
            meter=meter,
            cores=usable_cores(),
            peak_bytes=partial(peak_bytes, process),
        )
        loads.append(load)
        progress(len(loads) / len(at_once))
    return tuple(loads)


def run_load(
    take: Callable[[int], StudyRun],
    *,
    at_once: int,
    repeat: int,
    meter: Meter,
    cores: int,
    peak_bytes: PeakBytes,
) -> LoadRun:
    """Return how ``at_once`` × ``repeat`` studies went; ``take`` is given the number of each."""
    wall, cpu = meter.wall_seconds(), meter.cpu_seconds.total()
    with ThreadPoolExecutor(at_once) as pool:
        runs = tuple(pool.map(take, range(at_once * repeat)))
    return LoadRun(
        at_once=at_once,
        runs=runs,
        wall_seconds=meter.wall_seconds() - wall,
        cpu_seconds=meter.cpu_seconds.total() - cpu,
        cores=cores,
        peak_bytes=peak_bytes(),
    )
