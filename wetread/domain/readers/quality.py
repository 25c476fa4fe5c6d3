"""What reviewed reads say of a reader: an estimate with its interval, never a verdict."""

from dataclasses import dataclass

from wetread.domain.errors import ReaderError


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedReads:
    """Reads that were looked at again, and how many of them were contradicted.

    ``expected_discrepancies`` is what an average reader would have had in the same cases: more
    where they were hard. None: the cases were as hard as everybody's.
    """

    reviewed: int = 0
    discrepancies: int = 0
    expected_discrepancies: float | None = None

    def __post_init__(self) -> None:
        expected = self.expected_discrepancies
        if not 0 <= self.discrepancies <= self.reviewed or (expected is not None and expected < 0):
            raise ReaderError("discrepancies are from 0 to the reads that were reviewed")

    def average_reads(self, pool_rate: float) -> float:
        """Return how many reads of average difficulty these were worth, ``pool_rate`` each."""
        if self.expected_discrepancies is None or pool_rate <= 0:
            return float(self.reviewed)
        return max(self.expected_discrepancies / pool_rate, float(self.discrepancies))


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityEstimate:
    """A discrepancy rate drawn towards that of all readers, with its 95 % credible interval."""

    rate: float
    lower: float
    upper: float
    pool_rate: float  # of all readers together

    @property
    def is_resolved(self) -> bool:
        """Tell whether the interval leaves the rate of all readers out."""
        return not self.lower <= self.pool_rate <= self.upper
