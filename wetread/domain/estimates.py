"""A figure and how sure it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its 95 % interval; None where there is too little to tell one from."""

    value: float
    interval: tuple[float, float] | None = None
