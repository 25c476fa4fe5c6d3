"""A range of sizes."""

from dataclasses import dataclass

from wetread.domain.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The values between two limits, each within or without; at least one limit is given."""

    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        lower = [limit for limit in (self.at_least, self.above) if limit is not None]
        upper = [limit for limit in (self.below, self.at_most) if limit is not None]
        if not lower + upper or len(lower) > 1 or len(upper) > 1:
            raise ConfigurationError("a band has one lower limit, one upper limit, or both")
        if lower and upper and lower[0] >= upper[0]:
            raise ConfigurationError("the lower limit of a band lies below its upper limit")

    def holds(self, value: float) -> bool:
        """Tell whether the value lies between the limits."""
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )
