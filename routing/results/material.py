"""What the objects of a study are made from."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from pydicom import Dataset

from routing.results.source import Source, read_image
from wetread.domain.errors import UnreadableInstance
from wetread.domain.findings import Findings, Nodule
from wetread.domain.masks import NoduleMask
from wetread.domain.presentation import IntentOf, RenderingIntent, always_required
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

    def prior_images(self) -> Mapping[str, Dataset]:
        """Return the prior's images that show a measured nodule, as far as they can be read."""
        images = {}
        for nodule in self.findings.nodules:
            change = nodule.change
            if change is None or change.prior_mark is None or change.prior_volume_mm3 is None:
                continue
            instance = self.prior_instances.get(change.prior_mark.sop_instance_uid)
            if instance is not None:
                with suppress(UnreadableInstance):  # the prior adds to a report, it is not needed
                    images[instance.sop_instance_uid] = read_image(instance)
        return images

    @property
    def shown_nodules(self) -> tuple[Nodule, ...]:
        """The nodules whose marks are to be seen, at once or when asked for."""
        return tuple(
            nodule
            for nodule in self.findings.nodules
            if self.intent_of(nodule) is not RenderingIntent.NOT_FOR_PRESENTATION
        )
