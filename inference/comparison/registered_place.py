"""The nodule itself at the place where the other scan has it, though no detection marked it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import dist

from inference.comparison.place import (
    Place,
    is_similar_volume,
    look_at_place,
    reach_mm,
)
from inference.lungs import LungMask
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import Candidate, Measurement
from wetread.domain.geometry import Point, ball_diameter_mm
from wetread.domain.volumes import CtVolume
from wetread.ports import NoduleMeasurer

_DIAMETER_RATIO = 2.0  # between a nodule and the candidate that may be it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """One of the two scans, with what was marked in it and what was not."""

    volume: CtVolume
    lungs: LungMask
    nodules: tuple[Measurement, ...]
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a scan shows at a place; ``measurement`` where the nodule was found there after all."""

    place: Place
    measurement: Measurement | None = None
    score: float = 0.0


class SecondLook:
    """Looks for nodules of the other scan in one scan; what it has found is not found again."""

    def __init__(self, scan: Scan, measurer: NoduleMeasurer, error_mm: float) -> None:
        self._scan = scan
        self._measurer = measurer
        self._error_mm = error_mm
        self._known = list(scan.nodules)

    def look_for(self, nodule: Measurement, place_lps_mm: Point) -> Seen:
        """Look for a nodule of the other scan at its mapped place, give or take the error.

        It counts as found where something of a similar size can be measured within reach that is
        no other nodule. A place with a candidate that cannot be measured is never empty.
        """
        look = look_at_place(
            self._scan.volume,
            self._scan.lungs,
            place_lps_mm,
            nodule=nodule,
            known=self._known,
            error_mm=self._error_mm,
        )
        if look.place is Place.NOT_COVERED:
            return Seen(place=look.place)
        hints = self._hints(nodule, place_lps_mm)
        for seed in (*hints, *_seeds(nodule, (*look.alike_lps_mm, place_lps_mm))):
            found = self._measure(seed)
            if found is not None and self._may_be(found, nodule, place_lps_mm):
                self._known.append(found)
                return Seen(place=Place.UNCLEAR, measurement=found, score=seed.score)
        return Seen(place=Place.UNCLEAR if hints else look.place)

    def _hints(self, nodule: Measurement, place_lps_mm: Point) -> list[Candidate]:
        """Return the unmarked candidates that may be the nodule, the best first."""
        diameter_mm = ball_diameter_mm(nodule.volume_mm3)
        near = [
            one
            for one in self._scan.candidates
            if dist(one.center_lps_mm, place_lps_mm) <= self._reach_mm(nodule)
            and 1 / _DIAMETER_RATIO <= one.diameter_mm / diameter_mm <= _DIAMETER_RATIO
            and not any(_covers(known, one.center_lps_mm) for known in self._known)
        ]
        return sorted(near, key=lambda one: -one.score)

    def _measure(self, seed: Candidate) -> Measurement | None:
        try:
            return self._measurer.measure(self._scan.volume, seed)
        except AnalysisError:
            return None

    def _may_be(self, found: Measurement, nodule: Measurement, place_lps_mm: Point) -> bool:
        return (
            dist(found.center_lps_mm, place_lps_mm) <= self._reach_mm(nodule)
            and is_similar_volume(found.volume_mm3, nodule.volume_mm3)
            and not any(_covers(known, found.center_lps_mm) for known in self._known)
        )

    def _reach_mm(self, nodule: Measurement) -> float:
        return max(reach_mm(self._error_mm), nodule.short_axis_mm / 2)


def _seeds(nodule: Measurement, places: Sequence[Point]) -> Iterator[Candidate]:
    diameter_mm = ball_diameter_mm(nodule.volume_mm3)
    for place in places:
        yield Candidate(center_lps_mm=place, diameter_mm=diameter_mm, score=0.0)


def _covers(known: Measurement, place_lps_mm: Point) -> bool:
    return dist(known.center_lps_mm, place_lps_mm) <= known.long_axis_mm / 2
