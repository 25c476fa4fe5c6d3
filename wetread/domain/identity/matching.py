"""Whether two records are of one patient: Fellegi and Sunter's weights, and three bands.

Fellegi IP, Sunter AB: A theory for record linkage, JASA 64 (1969) 1183–1210.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isclose, log2
from typing import Final

from wetread.domain.errors import ConfigurationError
from wetread.domain.identity.agreement import Agreement, Field, compare_fields, could_be_twins
from wetread.domain.identity.person import Person

# Each must agree exactly before a machine may link, whatever the weights say …
_ASKED: Final = (
    (Field.BIRTH_DATE, frozenset({Agreement.SAME})),
    (Field.SEX, frozenset({Agreement.SAME})),
    (Field.NAME, frozenset({Agreement.WRITTEN_ALIKE, Agreement.SOUNDING_ALIKE})),
)
# … and one of these with them.
_INDEPENDENT: Final = (Field.OTHER_IDS, Field.INSURANCE, Field.PHONE, Field.RESIDENCE)


class Band(StrEnum):
    """What becomes of two records."""

    AUTOMATIC = "automatic"  # linked without a human
    REVIEW = "review"  # a human decides
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOdds:
    """How often one field agrees this far, where both records know it."""

    agreement: Agreement
    m: float  # between two records of one patient
    u: float  # between records of two patients

    @property
    def bits(self) -> float:
        """What this agreement says for one patient, as a base-2 logarithm."""
        return log2(self.m / self.u)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOdds:
    """The agreements of one field; each column is a distribution."""

    field: Field
    source: str
    verified: bool  # False: general knowledge, no source was read
    agreements: tuple[AgreementOdds, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTable:
    """The weights of all fields, and where the bands begin."""

    effective_from: date
    source: str
    share_of_matches: float  # λ: of all pairs that could be compared, how many are one patient
    automatic_false_link_rate: float  # linked without a human: at most this estimate
    review_probability: float  # shown to a human: at least this probability of one patient
    fields: tuple[FieldOdds, ...]

    def __post_init__(self) -> None:
        if sorted(one.field for one in self.fields) != sorted(Field):
            raise ConfigurationError("a match table has every field once")
        rates = [self.share_of_matches, self.automatic_false_link_rate, self.review_probability]
        for field in self.fields:
            for column in ("m", "u"):
                odds = [getattr(agreement, column) for agreement in field.agreements]
                rates += odds
                if not isclose(sum(odds), 1.0, abs_tol=1e-3):
                    raise ConfigurationError(
                        f"match table, {field.field}: the column {column} does not add up to 1"
                    )
        if any(not 0 < rate < 1 for rate in rates):
            raise ConfigurationError("every rate of a match table lies between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one field says."""

    field: Field
    agreement: Agreement
    bits: float  # positive speaks for one patient


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What two records say together."""

    band: Band
    bits: float  # M = log2(λ/(1−λ)) + Σ log2(m/u)
    false_link_rate: float  # estimated: how often a pair like this is two patients
    evidence: tuple[Evidence, ...]
    twins_known: bool  # somebody else could be meant


class Matcher:
    """Weighs pairs of patients by one table."""

    def __init__(self, table: MatchTable) -> None:
        self._table = table
        self._prior_bits = log2(table.share_of_matches / (1 - table.share_of_matches))
        self._bits = {
            (field.field, odds.agreement): odds.bits
            for field in table.fields
            for odds in field.agreements
        }

    @property
    def table_name(self) -> str:
        """Which table this is, for the records."""
        return f"from {self._table.effective_from}"

    def match(self, one: Person, other: Person, *, around: Sequence[Person] = ()) -> Match:
        """Weigh two records; ``around`` are others that resemble them, a twin perhaps."""
        evidence = tuple(
            Evidence(field=field, agreement=agreement, bits=self._bits[field, agreement])
            for field, agreement in compare_fields(one, other)
        )
        bits = self._prior_bits + sum(item.bits for item in evidence)
        false_link_rate = 1 / (1 + 2**bits)
        band = self._band(evidence, false_link_rate)
        twins_known = could_be_twins(one, other)
        if band is Band.AUTOMATIC:
            twins_known = twins_known or any(
                could_be_twins(one, third) or could_be_twins(other, third) for third in around
            )
        return Match(
            band=Band.REVIEW if band is Band.AUTOMATIC and twins_known else band,
            bits=bits,
            false_link_rate=false_link_rate,
            evidence=evidence,
            twins_known=twins_known,
        )

    def _band(self, evidence: Sequence[Evidence], false_link_rate: float) -> Band:
        if 1 - false_link_rate < self._table.review_probability:
            return Band.NONE
        agreed = {item.field: item.agreement for item in evidence}
        sure = (
            false_link_rate <= self._table.automatic_false_link_rate
            and all(agreed.get(field) in wanted for field, wanted in _ASKED)
            and any(agreed.get(field) is Agreement.SAME for field in _INDEPENDENT)
            and agreed.get(Field.OTHER_IDS) is not Agreement.DIFFERENT
        )
        return Band.AUTOMATIC if sure else Band.REVIEW
