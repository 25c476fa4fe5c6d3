"""One edition of a guideline as a table; no program code knows a limit."""

from dataclasses import dataclass
from datetime import date

from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import NoduleType
from wetread.domain.guidelines.bands import Band
from wetread.domain.guidelines.facts import NoduleFacts, Occasion
from wetread.domain.guidelines.guidance import Indication


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One category and what the guideline recommends."""

    name: str
    english: str
    japanese: str
    verified: bool  # False: general knowledge, the recommendation was not read in a source


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRule:
    """One row: nodules of these types, seen on these occasions, of these sizes."""

    category: str
    types: tuple[NoduleType, ...]
    occasions: tuple[Occasion, ...] = tuple(Occasion)
    mean_diameter_mm: Band | None = None
    volume_mm3: Band | None = None
    solid_part_mm: Band | None = None
    verified: bool

    def holds(self, nodule: NoduleFacts, occasion: Occasion, solid_part_mm: float) -> bool:
        """Tell whether the row speaks of this nodule, were its solid part of that size."""
        sizes = (
            (self.mean_diameter_mm, nodule.mean_diameter_mm),
            (self.volume_mm3, nodule.volume_mm3),
            (self.solid_part_mm, solid_part_mm),
        )
        return (
            nodule.type in self.types
            and occasion in self.occasions
            and all(band is None or band.holds(size) for band, size in sizes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthRule:
    """What the guideline calls growth; exactly one of the two bands is given."""

    diameter_increase_mm: Band | None = None
    volume_increase_percent: Band | None = None
    within_days: int | None = None  # the same increase over a longer time may be slow growth
    verified: bool

    def __post_init__(self) -> None:
        if (self.diameter_increase_mm is None) == (self.volume_increase_percent is None):
            raise ConfigurationError("growth is told by diameter or by volume: give one of them")


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppingRule:
    """A category that is left for a lower one when the nodule did not grow for so long."""

    from_category: str
    to_category: str
    stable_days: int
    types: tuple[NoduleType, ...]
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JuxtapleuralRule:
    """Nodules at the pleura that are harmless if smooth: a note, as nobody measures smoothness."""

    category: str
    types: tuple[NoduleType, ...]
    mean_diameter_mm: Band
    surface_distance_mm: Band
    verified: bool

    def may_hold(self, nodule: NoduleFacts) -> bool:
        """Tell whether all but the shape fits."""
        distance = nodule.surface_distance_mm
        return (
            nodule.type in self.types
            and self.mean_diameter_mm.holds(nodule.mean_diameter_mm)
            and distance is not None
            and self.surface_distance_mm.holds(distance)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """For whom the guideline was written."""

    indications: tuple[Indication, ...]
    minimum_age_years: int | None = None
    excludes_known_cancer: bool = False
    excludes_immunosuppression: bool = False
    maximum_slice_thickness_mm: float
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineTable:
    """One edition; ``categories`` ascend from the least to the most urgent.

    Where several rows hold, the highest category counts.
    """

    name: str
    effective_from: date
    source: str
    verified: bool  # False: some row is general knowledge, or read in a secondary source only
    without_nodules: str  # the category of a whole analysis that marked nothing
    scope: Scope
    growth: GrowthRule
    categories: tuple[Category, ...]
    rules: tuple[SizeRule, ...]
    stepping: tuple[SteppingRule, ...] = ()
    juxtapleural: JuxtapleuralRule | None = None

    def __post_init__(self) -> None:
        names = [category.name for category in self.categories]
        if len(set(names)) < len(names):
            raise ConfigurationError(f"{self.name}: two categories have the same name")
        used = {self.without_nodules, *(rule.category for rule in self.rules)}
        used |= {name for step in self.stepping for name in (step.from_category, step.to_category)}
        if self.juxtapleural is not None:
            used.add(self.juxtapleural.category)
        if unknown := used - set(names):
            raise ConfigurationError(
                f"{self.name}: {', '.join(sorted(unknown))} is not one of its categories"
            )
        if any(self.rank(s.to_category) >= self.rank(s.from_category) for s in self.stepping):
            raise ConfigurationError(f"{self.name}: a step leads to a lower category")

    def rank(self, category: str) -> int:
        """Return the place of a category, from 0 for the least urgent."""
        return [one.name for one in self.categories].index(category)

    def category(self, name: str) -> Category:
        """Return a category by its name."""
        return self.categories[self.rank(name)]
