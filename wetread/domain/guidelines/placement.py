"""The category of one nodule by a table, or the range of those that are possible."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from wetread.domain.findings import NoduleType
from wetread.domain.guidelines.facts import NoduleFacts, Occasion
from wetread.domain.guidelines.occasions import possible_occasions
from wetread.domain.guidelines.table import GuidelineTable, SizeRule, SteppingRule

_STEPS_PER_MM = 10  # sizes are told to 0.1 mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The category that one row gives, and the step down that was made from it."""

    category: str
    rule: SizeRule
    step: SteppingRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What the table says of one nodule; ``lowest`` and ``highest`` are equal where all is known.

    They are None where no row fits.
    """

    nodule: NoduleFacts
    lowest: Verdict | None
    highest: Verdict | None
    depends_on_solid_part: bool
    depends_on_occasion: bool


def place_nodule(nodule: NoduleFacts, table: GuidelineTable) -> Placement:
    """Ask the table for every size of the solid part and every occasion that are possible."""
    occasions = possible_occasions(nodule, table.growth)
    sizes = _possible_solid_parts_mm(nodule)
    found = {
        (occasion, size): _judge(nodule, occasion, size, table)
        for occasion in occasions
        for size in sizes
    }
    if any(verdict is None for verdict in found.values()):
        lowest = highest = None
    else:
        ranked = sorted(
            (verdict for verdict in found.values() if verdict is not None),
            key=lambda verdict: table.rank(verdict.category),
        )
        lowest, highest = ranked[0], ranked[-1]
    return Placement(
        nodule=nodule,
        lowest=lowest,
        highest=highest,
        depends_on_solid_part=any(
            _differ(found[occasion, size] for size in sizes) for occasion in occasions
        ),
        depends_on_occasion=any(
            _differ(found[occasion, size] for occasion in occasions) for size in sizes
        ),
    )


def _possible_solid_parts_mm(nodule: NoduleFacts) -> tuple[float, ...]:
    if nodule.type is not NoduleType.PART_SOLID:
        return (0.0,)  # no row asks for it
    if nodule.solid_part_mm is not None:
        return (nodule.solid_part_mm,)
    # A part is no larger than the whole.
    largest = max(1, round(nodule.mean_diameter_mm * _STEPS_PER_MM))
    return tuple(step / _STEPS_PER_MM for step in range(1, largest + 1))


def _judge(
    nodule: NoduleFacts, occasion: Occasion, solid_part_mm: float, table: GuidelineTable
) -> Verdict | None:
    rule = _highest_rule(nodule, occasion, solid_part_mm, table)
    if rule is None:
        return None
    if occasion is Occasion.STABLE and (step := _step_down(nodule, rule, solid_part_mm, table)):
        return Verdict(category=step.to_category, rule=rule, step=step)
    return Verdict(category=rule.category, rule=rule)


def _highest_rule(
    nodule: NoduleFacts, occasion: Occasion, solid_part_mm: float, table: GuidelineTable
) -> SizeRule | None:
    holding = (rule for rule in table.rules if rule.holds(nodule, occasion, solid_part_mm))
    return max(holding, key=lambda rule: table.rank(rule.category), default=None)


def _step_down(
    nodule: NoduleFacts, rule: SizeRule, solid_part_mm: float, table: GuidelineTable
) -> SteppingRule | None:
    """Return the step that a nodule without growth has earned.

    Its category at the prior is told by its size then. One that crossed a limit since has a new
    category even without growth, and starts anew.
    """
    prior_diameter, days = nodule.prior_mean_diameter_mm, nodule.interval_days
    if prior_diameter is None or days is None:
        return None
    prior = replace(nodule, mean_diameter_mm=prior_diameter)
    before = _highest_rule(prior, Occasion.STABLE, solid_part_mm, table)
    if before is None or table.rank(before.category) < table.rank(rule.category):
        return None
    for step in table.stepping:
        if (
            step.from_category == rule.category
            and nodule.type in step.types
            and days >= step.stable_days
        ):
            return step
    return None


def _differ(verdicts: Iterable[Verdict | None]) -> bool:
    return len(set(_categories(verdicts))) > 1


def _categories(verdicts: Iterable[Verdict | None]) -> Iterator[str | None]:
    for verdict in verdicts:
        yield None if verdict is None else verdict.category
