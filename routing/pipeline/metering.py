"""What a step uses: wall and processor seconds."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

Seconds: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds used by a step; ``read_seconds`` are those of its wall seconds spent on images."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    read_seconds: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            wall_seconds=self.wall_seconds + other.wall_seconds,
            cpu_seconds=self.cpu_seconds + other.cpu_seconds,
            read_seconds=self.read_seconds + other.read_seconds,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Two clocks that only run forward, and the machine they run on."""

    wall_seconds: Seconds
    # Of the whole process, all threads, and of those who work for it: of the study, while it is
    # alone.
    cpu_seconds: Seconds
    device: str


def nothing_elsewhere() -> float:
    """Return what is used outside of this process: nothing."""
    return 0.0


def this_machine(elsewhere_cpu_seconds: Seconds = nothing_elsewhere) -> Meter:
    """Return the meter of this process, and of what others have used for it."""
    return Meter(
        wall_seconds=time.perf_counter,
        cpu_seconds=lambda: time.process_time() + elsewhere_cpu_seconds(),
        device=processor_name(),
    )


def processor_name() -> str:
    """Return e.g. ``cpu: AMD EPYC 7B13``, as the operating system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"cpu: {names[0] if names else platform.processor() or platform.machine()}"
