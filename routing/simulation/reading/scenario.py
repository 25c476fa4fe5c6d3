"""What is read and by how many: a dated table of volumes, minutes and shifts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from routing.dated_tables import read_table
from wetread.domain.geometry import FloatArray

MINUTES_A_DAY = 1440.0
WEEKDAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Studies that are alike to readers."""

    name: str
    column: str  # of a table of readers' scores
    modality: str
    yearly_studies: int
    reading_min: float
    hard: bool
    severity: float  # of a miss
    prevalence: float = 0.0  # of what the AI looks for; 0: no AI looks at this kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """When some of the readers read, on every weekday; may end on the next day."""

    share: float  # of the readers
    start_h: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The volumes of many providers in a year, and how they come and are read."""

    name: str
    source: str
    verified: bool
    providers: int  # that the yearly counts are of
    yearly_studies: int
    weekdays_a_year: int
    hospitals_a_provider: int
    readers_load: float
    urgent_share: float
    urgent_within_min: float
    day_variation: float
    reading_variation: float
    reader_variation: float
    major_misses: float
    weekday_volume: tuple[float, ...]
    hourly_volume: tuple[float, ...]
    shifts: tuple[Shift, ...]
    kinds: tuple[Kind, ...]

    @property
    def mix(self) -> FloatArray:
        """Return the share of each kind, (K,), which sum to 1."""
        counts = np.array([kind.yearly_studies for kind in self.kinds], dtype=float)
        shares: FloatArray = counts / counts.sum()
        return shares

    @property
    def prevalence(self) -> float:
        """Return the share of what the AI looks for, among the studies it looks at."""
        looked_at = [kind for kind in self.kinds if kind.prevalence > 0]
        studies = sum(kind.yearly_studies for kind in looked_at)
        diseased = sum(kind.prevalence * kind.yearly_studies for kind in looked_at)
        return diseased / studies if studies else 0.0

    @property
    def reading_min(self) -> FloatArray:
        """Return the mean minutes of each kind, (K,)."""
        return np.array([kind.reading_min for kind in self.kinds])

    @property
    def daily_studies(self) -> float:
        """Return what one provider gets on a mean weekday."""
        return self.yearly_studies / self.providers / self.weekdays_a_year

    def readers_of_shifts(self, providers: int) -> tuple[int, ...]:
        """Return how many readers each shift has, so that the load is the table's."""
        work_min = providers * self.daily_studies * float(self.mix @ self.reading_min)
        shares = np.array([shift.share for shift in self.shifts])
        shares = shares / shares.sum()
        shift_min = 60 * sum(
            share * shift.hours for share, shift in zip(shares, self.shifts, strict=True)
        )
        readers = work_min / shift_min / self.readers_load
        return tuple(max(1, round(readers * share)) for share in shares)


def load_scenario(path: Path | None = None) -> Scenario:
    """Read the table, the shipped one by default; raise `ConfigurationError` if it is unusable."""
    return read_table(path or Path(__file__).with_name("scenario.toml"), Scenario)
