"""When to try again: the policy; whether to is for the error to say."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_LONGEST_WAIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """So many attempts, each wait twice the one before it."""

    attempts: int
    first_wait_seconds: float

    def waits_seconds(self) -> Iterator[float]:
        """Yield the waits between the attempts: one fewer than there are attempts."""
        return islice(self._doubling(), max(self.attempts - 1, 0))

    def _doubling(self) -> Iterator[float]:
        wait = self.first_wait_seconds
        while True:
            yield min(wait, _LONGEST_WAIT_SECONDS)
            wait = min(wait * 2, _LONGEST_WAIT_SECONDS)
