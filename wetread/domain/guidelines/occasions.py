"""On which occasion a nodule may be seen, as far as that is known."""

from wetread.domain.findings import ChangeState, NoduleType
from wetread.domain.guidelines.facts import NoduleFacts, Occasion
from wetread.domain.guidelines.table import GrowthRule


def possible_occasions(nodule: NoduleFacts, growth: GrowthRule) -> tuple[Occasion, ...]:
    """Return every occasion that what is known allows; one where it is certain."""
    match nodule.state:
        case None | ChangeState.NOT_COVERED:
            return (Occasion.BASELINE,)
        case ChangeState.NEW:
            return (Occasion.NEW,)
        case ChangeState.AMBIGUOUS:
            return (Occasion.NEW, Occasion.GROWING, Occasion.STABLE)
        case ChangeState.MATCHED:
            return _by_growth(nodule, growth)


def _by_growth(nodule: NoduleFacts, growth: GrowthRule) -> tuple[Occasion, ...]:
    grown = _has_grown(nodule, growth)
    if grown is None:
        return (Occasion.GROWING, Occasion.STABLE)
    if grown:
        days, limit = nodule.interval_days, growth.within_days
        if limit is not None and (days is None or days > limit):
            return (Occasion.GROWING, Occasion.SLOWLY_GROWING)
        return (Occasion.GROWING,)
    if nodule.type is NoduleType.PART_SOLID and nodule.solid_part_mm is None:
        # The solid part alone may have grown, and that is what counts.
        return (Occasion.STABLE, Occasion.GROWING)
    return (Occasion.STABLE,)


def _has_grown(nodule: NoduleFacts, growth: GrowthRule) -> bool | None:
    """Tell whether a matched nodule has grown as the guideline means it; None: unknown."""
    if growth.volume_increase_percent is not None:
        change = nodule.volume_change_percent
        return None if change is None else growth.volume_increase_percent.holds(change)
    prior = nodule.prior_mean_diameter_mm
    if prior is None or growth.diameter_increase_mm is None:
        return None
    return growth.diameter_increase_mm.holds(round(nodule.mean_diameter_mm - prior, 1))
