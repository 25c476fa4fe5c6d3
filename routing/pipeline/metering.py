"""What a step uses: wall and processor seconds, and energy where it can be measured."""

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from routing.pipeline.energy import SharedEnergy
from routing.pipeline.sharing import SharedAmount
from wetread.ports import EnergyClock

Seconds: TypeAlias = Callable[[], float]


def no_seconds() -> float:
    """Return what is used where nothing is: no seconds."""
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds used by a step; of its wall seconds some were spent reading, some waiting."""

    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    read_seconds: float = 0.0  # of images
    waited_seconds: float = 0.0  # for the device that another study had
    energy_joule: float | None = None  # None: not measured
    energy_by: str = ""  # by what it was measured

    @property
    def working_seconds(self) -> float:
        """The wall seconds in which it neither read nor waited."""
        return self.wall_seconds - self.read_seconds - self.waited_seconds

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            wall_seconds=self.wall_seconds + other.wall_seconds,
            cpu_seconds=self.cpu_seconds + other.cpu_seconds,
            read_seconds=self.read_seconds + other.read_seconds,
            waited_seconds=self.waited_seconds + other.waited_seconds,
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
    # Of the whole process, all its threads, and of those who work for it.
    cpu_seconds: SharedAmount
    device: str
    energy: SharedEnergy | None = None  # of the GPU
    core_watts: float | None = None  # of a processor core that works, where somebody states it
    waited_seconds: Seconds = no_seconds  # of the calling thread, for the device


def this_machine(
    elsewhere_cpu_seconds: Seconds = no_seconds,
    *,
    energy: EnergyClock | None = None,
    core_watts: float | None = None,
    waited_seconds: Seconds = no_seconds,
) -> Meter:
    """Return the meter of this process, and of what others have used for it."""
    return Meter(
        wall_seconds=time.perf_counter,
        cpu_seconds=SharedAmount(lambda: time.process_time() + elsewhere_cpu_seconds()),
        device=processor_name(),
        energy=None if energy is None else SharedEnergy(energy),
        core_watts=core_watts,
        waited_seconds=waited_seconds,
    )


def processor_name() -> str:
    """Return e.g. ``cpu: AMD EPYC 7B13``, as the operating system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"cpu: {names[0] if names else platform.processor() or platform.machine()}"
