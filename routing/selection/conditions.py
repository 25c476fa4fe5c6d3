"""What a rule may ask of an attribute, and how a measured value is written for people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol, TypeAlias

Component: TypeAlias = str | int | float
Values: TypeAlias = tuple[Component, ...]
"""What one image says of an attribute; empty where it says nothing."""

_TOLERANCE = 1e-6  # measured values carry rounding of binary fractions
_LONGEST_SHOWN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What did not meet a condition; ``value`` is None where images say nothing."""

    value: str | None
    failing: int  # images


class Condition(Protocol):
    """One test over all images of a series."""

    @property
    def limit(self) -> str:
        """What is asked for, for people."""
        ...

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Return what fails, the same for any order of the images; None where all pass."""
        ...


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value matches one of the patterns (capitals do not matter, * stands for anything)."""

    patterns: tuple[str, ...]

    @property
    def limit(self) -> str:
        """The patterns."""
        return ", ".join(self.patterns)

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Return the commonest value that matches none."""
        wrong = [[v for v in values if not matches(v, self.patterns)] for values in images]
        return _most_common(images, wrong, missing_passes=missing_passes)


@dataclass(frozen=True, slots=True)
class NoneOf:
    """No value matches one of the patterns."""

    patterns: tuple[str, ...]

    @property
    def limit(self) -> str:
        """The patterns."""
        return ", ".join(self.patterns)

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Return the commonest value that matches."""
        wrong = [[v for v in values if matches(v, self.patterns)] for values in images]
        return _most_common(images, wrong, missing_passes=missing_passes)


@dataclass(frozen=True, slots=True)
class AtMost:
    """Every value is a number no larger than the maximum."""

    maximum: int | float

    @property
    def limit(self) -> str:
        """The maximum."""
        return show(self.maximum)

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Return the largest value that is too large."""
        numbers = [_numbers(values) for values in images]
        wrong = [max(n) for n in numbers if n and max(n) > self.maximum + _TOLERANCE]
        worst = max(wrong, default=None)
        return _numeric(numbers, len(wrong), worst, self.maximum, missing_passes=missing_passes)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Every value is a number no smaller than the minimum."""

    minimum: int | float

    @property
    def limit(self) -> str:
        """The minimum."""
        return show(self.minimum)

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Return the smallest value that is too small."""
        numbers = [_numbers(values) for values in images]
        wrong = [min(n) for n in numbers if n and min(n) < self.minimum - _TOLERANCE]
        worst = min(wrong, default=None)
        return _numeric(numbers, len(wrong), worst, self.minimum, missing_passes=missing_passes)


@dataclass(frozen=True, slots=True)
class Present:
    """Every image has a value."""

    @property
    def limit(self) -> str:
        """Nothing in particular."""
        return ""

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Count the images without a value."""
        return _most_common(images, [[] for _ in images], missing_passes=missing_passes)


@dataclass(frozen=True, slots=True)
class Constant:
    """All images say the same; saying nothing is different from saying something."""

    @property
    def limit(self) -> str:
        """Nothing in particular."""
        return ""

    def find_failure(self, images: Sequence[Values], *, missing_passes: bool) -> Failure | None:
        """Return the different values; the failing images are those that differ from most."""
        del missing_passes
        kinds = Counter(_shown_together(values) for values in images)
        if len(kinds) < 2:  # noqa: PLR2004 - one kind differs from nothing
            return None
        return Failure(
            value=" | ".join(sorted(kinds))[:_LONGEST_SHOWN],
            failing=len(images) - max(kinds.values()),
        )


def matches(value: Component, patterns: Sequence[str]) -> bool:
    """Tell whether a value matches a pattern, whatever its capitals and outer blanks."""
    text = str(value).strip().upper()
    return any(fnmatchcase(text, pattern.upper()) for pattern in patterns)


def show(value: Component, *, unlike: float | None = None) -> str:
    """Write a value for people: 5.0, 3.04, 12; with the digits that tell it from ``unlike``."""
    if isinstance(value, float):
        for digits in (1, 2, 3):
            text = f"{value:.{digits}f}"
            if unlike is None or text != f"{unlike:.{digits}f}":
                return text
        return f"{value:g}"
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value).strip())
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def _shown_together(values: Values) -> str:
    return "\\".join(f"{v:g}" if isinstance(v, float) else show(v) for v in values) or "–"


def _numbers(values: Values) -> tuple[int | float, ...]:
    return tuple(value for value in values if isinstance(value, int | float))


def _most_common(
    images: Sequence[Values], wrong: Sequence[Sequence[Component]], *, missing_passes: bool
) -> Failure | None:
    counts = Counter(show(value) for found in wrong for value in found)
    absent = 0 if missing_passes else sum(not values for values in images)
    failing = sum(bool(found) for found in wrong) + absent
    if not failing:
        return None
    commonest = min(counts, key=lambda text: (-counts[text], text), default=None)
    return Failure(value=commonest, failing=failing)


def _numeric(
    numbers: Sequence[Sequence[int | float]],
    wrong: int,
    worst: float | None,
    limit: float,
    *,
    missing_passes: bool,
) -> Failure | None:
    absent = 0 if missing_passes else sum(not found for found in numbers)
    if not wrong + absent:
        return None
    value = None if worst is None else show(worst, unlike=limit)
    return Failure(value=value, failing=wrong + absent)
