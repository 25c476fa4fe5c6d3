"""Who pays for the analysis of a study: the hospital that asked, the one that reads, or both."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from wetread.domain.costs.exact import MILLIONTH, allocate
from wetread.domain.errors import ConfigurationError

UNKNOWN_SITE: Final = "unknown site"  # pays for studies whose sender names no hospital


class PayerRuleKind(StrEnum):
    """Who pays."""

    REQUESTER = "requester"  # the site that sent the study
    READER = "reader"  # whoever reads it
    SPLIT = "split"  # both, by a fixed share
    CAPPED = "capped"  # the requester up to a cap for each analysis, the reader what is above


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one payer pays of an entry."""

    payer: str
    amount_jpy: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRule:
    """Who pays for the studies of a site; the first rule that fits counts."""

    site: str | None = None  # None: of every site
    pays: PayerRuleKind
    reader: str | None = None  # who pays as the reader; not asked for where the requester pays all
    requester_share: Decimal | None = None  # of a split, 0 to 1
    cap_jpy: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.requester_share is not None) != (self.pays is PayerRuleKind.SPLIT):
            raise ConfigurationError("a split, and nothing else, has a requester_share")
        if (self.cap_jpy is not None) != (self.pays is PayerRuleKind.CAPPED):
            raise ConfigurationError("a capped rule, and nothing else, has a cap_jpy")
        if self.reader is None and self.pays is not PayerRuleKind.REQUESTER:
            raise ConfigurationError("a rule by which the reader pays names the reader")
        if self.requester_share is not None and not 0 <= self.requester_share <= 1:
            raise ConfigurationError("a requester_share lies between 0 and 1")
        if self.cap_jpy is not None and (
            self.cap_jpy < 0 or self.cap_jpy != self.cap_jpy.quantize(MILLIONTH)
        ):
            raise ConfigurationError("a cap_jpy is not negative and exact to a millionth")

    def payers(self, site: str) -> tuple[str, ...]:
        """Return everyone who may have to pay for a study of the site."""
        requester = site or UNKNOWN_SITE
        match self.pays:
            case PayerRuleKind.REQUESTER:
                return (requester,)
            case PayerRuleKind.READER:
                return (self._reader,)
            case PayerRuleKind.SPLIT | PayerRuleKind.CAPPED:
                return tuple(dict.fromkeys((requester, self._reader)))

    def shares(self, site: str, cost_jpy: Decimal) -> tuple[Share, ...]:
        """Divide a cost that is exact to a millionth; the shares sum up to it exactly."""
        payers = self.payers(site)
        if len(payers) == 1:
            return (Share(payer=payers[0], amount_jpy=cost_jpy),)
        if self.requester_share is not None:
            weights = (self.requester_share, 1 - self.requester_share)
            amounts = allocate(cost_jpy, weights)
        else:
            assert self.cap_jpy is not None
            capped = min(cost_jpy, self.cap_jpy)
            amounts = (capped, cost_jpy - capped)
        return tuple(
            Share(payer=payer, amount_jpy=amount)
            for payer, amount in zip(payers, amounts, strict=True)
            if amount != 0 or cost_jpy == 0
        )

    @property
    def _reader(self) -> str:
        assert self.reader is not None
        return self.reader


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerTable:
    """Who pays from a date on."""

    name: str
    effective_from: date
    source: str  # the agreement
    rules: tuple[PayerRule, ...]

    def __post_init__(self) -> None:
        if not self.rules or self.rules[-1].site is not None:
            raise ConfigurationError("the last payer rule has no site: it is for all others")

    @property
    def dated_name(self) -> str:
        """Return the name that is booked with every entry."""
        return f"{self.name} from {self.effective_from}"

    def rule_for(self, site: str) -> PayerRule:
        """Return the first rule that fits."""
        return next(rule for rule in self.rules if rule.site in {None, site})
