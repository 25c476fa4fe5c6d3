"""What our policy must do better, and by how much, told from the same studies."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.simulation.reading.measures import Statistic, StudyGroup, wait_name
from routing.simulation.reading.trial import PolicyName, Run, estimate_change
from wetread.domain.estimates import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A change that is promised: at most the limit where less is better, else at least."""

    name: str
    figure: str
    baseline: PolicyName
    limit_percent: float
    less_is_better: bool
    change_percent: Estimate | None

    @property
    def met(self) -> bool | None:
        """Tell whether the mean change keeps the promise; None where there is no change."""
        if self.change_percent is None:
            return None
        change = self.change_percent.value
        return change <= self.limit_percent if self.less_is_better else change >= self.limit_percent


_PROMISED = (
    (
        "urgent_positives_wait_half",
        wait_name(StudyGroup.DISEASED, Statistic.MEAN),
        PolicyName.FIFO,
        -50.0,
        True,
    ),
    (
        "longest_wait_of_negatives",
        wait_name(StudyGroup.NEGATIVE, Statistic.MAX),
        PolicyName.FIFO,
        10.0,
        True,
    ),
    ("better_matched", "mean_score", PolicyName.CURRENT, 0.0, False),
    ("minutes_shared_more_evenly", "gini_minutes", PolicyName.CURRENT, 0.0, True),
    ("hard_minutes_shared_more_evenly", "gini_hard_minutes", PolicyName.CURRENT, 0.0, True),
)


def list_claims(runs: Sequence[Run]) -> tuple[Claim, ...]:
    """Return the claims whose policies were played."""
    return tuple(
        Claim(
            name=name,
            figure=figure,
            baseline=baseline,
            limit_percent=limit_percent,
            less_is_better=less_is_better,
            change_percent=estimate_change(runs, figure, PolicyName.OURS, baseline),
        )
        for name, figure, baseline, limit_percent, less_is_better in _PROMISED
        if {PolicyName.OURS, baseline} <= set(runs[0])
    )
