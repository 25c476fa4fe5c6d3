"""Everything that is reported of a detector on a set of scans."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.random import Generator

from inference.evaluation.froc import FrocResult, compute_froc, resample_scans
from inference.evaluation.matching import ScanMatch
from inference.evaluation.operating_point import OperatingFigures, figures_at_score
from inference.evaluation.strata import STRATA, Stratum


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StratumResult:
    """The figures of one group of nodules; false marks are those of all scans."""

    stratum: Stratum
    froc: FrocResult
    operating: OperatingFigures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluation:
    """The figures of all nodules and of every group that has any."""

    froc: FrocResult
    operating: OperatingFigures
    strata: tuple[StratumResult, ...]


def evaluate(matches: Sequence[ScanMatch], operating_score: float, random: Generator) -> Evaluation:
    """Evaluate with intervals over the same resamples; raise `ValueError` without any nodule."""
    resamples = resample_scans(len(matches), random)
    nodules = [nodule for match in matches for nodule in match.truth.nodules]
    return Evaluation(
        froc=compute_froc(matches, resamples),
        operating=figures_at_score(matches, operating_score, resamples),
        strata=tuple(
            StratumResult(
                stratum=stratum,
                froc=compute_froc(matches, resamples, includes=stratum),
                operating=figures_at_score(matches, operating_score, resamples, includes=stratum),
            )
            for stratum in STRATA
            if any(map(stratum, nodules))
        ),
    )
