"""What is held of two keys: links, never merged records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wetread.domain.identity.matching import Match
from wetread.domain.studies import PatientKey


class LinkState(StrEnum):
    """Where a link stands."""

    AUTOMATIC = "automatic"  # the weights suffice; no human has looked at it
    REVIEW = "review"  # a human is to decide
    CONFIRMED = "confirmed"  # a human says one patient
    REFUSED = "refused"  # a human says two patients
    WITHDRAWN = "withdrawn"  # the records have changed and no longer speak for it


# Studies of such keys are of one patient.
SURE_STATES = frozenset({LinkState.AUTOMATIC, LinkState.CONFIRMED})
# Studies of such keys may be fetched, and are compared by nobody before a human has decided.
POSSIBLE_STATES = SURE_STATES | {LinkState.REVIEW}


class Decision(StrEnum):
    """What a human says of a link."""

    CONFIRM = "confirm"
    REFUSE = "refuse"

    @property
    def state(self) -> LinkState:
        """Where it leaves the link."""
        return LinkState.CONFIRMED if self is Decision.CONFIRM else LinkState.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMatch:
    """Another key that may be the same patient's, and what speaks for it."""

    other: PatientKey
    match: Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The keys of one patient; both are empty where nobody is identified."""

    patients: tuple[PatientKey, ...]  # surely the same: the exact key first
    keys_to_prefetch: tuple[PatientKey, ...]  # and those that a human has yet to confirm


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientLink:
    """One link as it stands."""

    link_id: int
    one: PatientKey
    other: PatientKey
    state: LinkState
    match: Match
    match_table: str
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None
