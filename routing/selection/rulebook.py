"""The selection rules as values; `rule_files` reads them from TOML."""

import math
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from routing.selection.conditions import Component, Condition, Failure, matches
from wetread.domain.selection import Reason

_NOT_GIVEN_ENGLISH = "not given"
_NOT_GIVEN_JAPANESE = "記載なし"
PLACEHOLDERS = ("attribute", "value", "limit", "failing", "count")
"""What a reason's sentence may name in braces."""


class Effect(StrEnum):
    """What a rule that does not hold does to the series."""

    EXCLUDE = "exclude"
    LIMIT = "limit"  # it is analysed, and every result says what limits it


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRule:
    """One rule; it holds where every attribute meets the condition in all images."""

    code: str
    attributes: tuple[str, ...]  # DICOM keywords or names of `SeriesMeasures`
    condition: Condition
    missing_passes: bool
    effect: Effect
    decides: bool  # later rules are not asked of a series that this one excludes
    english: str
    japanese: str

    def reason(self, attribute: str, failure: Failure, *, count: int) -> Reason:
        """Say what was measured, in both languages; ``count`` is the images of the series."""
        known = {
            "attribute": attribute,
            "limit": self.condition.limit,
            "failing": failure.failing,
            "count": count,
        }
        return Reason(
            code=self.code,
            english=self.english.format(value=failure.value or _NOT_GIVEN_ENGLISH, **known),
            japanese=self.japanese.format(value=failure.value or _NOT_GIVEN_JAPANESE, **known),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallerIsBetter:
    """A number counts; anything below ``good_enough`` is equally good."""

    good_enough: float

    def rank(self, value: Component | None) -> float:
        """Return the place of a series; smaller is better."""
        return max(value, self.good_enough) if isinstance(value, int | float) else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class LargerIsBetter:
    """A number counts, the larger the better."""

    def rank(self, value: Component | None) -> float:
        """Return the place of a series; smaller is better."""
        return -value if isinstance(value, int | float) else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class InOrder:
    """The first pattern that the value matches counts; no match is last."""

    patterns: tuple[str, ...]

    def rank(self, value: Component | None) -> float:
        """Return the place of a series; smaller is better."""
        for place, pattern in enumerate(self.patterns):
            if value is not None and matches(value, (pattern,)):
                return place
        return len(self.patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """How usable series are told apart by one attribute."""

    attribute: str
    order: SmallerIsBetter | LargerIsBetter | InOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelClass:
    """Reconstruction kernels that are equally sharp, by patterns of their names."""

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRules:
    """A whole rule file: rules and preferences in the order they count."""

    name: str
    effective_from: date
    source: str
    verified: bool
    rules: tuple[SelectionRule, ...]
    preferences: tuple[Preference, ...]
    kernels: tuple[KernelClass, ...]

    @property
    def attributes(self) -> frozenset[str]:
        """Every attribute that a rule or a preference looks at."""
        asked = {name for rule in self.rules for name in rule.attributes}
        return frozenset(asked | {preference.attribute for preference in self.preferences})

    def kernel_class(self, kernel: Component | None) -> str:
        """Return the class of a kernel by its name, "unknown" where none matches."""
        for kind in self.kernels:
            if kernel is not None and matches(kernel, kind.patterns):
                return kind.name
        return "unknown"
