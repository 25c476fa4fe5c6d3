from pathlib import Path

import numpy as np
import pytest

from inference.detection.classical import ClassicalDetector
from inference.detection.classical.proposals import select_distinct
from inference.phantom.studies import PhantomPair
from inference.volumes.reader import SeriesReader
from models.registry import load_package
from tests.support.chest_ct import ball, chest
from wetread.domain.errors import AnalysisError
from wetread.domain.findings import Candidate
from wetread.domain.geometry import Point
from wetread.domain.studies import StoredInstance

# LIDC-IDRI-0001: all four readers marked this nodule; radius of the sphere of equal volume.
NODULE_0001, RADIUS_0001_MM = (56.18, 86.19, -115.81), 11.85


@pytest.fixture(scope="module")
def detector() -> ClassicalDetector:
    return ClassicalDetector(load_package("classical-nodule"))


def hits(candidates: tuple[Candidate, ...], center: Point, radius_mm: float) -> list[Candidate]:
    """Return the candidates that hit by the rule of LUNA16."""
    return [
        candidate
        for candidate in candidates
        if np.linalg.norm(np.subtract(candidate.center_lps_mm, center)) < radius_mm
    ]


def marked(detector: ClassicalDetector, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    return tuple(c for c in candidates if c.score >= detector.operating_point.score)


@pytest.mark.parametrize("diameter_mm", [8.0, 14.0, 26.0])
def test_a_lone_ball_is_marked_once_with_its_size(
    detector: ClassicalDetector, diameter_mm: float
) -> None:
    center = (-80.0, 10.0, 20.0)
    candidates = detector.detect(chest([ball(center, diameter_mm)], noise_hu=10))

    found = hits(marked(detector, candidates), center, diameter_mm / 2)
    assert len(found) == 1
    assert found[0].diameter_mm == pytest.approx(diameter_mm, rel=0.25)


def test_candidates_come_best_first_in_bounds_and_the_same_again(
    detector: ClassicalDetector,
) -> None:
    volume = chest([ball((-80.0, 10.0, 20.0), 12.0), ball((70.0, -20.0, -30.0), 7.0)], noise_hu=25)
    told: list[float] = []

    first, second = detector.detect(volume, told.append), detector.detect(volume)

    scores = [candidate.score for candidate in first]
    assert first == second
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert 2 <= len(first) <= 100
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_lungs_in_which_nothing_stands_out_have_no_candidates(detector: ClassicalDetector) -> None:
    few_slices = chest(spacing_zyx_mm=(5.0, 1.4, 1.4), height_mm=20.0)

    assert detector.detect(few_slices) == ()


def test_without_lungs_the_detector_says_so(detector: ClassicalDetector) -> None:
    with pytest.raises(AnalysisError, match="no lung"):
        detector.detect(chest(lungs=0))


def test_close_candidates_become_one_mark() -> None:
    center = np.asarray([[0.0, 0, 0], [3.0, 0, 0], [20.0, 0, 0], [21.0, 0, 0]])
    kept = select_distinct(center, np.full(4, 4.0), np.asarray([0.5, 0.9, 0.2, 0.1]), limit=10)

    assert kept.tolist() == [1, 2]


def test_the_phantoms_nodules_are_marked(
    detector: ClassicalDetector, small_phantom: PhantomPair
) -> None:
    study = small_phantom.current
    candidates = marked(detector, detector.detect(SeriesReader().read(study.instances)))

    found = [hits(candidates, n.center_lps_mm, n.diameter_mm / 2) for n in study.nodules]
    assert sum(map(bool, found)) >= 0.6 * len(found)
    assert len(candidates) - sum(map(len, found)) <= 10


@pytest.mark.real_ct
def test_the_nodule_of_a_real_scan_is_marked_with_few_false_marks(
    detector: ClassicalDetector, real_ct_dir: Path
) -> None:
    """The scan is one of those the detector was fitted to: this guards the code, not the claim."""
    volume = SeriesReader().read(instances_in(real_ct_dir / "LIDC-IDRI-0001"))
    candidates = marked(detector, detector.detect(volume))

    found = hits(candidates, NODULE_0001, RADIUS_0001_MM)
    assert found
    assert len(candidates) - len(found) <= 10


def instances_in(folder: Path) -> list[StoredInstance]:
    files = sorted(folder.rglob("*.dcm"))
    if not files:
        pytest.skip(f"no images in the real CT folder for {folder.name}")
    return [
        StoredInstance(
            study_instance_uid="1.2",
            series_instance_uid="1.2.3",
            sop_instance_uid=f"1.2.3.{number}",
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            path=path,
        )
        for number, path in enumerate(files)
    ]
