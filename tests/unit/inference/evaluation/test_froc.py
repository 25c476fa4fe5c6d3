import time

import numpy as np
import pytest

from inference.evaluation import (
    STRATA,
    Origin,
    ScanCandidates,
    ScanMatch,
    ScanTruth,
    Stratum,
    TrueNodule,
    compute_froc,
    evaluate,
    figures_at_score,
    match_scans,
    resample_scans,
    score_at_false_marks,
    score_at_sensitivity,
)
from tests.support.evaluation import candidates, excluded, nodule, truth
from wetread.domain.findings import NoduleType


@pytest.fixture
def four_scans() -> tuple[ScanMatch, ...]:
    """Return four nodules and four false marks: hit .9, false .8, hit .7, false .6 .6 .5, missed.

    A further candidate of 0.95 lies on an excluded finding, one of 0.4 on a nodule hit already.
    """
    return match_scans(
        [
            truth("a", [nodule(0.0, 12.0), nodule(50.0, 5.0)]),
            truth("b", [nodule(0.0, 7.0)], [excluded(50.0)]),
            truth("c", [nodule(0.0, 3.5)]),
            truth("d"),
        ],
        [
            candidates("a", (1.0, 0.9), (2.0, 0.4), (90.0, 0.8)),
            candidates("b", (0.0, 0.7), (50.0, 0.95), (90.0, 0.6)),
            candidates("c", (90.0, 0.6)),
            candidates("d", (0.0, 0.5)),
        ],
    )


def test_a_curve_worked_by_hand(four_scans: tuple[ScanMatch, ...]) -> None:
    """Its steps are 1/4 at 0 false marks per scan and 2/4 at 1/4; nothing more is found after."""
    result = compute_froc(four_scans)
    assert (result.scans, result.nodules, result.hits, result.false_marks) == (4, 4, 2, 4)
    assert [one.value for one in result.sensitivity] == [0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
    assert result.cpm.value == pytest.approx(3.25 / 7)
    assert result.sensitivity_at(0.25).value == 0.5
    assert result.band is None
    assert result.cpm.interval is None


def test_where_a_hit_and_a_false_mark_tie_the_curve_is_slanted() -> None:
    matches = match_scans(
        [truth("a", [nodule(0.0)]), truth("b")],
        [candidates("a", (0.0, 0.5)), candidates("b", (0.0, 0.5))],
    )
    values = [one.value for one in compute_froc(matches).sensitivity]
    assert values == [0.25, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_without_false_marks_the_curve_is_level() -> None:
    matches = match_scans([truth("a", [nodule(0.0), nodule(50.0)])], [candidates("a", (0.0, 0.5))])
    assert {one.value for one in compute_froc(matches).sensitivity} == {0.5}


def test_nodules_of_another_group_are_excluded_findings(four_scans: tuple[ScanMatch, ...]) -> None:
    small = compute_froc(four_scans, includes=Stratum(from_mm=6, below_mm=10))
    assert (small.nodules, small.hits, small.false_marks) == (1, 1, 4)
    assert small.sensitivity_at(0.125).value == 0.0
    assert small.sensitivity_at(0.25).value == 1.0


def test_an_operating_point(four_scans: tuple[ScanMatch, ...]) -> None:
    point = figures_at_score(four_scans, 0.6)
    assert (point.nodules, point.hits) == (4, 2)
    assert (point.sensitivity.value, point.false_marks_per_scan.value) == (0.5, 0.75)


def test_a_score_is_chosen(four_scans: tuple[ScanMatch, ...]) -> None:
    assert score_at_false_marks(four_scans, 0.5) == 0.7
    assert score_at_false_marks(four_scans, 1.0) == 0.4
    assert score_at_sensitivity(four_scans, 0.25) == 0.9
    assert score_at_sensitivity(four_scans, 0.5) == 0.7
    with pytest.raises(ValueError, match="2 of 4"):
        score_at_sensitivity(four_scans, 0.6)
    with pytest.raises(ValueError, match="no score"):
        score_at_false_marks(match_scans([truth("a")], [candidates("a", (0.0, 0.5))]), 0.5)


def test_a_single_scan_has_no_interval() -> None:
    matches = match_scans([truth("a", [nodule(0.0)]), truth("b")], [])
    result = evaluate(matches, 0.5, np.random.default_rng(0))
    assert result.froc.cpm.interval is None
    assert result.operating.sensitivity.interval is None


def test_what_is_missing_everywhere_or_found_everywhere_has_a_narrow_interval() -> None:
    names = [str(number) for number in range(5)]
    truths = [truth(name, [nodule(0.0), nodule(50.0)]) for name in names]
    found = [candidates(name, (0.0, 0.5)) for name in names]
    cpm = compute_froc(match_scans(truths, found), resample_scans(5, np.random.default_rng(0))).cpm
    assert (cpm.value, cpm.interval) == (0.5, (0.5, 0.5))


def test_without_nodules_there_is_no_sensitivity() -> None:
    matches = match_scans([truth("a")], [])
    with pytest.raises(ValueError, match="without nodules"):
        compute_froc(matches)
    with pytest.raises(ValueError, match="without nodules"):
        figures_at_score(matches, 0.5)
    with pytest.raises(ValueError, match="without nodules"):
        score_at_sensitivity(matches, 0.5)


def test_groups_are_half_open_and_named() -> None:
    names = {stratum.name: stratum for stratum in STRATA}
    assert len(names) == len(STRATA)
    at_six = nodule(0.0, 6.0)
    belongs = {name for name, stratum in names.items() if stratum(at_six)}
    assert belongs == {"6-10mm", "from-5mm", "from-6mm"}
    inserted = TrueNodule(
        center_lps_mm=(0.0, 0.0, 0.0),
        diameter_mm=3.0,
        type=NoduleType.GROUND_GLASS,
        origin=Origin.INSERTED,
    )
    belongs = {name for name, stratum in names.items() if stratum(inserted)}
    assert belongs == {"below-4mm", "ground_glass", "inserted"}


def test_a_set_as_large_as_the_challenge_takes_seconds() -> None:
    random = np.random.default_rng(0)
    truths, found = [], []
    for number in range(888):
        places = random.uniform(-150, 150, (1 + number % 2, 3))
        diameters = random.uniform(3, 25, len(places))
        nodules = tuple(
            TrueNodule(center_lps_mm=(float(x), float(y), float(z)), diameter_mm=float(diameter))
            for (x, y, z), diameter in zip(places, diameters, strict=True)
        )
        truths.append(ScanTruth(scan=str(number), nodules=nodules))
        others = random.uniform(-150, 150, (100 - len(places), 3))
        score = np.append(random.beta(5, 2, len(places)), random.beta(1, 12, len(others)))
        centers = np.vstack([places, others])
        found.append(ScanCandidates(scan=str(number), center_lps_mm=centers, score=score))
    start = time.perf_counter()
    result = evaluate(match_scans(truths, found), 0.5, random)
    assert time.perf_counter() - start < 30  # measured 3 s
    assert result.froc.hits == result.froc.nodules == 888 * 3 // 2
    assert result.froc.cpm.interval is not None
