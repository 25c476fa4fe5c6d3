"""Dividing an amount so that the parts are rounded and still sum up to it."""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

MILLIONTH: Final = Decimal("0.000001")  # the smallest part of a yen or a second that is booked


def allocate(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Divide an amount of whole millionths by weights, into whole millionths (largest remainder).

    Equal remainders favour the earlier part; without any weight the first has everything.
    """
    whole = sum(map(Fraction, weights), Fraction(0))
    if whole == 0:
        return (total, *(Decimal(0) for _ in weights[1:]))
    units = Fraction(total) / Fraction(MILLIONTH)
    parts = [units * Fraction(weight) / whole for weight in weights]
    return tuple(count * MILLIONTH for count in _round_to(parts, int(units)))


def round_together(amounts_jpy: Sequence[Decimal]) -> tuple[int, ...]:
    """Round amounts to whole yen whose sum is the rounded sum of the amounts."""
    parts = [Fraction(amount) for amount in amounts_jpy]
    return _round_to(parts, math.floor(sum(parts, Fraction(1, 2))))


def _round_to(parts: Sequence[Fraction], total: int) -> tuple[int, ...]:
    """Round parts to integers of a given sum, less than one away from theirs."""
    floors = [math.floor(part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda index: floors[index] - parts[index])
    raised = set(by_remainder[: total - sum(floors)])
    return tuple(floor + (index in raised) for index, floor in enumerate(floors))
