"""Takes studies the way, so many at once, and notes what the process used meanwhile."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from routing.bench.figures import LoadRun, StudyRun
from routing.bench.machine import usable_cores
from routing.bench.process_use import forget_peak, peak_bytes
from routing.pipeline.metering import Meter
from wetread.ports import Progress

PeakBytes = Callable[[], int | None]


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
