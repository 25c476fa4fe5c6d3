"""What a step uses: wall and processor seconds, and energy where it can be measured."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from routing.pipeline.energy import SharedEnergy
from wetread.ports import EnergyClock

Seconds: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds used by a step; ``read_seconds`` are those of its wall seconds spent on images."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    read_seconds: float = 0.0
    energy_joule: float | None = None  # None: not measured
    energy_by: str = ""  # by what it was measured

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            wall_seconds=self.wall_seconds + other.wall_seconds,
            cpu_seconds=self.cpu_seconds + other.cpu_seconds,
            read_seconds=self.read_seconds + other.read_seconds,
            energy_joule=_sum(self.energy_joule, other.energy_joule),
            energy_by=self.energy_by or other.energy_by,
        )


def _sum(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return one + other


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """Clocks that only run forward, and the machine they run on."""

    wall_seconds: Seconds
    # Of the whole process, all threads, and of those who work for it: of the study, while it is
    # alone.
    cpu_seconds: Seconds
    device: str
    energy: SharedEnergy | None = None  # of the GPU
    core_watts: float | None = None  # of a processor core that works, where somebody states it


def nothing_elsewhere() -> float:
    """Return what is used outside of this process: nothing."""
    return 0.0


def this_machine(
    elsewhere_cpu_seconds: Seconds = nothing_elsewhere,
    *,
    energy: EnergyClock | None = None,
    core_watts: float | None = None,
) -> Meter:
    """Return the meter of this process, and of what others have used for it."""
    return Meter(
        wall_seconds=time.perf_counter,
        cpu_seconds=lambda: time.process_time() + elsewhere_cpu_seconds(),
        device=processor_name(),
        energy=None if energy is None else SharedEnergy(energy),
        core_watts=core_watts,
    )


def processor_name() -> str:
    """Return e.g. ``cpu: AMD EPYC 7B13``, as the operating system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"cpu: {names[0] if names else platform.processor() or platform.machine()}"
