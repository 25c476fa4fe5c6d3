"""Which earlier studies are worth comparing with a study, best first, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from routing.dated_tables import read_table
from wetread.domain.priors import (
    DescribedSeries,
    DescribedStudy,
    PriorRanking,
    RankedPrior,
    UnrelatedStudy,
)

_SHIPPED: Final = Path(__file__).parent / "relevance.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevancePoints:
    """What each likeness is worth at most."""

    same_region: float
    recent: float
    thin: float
    same_kernel: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceRules:
    """When a study is relevant and how much; dated data, see ``relevance.toml``."""

    name: str
    effective_from: date
    verified: bool
    source: str
    modalities: tuple[str, ...]
    oldest_days: int
    least_images: int  # of a series; fewer are localizers and the like
    thin_mm: float  # full points up to here
    thick_mm: float  # none from here on
    region_body_parts: tuple[str, ...]
    region_words: tuple[str, ...]  # in descriptions, where no body part is told
    points: RelevancePoints


def load_relevance_rules(path: Path | None = None) -> RelevanceRules:
    """Read the rules, the shipped ones without a path; raise `ConfigurationError`."""
    return read_table(path or _SHIPPED, RelevanceRules)


def rank_priors(
    current: DescribedStudy, candidates: Sequence[DescribedStudy], rules: RelevanceRules
) -> PriorRanking:
    """Rank the candidates for a comparison with the current study.

    Equal points go to the newer study, then by UID: the order never depends on who answered first.
    """
    judged = [_judge(current, candidate, rules) for candidate in candidates]
    relevant = sorted(
        (one for one in judged if isinstance(one, RankedPrior)),
        key=lambda one: (
            -one.points,
            -_ordinal(one.study.study_date),
            one.study.study_instance_uid,
        ),
    )
    unrelated = tuple(one for one in judged if isinstance(one, UnrelatedStudy))
    return PriorRanking(relevant=tuple(relevant), unrelated=unrelated)


def _judge(
    current: DescribedStudy, candidate: DescribedStudy, rules: RelevanceRules
) -> RankedPrior | UnrelatedStudy:
    age_days = _age_days(current, candidate)
    if candidate.study_instance_uid == current.study_instance_uid:
        return UnrelatedStudy(study=candidate, reason="it is the study itself")
    if age_days is not None and age_days < 0:
        return UnrelatedStudy(study=candidate, reason="it is later than the study")
    if age_days is not None and age_days > rules.oldest_days:
        return UnrelatedStudy(study=candidate, reason=f"it is older than {rules.oldest_days} days")
    imaged = [
        one
        for one in candidate.series
        if one.modality in rules.modalities
        and (one.instances is None or one.instances >= rules.least_images)
    ]
    if not imaged:
        wanted = " or ".join(rules.modalities)
        reason = f"it has no {wanted} series of {rules.least_images} images or more"
        return UnrelatedStudy(study=candidate, reason=reason)
    regional = [one for one in imaged if _in_region(one, candidate, rules) is not False]
    if not regional:
        return UnrelatedStudy(study=candidate, reason="it shows another part of the body")
    return _rank(current, candidate, regional, age_days, rules)


def _rank(
    current: DescribedStudy,
    candidate: DescribedStudy,
    series: Sequence[DescribedSeries],
    age_days: int | None,
    rules: RelevanceRules,
) -> RankedPrior:
    kernels = {one.kernel for one in current.series if one.kernel}
    scored = sorted(
        ((_series_points(one, candidate, kernels, rules), one) for one in series),
        key=lambda pair: (
            -sum(pair[0].values()),
            -(pair[1].instances or 0),  # few archives tell how thick the slices are
            pair[1].series_instance_uid,
        ),
    )
    best = dict(scored[0][0])
    if age_days is not None:
        best[f"{age_days} days earlier"] = rules.points.recent * (1 - age_days / rules.oldest_days)
    return RankedPrior(
        study=candidate,
        wanted=tuple(one for _, one in scored),
        points=sum(best.values()),
        reasons=tuple(best),
    )


def _series_points(
    series: DescribedSeries,
    study: DescribedStudy,
    kernels: set[str],
    rules: RelevanceRules,
) -> dict[str, float]:
    """Return the points of a series by their reason."""
    points: dict[str, float] = {}
    if _in_region(series, study, rules):
        points["the same part of the body"] = rules.points.same_region
    thickness = series.slice_thickness_mm
    if thickness is not None and 0 < thickness < rules.thick_mm:
        share = (rules.thick_mm - thickness) / (rules.thick_mm - rules.thin_mm)
        points[f"slices of {thickness:g} mm"] = rules.points.thin * min(share, 1.0)
    if series.kernel in kernels:
        points["the same kernel"] = rules.points.same_kernel
    return points


def _in_region(
    series: DescribedSeries, study: DescribedStudy, rules: RelevanceRules
) -> bool | None:
    """Tell whether a series shows the region; None where nothing tells.

    A body part that is told may be wrong, it comes from the protocol: descriptions that name the
    region overrule it, so that no chest is missed for a wrong one.
    """
    described = f"{series.description} {study.description}".casefold()
    if any(word.casefold() in described for word in rules.region_words):
        return True
    if not series.body_part.strip():
        return None
    return series.body_part.strip().upper() in rules.region_body_parts


def _age_days(current: DescribedStudy, candidate: DescribedStudy) -> int | None:
    if current.study_date is None or candidate.study_date is None:
        return None
    return (current.study_date - candidate.study_date).days


def _ordinal(day: date | None) -> int:
    return 0 if day is None else day.toordinal()
