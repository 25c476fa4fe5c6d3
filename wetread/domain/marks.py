"""Which marks somebody wants to see: the findings stay what they are, and nothing is run again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wetread.domain.findings import ChangeState, GrowthVerdict, Nodule
from wetread.domain.presentation import RenderingIntent
from wetread.domain.uids import derive_uid


class ShowMarks(StrEnum):
    """When the marks that pass are shown."""

    NONE = "none"
    ON_REQUEST = "on_request"  # the reader may switch them on
    ALWAYS = "always"


class PreferenceScope(StrEnum):
    """For whom a preference holds, the one that counts first first."""

    READER = "reader"
    VIEWER = "viewer"  # as the profile of a destination names it; `web` is our own page
    SITE = "site"  # the hospital


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkPreference:
    """Which marks are shown; by default all of them, always."""

    show: ShowMarks = ShowMarks.ALWAYS
    minimum_score: float = 0.0
    minimum_mean_diameter_mm: float = 0.0
    new_and_grown_only: bool = False  # hides only what is known to have been there, not grown

    def intent_of(self, nodule: Nodule) -> RenderingIntent:
        """Return what a display is to do with the mark of a nodule."""
        if self.show is ShowMarks.NONE or not self._passes(nodule):
            return RenderingIntent.NOT_FOR_PRESENTATION
        if self.show is ShowMarks.ON_REQUEST:
            return RenderingIntent.OPTIONAL
        return RenderingIntent.REQUIRED

    @property
    def variant(self) -> str:
        """A short name of exactly this preference; empty for the one that changes nothing."""
        if self == ALL_MARKS:
            return ""
        said = (
            self.show.value,
            repr(float(self.minimum_score)),
            repr(float(self.minimum_mean_diameter_mm)),
            int(self.new_and_grown_only),
        )
        return derive_uid("mark preference", *said).rpartition(".")[2][-12:]

    def _passes(self, nodule: Nodule) -> bool:
        return (
            nodule.score >= self.minimum_score
            and nodule.measurement.mean_diameter_mm >= self.minimum_mean_diameter_mm
            and not (self.new_and_grown_only and _known_and_not_grown(nodule))
        )


ALL_MARKS: Final = MarkPreference()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PreferenceHolder:
    """A reader, viewer or site that has a preference."""

    scope: PreferenceScope
    name: str


def choose_preference(
    known: Mapping[PreferenceHolder, MarkPreference],
    *,
    reader: str | None = None,
    viewer: str | None = None,
    site: str | None = None,
) -> MarkPreference:
    """Return the preference that counts: the reader's, else the viewer's, the site's, or none."""
    named = {
        PreferenceScope.READER: reader,
        PreferenceScope.VIEWER: viewer,
        PreferenceScope.SITE: site,
    }
    for scope in PreferenceScope:
        name = named[scope]
        preference = None if not name else known.get(PreferenceHolder(scope=scope, name=name))
        if preference is not None:
            return preference
    return ALL_MARKS


def _known_and_not_grown(nodule: Nodule) -> bool:
    """Tell whether a comparison has found the nodule before, and no growth."""
    change = nodule.change
    return (
        change is not None
        and change.state is ChangeState.MATCHED
        and change.verdict is not None
        and change.verdict is not GrowthVerdict.GROWN
    )
