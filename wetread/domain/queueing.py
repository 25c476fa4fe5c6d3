"""Mean waits in a queue of studies and readers, by theory: M/M/c with two classes.

Every reader reads every study, reading times are exponential with the same mean for both classes,
and studies arrive at random. Erlang (1917) for one class, Cobham (1954) for priority without
interruption, Buzen and Bondi (1983) for interruption, Stanford, Taylor and Ziedins (2014) for
accumulating priority, which is ageing.
"""

from dataclasses import dataclass
from enum import StrEnum

from wetread.domain.errors import SimulationError

_MINUTES_PER_HOUR = 60.0


class Discipline(StrEnum):
    """Which waiting study a free reader takes."""

    FIFO = "fifo"
    NONPREEMPTIVE = "nonpreemptive"  # high first; nobody is interrupted
    PREEMPTIVE = "preemptive"  # a high study interrupts a low one, which is resumed later
    AGEING = "ageing"  # priority grows with the wait, for high studies faster


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoad:
    """How much there is to read, and by how many; the load is below 1."""

    servers: int
    service_per_hour: float  # studies one reader reads in an hour
    load: float  # share of the readers' time that is asked for
    high_share: float  # of all studies

    def __post_init__(self) -> None:
        if self.servers < 1 or self.service_per_hour <= 0:
            raise SimulationError("a queue needs at least one server, and a rate of service")
        if not 0 < self.load < 1:
            raise SimulationError("the load must be above 0 and below 1, or the queue only grows")
        if not 0 < self.high_share < 1:
            raise SimulationError("the share of high studies must be above 0 and below 1")

    @property
    def arrivals_per_hour(self) -> float:
        """Return the studies that come in an hour, of both classes."""
        return self.load * self.servers * self.service_per_hour

    @property
    def reading_min(self) -> float:
        """Return the mean minutes that one study takes to read."""
        return _MINUTES_PER_HOUR / self.service_per_hour

    @property
    def high_load(self) -> float:
        """Return the share of the readers' time that high studies ask for."""
        return self.load * self.high_share


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWaits:
    """Mean minutes from request until reading, without the reading itself."""

    high_min: float
    low_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AiQuality:
    """How good the AI is that decides which studies are high."""

    sensitivity: float
    specificity: float
    prevalence: float  # share of studies with disease

    @property
    def flagged_share(self) -> float:
        """Return the share of studies that the AI calls positive."""
        return self.sensitivity * self.prevalence + self._false_share

    @property
    def _false_share(self) -> float:
        return (1 - self.specificity) * (1 - self.prevalence)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthWaits:
    """Mean minutes until reading by what is really in the study."""

    diseased_min: float
    missed_min: float  # diseased, but the AI calls them negative
    healthy_min: float


def erlang_c(servers: int, load: float) -> float:
    """Return the probability that a study has to wait."""
    offered = servers * load
    blocked = 1.0  # Erlang B by its recursion, which stays finite for any number of servers
    for count in range(1, servers + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return blocked / (1 - load * (1 - blocked))


def fifo_wait_min(queue: QueueLoad) -> float:
    """Return the mean wait of all studies: in order of request, or in any that ignores lengths."""
    return _all_wait_min(queue, queue.load)


def class_waits(queue: QueueLoad, discipline: Discipline, *, ageing_ratio: float) -> ClassWaits:
    """Return the mean waits; ``ageing_ratio`` is how much faster the priority of high ones grows.

    A ratio of 1 is first in, first out; an endless one is high first without interruption.
    """
    match discipline:
        case Discipline.FIFO:
            wait_min = fifo_wait_min(queue)
            return ClassWaits(high_min=wait_min, low_min=wait_min)
        case Discipline.NONPREEMPTIVE:
            return _nonpreemptive(queue)
        case Discipline.PREEMPTIVE:
            # High studies do not notice the low ones: a queue of their own.
            return _share_out(queue, high_min=_all_wait_min(queue, queue.high_load))
        case Discipline.AGEING:
            return _ageing(queue, ageing_ratio)


def truth_waits(waits: ClassWaits, ai: AiQuality) -> TruthWaits:
    """Return the waits by disease: in each class, what the AI got wrong waits like the rest."""
    return TruthWaits(
        diseased_min=ai.sensitivity * waits.high_min + (1 - ai.sensitivity) * waits.low_min,
        missed_min=waits.low_min,
        healthy_min=ai.specificity * waits.low_min + (1 - ai.specificity) * waits.high_min,
    )


def _all_wait_min(queue: QueueLoad, load: float) -> float:
    rest = queue.servers * (1 - load)
    return erlang_c(queue.servers, load) * queue.reading_min / rest


def _nonpreemptive(queue: QueueLoad) -> ClassWaits:
    until_free_min = fifo_wait_min(queue) * (1 - queue.load)
    high_min = until_free_min / (1 - queue.high_load)
    return ClassWaits(high_min=high_min, low_min=high_min / (1 - queue.load))


def _ageing(queue: QueueLoad, ratio: float) -> ClassWaits:
    if ratio < 1:
        raise SimulationError("the ageing ratio is 1 or more: high studies age no slower than low")
    low_min = fifo_wait_min(queue) / (1 - queue.high_load * (1 - 1 / ratio))
    share = queue.high_share
    high_min = (fifo_wait_min(queue) - (1 - share) * low_min) / share
    return ClassWaits(high_min=high_min, low_min=low_min)


def _share_out(queue: QueueLoad, *, high_min: float) -> ClassWaits:
    """Return what is left for low studies: an order moves waits about, it makes none."""
    share = queue.high_share
    low_min = (fifo_wait_min(queue) - share * high_min) / (1 - share)
    return ClassWaits(high_min=high_min, low_min=low_min)
