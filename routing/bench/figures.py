"""What was measured: single studies, loads of several at once, and series of loads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from statistics import fmean, pstdev
from typing import Final

import numpy as np

from routing.bench.stages import Stage
from routing.pipeline.metering import Spent
from wetread.domain.costs.prices import PriceTable, booked_amount

PERCENTILES: Final = (50, 95, 99)
_SECONDS_PER_HOUR: Final = 3600


class Part(StrEnum):
    """What is measured."""

    MODEL = "model"  # the detector on a volume in memory, lungs included
    WHOLE = "whole"  # from the files in a folder to the objects in another
    WHOLE_WITH_PRIOR = "whole_with_prior"  # likewise, with an unanalysed prior
    SERVICE = "service"  # from the first C-STORE byte to the last object in the PACS


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRun:
    """One study that was taken the way."""

    seconds: float
    stages: Mapping[Stage, Spent]
    gpu_seconds: float = 0.0  # as they are booked
    energy_joule: float | None = None  # None: not measured


@dataclass(frozen=True, kw_only=True)
class LoadRun:
    """Studies of which so many were under way at once, until all were done."""

    at_once: int
    runs: tuple[StudyRun, ...]
    wall_seconds: float
    cpu_seconds: float  # of the whole process and those that work for it
    cores: int
    peak_bytes: int | None

    @property
    def studies(self) -> int:
        """Return how many were done."""
        return len(self.runs)

    @property
    def studies_per_hour(self) -> float:
        """Return the throughput."""
        return self.studies / self.wall_seconds * _SECONDS_PER_HOUR

    @property
    def cpu_seconds_per_study(self) -> float:
        """Return the CPU seconds of one study, shared alike."""
        return self.cpu_seconds / self.studies

    @property
    def core_use(self) -> float:
        """Return the share of the cores' time that was used."""
        return self.cpu_seconds / self.wall_seconds / self.cores

    @property
    def gpu_seconds_per_study(self) -> float:
        """Return the GPU seconds that are booked for one study."""
        return fmean(run.gpu_seconds for run in self.runs)

    @property
    def joules_per_study(self) -> float | None:
        """Return the energy of one study; None where it was not measured of each."""
        known = [run.energy_joule for run in self.runs if run.energy_joule is not None]
        return fmean(known) if len(known) == self.studies else None

    @property
    def mean_seconds(self) -> float:
        """Return how long a study took."""
        return fmean(run.seconds for run in self.runs)

    @property
    def variation(self) -> float:
        """Return the coefficient of variation of how long they took."""
        return pstdev(run.seconds for run in self.runs) / self.mean_seconds

    def percentile_seconds(self, percent: int) -> float:
        """Return within how many seconds so many of the studies were done."""
        return float(np.percentile([run.seconds for run in self.runs], percent))

    @cached_property
    def stages(self) -> Mapping[Stage, Spent]:
        """Return what a study spent on each stage that there was, in the mean and in order.

        CPU seconds are those of the whole process meanwhile: of the stage only, where one study
        was under way at a time.
        """
        return {
            stage: Spent(
                wall_seconds=fmean(one.wall_seconds for one in spent),
                cpu_seconds=fmean(one.cpu_seconds for one in spent),
            )
            for stage in Stage
            if any(stage in run.stages for run in self.runs)
            and (spent := [run.stages.get(stage, Spent()) for run in self.runs])
        }

    @property
    def share_outside_network(self) -> float | None:
        """Return which part of the seconds was not the networks'.

        None where that is unknown, or several studies were under way and waited for one another.
        """
        return self._share_outside(lambda spent: spent.wall_seconds)

    @property
    def cpu_share_outside_network(self) -> float | None:
        """Return the same of the CPU seconds: what else the machine does matters less to it.

        None where several studies were under way: nobody can tell whose seconds they were.
        """
        return self._share_outside(lambda spent: spent.cpu_seconds)

    def _share_outside(self, seconds: Callable[[Spent], float]) -> float | None:
        network = self.stages.get(Stage.NETWORK)
        hidden = Stage.DETECT in self.stages  # where detection is told as one, so is its network
        if network is None or hidden or self.at_once > 1:
            return None
        return 1 - seconds(network) / sum(map(seconds, self.stages.values()))

    def jpy_per_study(self, prices: PriceTable) -> Decimal:
        """Return what a study costs."""
        return prices.cost_jpy(
            gpu_seconds=booked_amount(self.gpu_seconds_per_study),
            cpu_seconds=booked_amount(self.cpu_seconds_per_study),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSeries:
    """One part on one engine under growing loads."""

    engine: str
    part: Part
    device: str
    loads: tuple[LoadRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What it ran on; ``load_average`` is that of the minute before."""

    processor: str
    cores: int
    memory_bytes: int
    accelerator: str | None
    system: str
    versions: Mapping[str, str]
    load_average: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that one run of the benchmark measured."""

    machine: Machine
    model: str
    studies: tuple[str, ...]
    prices: PriceTable
    series: tuple[LoadSeries, ...]
