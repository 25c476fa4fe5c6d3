"""Which current nodule is which prior nodule, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from inference.registration import Registration
from wetread.domain.findings import Measurement, NoduleType
from wetread.domain.geometry import FloatArray

# Costs are negative log-likelihoods: a difference of ln 4 means four times as likely.
_UNPAIRED = 4.5  # for a current and a prior nodule that both stay alone
_CLEAR_MARGIN = math.log(4.0)
_FAVOURITE_MARGIN = math.log(2.0)
_LOG_VOLUME_SPREAD = 1.2  # tumours grow: twelvefold must still be payable at the same place
_WORST_SIZE = 3.5  # at the same place no size makes two nodules clearly different ones
_TYPE_STEP = 0.5
_TYPE_RANK = {NoduleType.GROUND_GLASS: 0, NoduleType.PART_SOLID: 1, NoduleType.SOLID: 2}
_MEDIAN_IN_SIGMAS = 1.538  # of the length of a normally distributed error in three dimensions


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How one nodule stands to those of the other study.

    ``partner`` is its index there in the best pairing of all, None where it stays alone.
    ``margin`` is what the best pairing without this choice costs more, in nats.
    """

    partner: int | None
    margin: float

    @property
    def is_clear(self) -> bool:
        """Tell whether any other choice is at least four times less likely."""
        return self.margin >= _CLEAR_MARGIN

    @property
    def is_favourite(self) -> bool:
        """Tell whether any other choice is at least two times less likely."""
        return self.margin >= _FAVOURITE_MARGIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The best pairing, told for the nodules of either study in their order."""

    current: tuple[Pair, ...]
    prior: tuple[Pair, ...]


def pair_nodules(
    current: Sequence[Measurement], prior: Sequence[Measurement], registration: Registration
) -> Pairing:
    """Pair nodules by place, volume and type so that the whole is the most likely.

    With an error of 3 mm, nodules alike are clearly the same up to 5 mm apart and clearly not from
    7 mm; whatever lies between has no clear margin. As squares of distances are summed,
    a shift that several neighbours share does not mix them up.
    """
    costs = _with_unpaired(_pair_costs(current, prior, registration))
    rows, columns = linear_sum_assignment(costs)
    least = float(costs[rows, columns].sum())
    choice = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    row_of = {column: row for row, column in choice.items()}

    def margin(row: int, column: int) -> float:
        forbidden = costs.copy()
        forbidden[row, column] = np.inf
        try:
            return float(forbidden[linear_sum_assignment(forbidden)].sum()) - least
        except ValueError:  # nothing else is possible
            return math.inf

    count, prior_count = len(current), len(prior)
    of_current = [
        Pair(
            partner=choice[row] if choice[row] < prior_count else None,
            margin=margin(row, choice[row]),
        )
        for row in range(count)
    ]
    of_prior = [
        Pair(
            partner=row_of[column] if row_of[column] < count else None,
            margin=margin(row_of[column], column),
        )
        for column in range(prior_count)
    ]
    return Pairing(current=tuple(of_current), prior=tuple(of_prior))


def _pair_costs(
    current: Sequence[Measurement], prior: Sequence[Measurement], registration: Registration
) -> FloatArray:
    """Return (current, prior) costs; distances are measured in both scans, so neither leads."""
    here, there = _centers(current), _centers(prior)
    squared_mm2 = (
        _squared_distances(registration.prior_from_current(here), there)
        + _squared_distances(here, registration.current_from_prior(there))
    ) / 2
    sigma_mm = registration.error_mm / _MEDIAN_IN_SIGMAS
    log_ratio = np.subtract.outer(_log_volumes(current), _log_volumes(prior))
    type_steps = np.abs(np.subtract.outer(_type_ranks(current), _type_ranks(prior)))
    size_costs = np.minimum(log_ratio**2 / (2 * _LOG_VOLUME_SPREAD**2), _WORST_SIZE)
    costs: FloatArray = squared_mm2 / (2 * sigma_mm**2) + size_costs + _TYPE_STEP * type_steps
    return costs


def _with_unpaired(costs: FloatArray) -> FloatArray:
    """Return (n + m, m + n) costs in which every nodule may also stay alone."""
    count, prior_count = costs.shape
    square = np.full((count + prior_count,) * 2, np.inf)
    square[:count, :prior_count] = costs
    square[range(count), range(prior_count, prior_count + count)] = _UNPAIRED / 2
    square[range(count, count + prior_count), range(prior_count)] = _UNPAIRED / 2
    square[count:, prior_count:] = 0.0
    return square


def _centers(nodules: Sequence[Measurement]) -> FloatArray:
    return np.asarray([one.center_lps_mm for one in nodules], dtype=float).reshape(-1, 3)


def _squared_distances(one: FloatArray, other: FloatArray) -> FloatArray:
    distances: FloatArray = ((one[:, None, :] - other[None, :, :]) ** 2).sum(axis=2)
    return distances


def _log_volumes(nodules: Sequence[Measurement]) -> FloatArray:
    return np.log([one.volume_mm3 for one in nodules])


def _type_ranks(nodules: Sequence[Measurement]) -> FloatArray:
    return np.asarray([_TYPE_RANK[one.type] for one in nodules], dtype=float)
