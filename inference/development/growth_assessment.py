"""How the comparison tells known changes of simulated patients; the detector is left out."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import dist

import numpy as np
from numpy.random import Generator

from inference.comparison import NoduleComparer
from inference.development.growth_pairs import GrowingNodule, GrowthPair, make_growth_pair
from inference.development.insertion import choose_crops
from inference.development.sources import NoduleCrop
from inference.registration import Registrar
from wetread.domain.findings import Candidate, ChangeState, GrowthVerdict, Measurement, Nodule
from wetread.domain.geometry import Point, as_point
from wetread.domain.growth import GrowthLimits, assess_growth
from wetread.domain.uids import derive_uid
from wetread.domain.volumes import CtVolume
from wetread.ports import NoduleMeasurer, PriorMatch

# Volume ratios of one patient: alike, grown, shrunk, resolved (0), new (None).
RATIOS = (0.93, 1.0, 1.0, 1.08, 1.5, 1.8, 2.5, 4.0, 0.5, 0.0, None, None)
_INTERVAL_DAYS = 180
_SEED_OFF_MM = 1.0
_SIZES_MM = (4.0, 14.0)
_CLEAR_CHANGE, _NO_CHANGE = 0.4, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of one true nodule."""

    nodule: GrowingNodule
    state: str  # a ChangeState, or swapped, resolved, refound, unseen
    verdict: GrowthVerdict | None
    was_missed: bool  # left out of the marks of one scan, as a detector might


def assess_patient(
    volume: CtVolume,
    crops: Sequence[NoduleCrop],
    *,
    registrar: Registrar,
    measurer: NoduleMeasurer,
    limits: GrowthLimits,
    random: Generator,
) -> tuple[Told, ...]:
    """Simulate one patient and return what is said of each nodule that can be measured.

    Nodules are measured from seeds about 1 mm off their true places. One nodule that is in both
    scans is left out of the marks of either scan.
    """
    fitting = [crop for crop in crops if _SIZES_MM[0] <= crop.diameter_mm <= _SIZES_MM[1]]
    chosen = choose_crops(fitting, len(RATIOS), random)
    ratios = [RATIOS[index] for index in random.permutation(len(RATIOS))]
    pair = make_growth_pair(volume, chosen, ratios, random)
    before = _measured(pair.prior, [n.prior_lps_mm for n in pair.nodules], pair, measurer, random)
    now = _measured(pair.current, [n.current_lps_mm for n in pair.nodules], pair, measurer, random)
    both = [index for index in before if index in now]
    missed_before, missed_now = both[:1], both[1:2]
    prior_nodules = [
        Nodule(
            tracking_id=f"Nodule {index + 1}",
            tracking_uid=derive_uid("growth", index),
            measurement=measurement,
            score=1.0,
        )
        for index, measurement in before.items()
        if index not in missed_before
    ]
    marked = {index: one for index, one in now.items() if index not in missed_now}
    match = NoduleComparer(registrar, measurer).compare(
        current=pair.current,
        current_nodules=list(marked.values()),
        current_candidates=[],
        prior=pair.prior,
        prior_nodules=prior_nodules,
        prior_candidates=[],
    )
    told = _told_of_marked(pair, match, marked, before, limits)
    told += _told_of_others(pair, match, before, now, missed_now, limits)
    missed = {*missed_before, *missed_now}
    return tuple(
        Told(nodule=pair.nodules[index], state=state, verdict=verdict, was_missed=index in missed)
        for index, state, verdict in told
    )


def tabulate(told: Sequence[Told]) -> Iterator[str]:
    """Yield the figures as lines of a table."""
    pairs = [one for one in told if one.nodule.prior_lps_mm and one.nodule.current_lps_mm]
    marked = [one for one in pairs if not one.was_missed]
    yield "| what | share | of |"
    yield "|---|---|---|"
    yield _row("pairs matched rightly, both marked", marked, is_matched)
    missed = [one for one in pairs if one.was_missed]
    yield _row("pairs matched rightly, one of them not marked", missed, is_matched)
    # A gone nodule that something else is taken for is as wrong as two that are mixed up.
    yield _row("taken for another nodule or structure", told, lambda one: one.state == "swapped")
    new = [one for one in told if one.nodule.prior_lps_mm is None]
    gone = [one for one in told if one.nodule.current_lps_mm is None]
    yield _row("new called new", new, lambda one: one.state == ChangeState.NEW)
    yield _row("gone called resolved", gone, lambda one: one.state == "resolved")
    for words, solid in (("solid", True), ("subsolid", False)):
        judged = [one for one in pairs if one.verdict and one.nodule.is_solid is solid]
        large = [one for one in judged if abs(one.nodule.volume_ratio - 1) > _CLEAR_CHANGE]
        small = [one for one in judged if abs(one.nodule.volume_ratio - 1) < _NO_CHANGE]
        yield _row(f"{words}, changed over 40 %: verdict right", large, _is_right)
        yield _row(f"{words}, changed under 10 %: not resolvable or stable", small, _is_right)
    states = Counter(one.state for one in told)
    yield ""
    yield "States: " + ", ".join(f"{state} {count}" for state, count in sorted(states.items()))


def _measured(
    volume: CtVolume,
    places: Sequence[Point | None],
    pair: GrowthPair,
    measurer: NoduleMeasurer,
    random: Generator,
) -> dict[int, Measurement]:
    """Return the measurement of each nodule that is there, by its number."""
    found = {}
    for index, (place, nodule) in enumerate(zip(places, pair.nodules, strict=True)):
        if place is None:
            continue
        seed = as_point(np.asarray(place) + random.normal(scale=_SEED_OFF_MM / 2, size=3))
        candidate = Candidate(center_lps_mm=seed, diameter_mm=nodule.diameter_mm, score=1.0)
        measurement = measurer.measure(volume, candidate)
        if measurement is not None:
            found[index] = measurement
    return found


def _told_of_marked(
    pair: GrowthPair,
    match: PriorMatch,
    marked: dict[int, Measurement],
    before: dict[int, Measurement],
    limits: GrowthLimits,
) -> list[tuple[int, str, GrowthVerdict | None]]:
    told: list[tuple[int, str, GrowthVerdict | None]] = []
    for index, found in zip(marked, match.matches, strict=True):
        state, verdict, partner = str(found.state), None, found.prior_at_place
        if found.state is ChangeState.MATCHED and found.prior is not None:
            partner = found.prior.measurement
            if found.prior.tracking_uid != derive_uid("growth", index):
                state = "swapped"
        elif (
            partner is not None
            and pair.nodules[index].prior_lps_mm is not None
            and not _is_of(partner, before.get(index, partner))
        ):
            state = "swapped"
        if partner is not None:
            verdict = _verdict(partner, marked[index], limits)
        told.append((index, state, verdict))
    return told


def _told_of_others(
    pair: GrowthPair,
    match: PriorMatch,
    before: dict[int, Measurement],
    now: dict[int, Measurement],
    missed_now: Sequence[int],
    limits: GrowthLimits,
) -> list[tuple[int, str, GrowthVerdict | None]]:
    """Return what is said of nodules that are gone, or that were not marked in the current scan."""
    number = {derive_uid("growth", index): index for index in before}
    told: list[tuple[int, str, GrowthVerdict | None]] = []
    concerned = {i for i in before if pair.nodules[i].current_lps_mm is None} | set(missed_now)
    told += [(number[gone.prior_tracking_uid], "resolved", None) for gone in match.resolved]
    told += [(number[lost.prior_tracking_uid], "unseen", None) for lost in match.unseen]
    for again in match.refound:
        index = number[again.prior.tracking_uid]
        right = index in now and _is_of(again.measurement, now[index])
        verdict = _verdict(again.prior.measurement, again.measurement, limits)
        told.append((index, "refound" if right else "swapped", verdict))
    return [one for one in told if one[0] in concerned]


def _is_of(found: Measurement, nodule: Measurement) -> bool:
    """Tell whether what was found lies in a nodule."""
    return dist(found.center_lps_mm, nodule.center_lps_mm) <= nodule.long_axis_mm / 2


def _verdict(prior: Measurement, current: Measurement, limits: GrowthLimits) -> GrowthVerdict:
    return assess_growth(
        prior=prior, current=current, interval_days=_INTERVAL_DAYS, limits=limits
    ).verdict


def is_matched(one: Told) -> bool:
    """Tell whether a nodule of both scans was told to be one."""
    return one.state in {ChangeState.MATCHED, "refound"}


def _is_right(one: Told) -> bool:
    change = one.nodule.volume_ratio - 1
    if abs(change) < _NO_CHANGE:
        return one.verdict in {GrowthVerdict.NOT_RESOLVABLE, GrowthVerdict.STABLE}
    return one.verdict is (GrowthVerdict.GROWN if change > 0 else GrowthVerdict.SHRUNK)


def _row(what: str, of: Sequence[Told], holds: Callable[[Told], bool]) -> str:
    right = sum(map(holds, of))
    share = f"{100 * right / len(of):.1f} %" if of else "–"
    return f"| {what} | {share} | {len(of)} |"
