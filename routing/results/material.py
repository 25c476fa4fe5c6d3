"""What the objects of a study are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.results.source import Source
from wetread.domain.findings import Change, Findings
from wetread.domain.masks import NoduleMask
from wetread.domain.presentation import IntentOf, always_required
from wetread.domain.studies import StoredInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class NodulePictures:
    """A nodule on its slice, and on the prior's where it is known there; PNG files' content."""

    current: bytes
    prior: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """The findings, the images they refer to, and what else some kind of object shows."""

    findings: Findings
    source: Source
    encoded_at: datetime
    prior_instances: Mapping[str, StoredInstance] = field(default_factory=dict)  # by instance UID
    masks: tuple[NoduleMask, ...] = ()
    pictures: Mapping[str, NodulePictures] = field(default_factory=dict)  # by tracking UID
    intent_of: IntentOf = always_required

    def prior_instance(self, change: Change) -> StoredInstance | None:
        """Return the prior's image that shows a nodule, where both are known."""
        mark = change.prior_mark
        return None if mark is None else self.prior_instances.get(mark.sop_instance_uid)
