"""Whether a hospital requests a read: only advice, a share of negatives is read all the same.

A study that is to be read stays so unless a whole analysis marked nothing, the hospital has asked
for pre-screening, chance did not choose it for the safety net, and no human says otherwise.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from wetread.domain.errors import ConfigurationError
from wetread.domain.estimates import Estimate, wilson_estimate
from wetread.domain.findings import Prescreen


class ReadDecision(StrEnum):
    """What becomes of the read."""

    REQUESTED = "requested"
    SAMPLED = "sampled"  # advised against, and read all the same: the safety net
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescreenRules:
    """What one hospital has agreed to; dated data."""

    effective_from: date
    sample_share: Decimal  # of the studies advised against that are read all the same
    read_jpy: Decimal  # what a read costs the hospital

    def __post_init__(self) -> None:
        if not 0 < self.sample_share <= 1:
            raise ConfigurationError("sample_share is above 0 (no safety net) and at most 1")
        if self.read_jpy < 0:
            raise ConfigurationError("read_jpy is not negative")


def decide(
    advice: Prescreen, rules: PrescreenRules | None, *, on: date, drawn: float
) -> ReadDecision:
    """Return what becomes of a read; ``drawn`` is a random number from 0 to below 1.

    Without rules, before they hold, and unless the advice is clear every read is requested.
    """
    if rules is None or advice is not Prescreen.NO_REQUEST:
        return ReadDecision.REQUESTED
    if on < rules.effective_from:
        return ReadDecision.REQUESTED
    return ReadDecision.SAMPLED if drawn < rules.sample_share else ReadDecision.WITHDRAWN


@dataclass(frozen=True, slots=True, kw_only=True)
class PrescreenTally:
    """What has become of the studies of one hospital in some time."""

    requested: int
    sampled: int
    withdrawn: int
    overridden: int  # by a human, either way; counted above as they say
    sampled_read: int  # of the sampled, those whose report says whether something was missed
    sampled_missed: int  # of these, those where it was

    @property
    def missed_share(self) -> Estimate | None:
        """Return the share of negatives in which something was missed; None: none was read."""
        if not self.sampled_read:
            return None
        return wilson_estimate(self.sampled_missed, self.sampled_read)

    @property
    def missed_unread(self) -> Estimate | None:
        """Return how many findings may lie in the studies that nobody read."""
        share = self.missed_share
        return None if share is None else share.times(self.withdrawn)

    def saved_jpy(self, rules: PrescreenRules) -> Decimal:
        """Return what the reads not requested would have cost."""
        return self.withdrawn * rules.read_jpy
