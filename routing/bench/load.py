"""Takes studies the way, so many at once, and notes what the process used meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from routing.bench.figures import LoadRun, StudyRun
from routing.pipeline.metering import Meter

PeakBytes = Callable[[], int | None]


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
