from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.evaluation import ScanMatch, evaluate, match_scans
from inference.evaluation.contact_sheet import draw_contact_sheets
from inference.evaluation.examples import list_examples
from inference.evaluation.plot import draw_froc
from tests.support.evaluation import candidates, nodule, truth
from tests.support.volumes import grid, volume_of
from wetread.domain.volumes import CtVolume

VIEW_PX = 220
YELLOW, BLUE = (255, 214, 0), (90, 200, 250)


@pytest.fixture
def matches() -> tuple[ScanMatch, ...]:
    """Return a hit, a miss below the operating score of 0.5, one without candidate, a false."""
    return match_scans(
        [truth("a", [nodule(30.0, 10.0), nodule(-30.0, 6.0)]), truth("b", [nodule(0.0, 8.0)])],
        [candidates("a", (32.0, 0.9), (-30.0, 0.2)), candidates("b", (40.0, 0.6), (-40.0, 0.1))],
    )


def chest(_scan: str) -> CtVolume:
    """Return air with a ball of 10 mm at x = 30 mm; pixels twice as wide as high."""
    geometry = replace(grid((9, 300, 150), (2.0, 0.5, 1.0)), origin_lps_mm=(-75.0, -75.0, -8.0))
    voxels = np.stack(np.indices(geometry.shape_zyx), axis=-1).astype(float)
    away_mm = np.linalg.norm(geometry.lps_from_voxel(voxels) - (30.0, 0.0, 0.0), axis=-1)
    return volume_of(geometry, np.where(away_mm < 5, 100, -1400).astype(np.int16))


def test_examples_at_the_operating_score(matches: tuple[ScanMatch, ...]) -> None:
    examples = list_examples(matches, 0.5)
    assert [(one.score, one.candidate_lps_mm) for one in examples.hits] == [(0.9, (32.0, 0.0, 0.0))]
    assert [(one.scan, one.nodule.diameter_mm, one.score) for one in examples.misses] == [
        ("b", 8.0, None),
        ("a", 6.0, 0.2),
    ]
    assert [(one.scan, one.score) for one in examples.false_marks] == [("b", 0.6)]


def test_contact_sheets_show_the_place_in_the_middle(
    matches: tuple[ScanMatch, ...], tmp_path: Path
) -> None:
    read: list[str] = []

    def read_volume(scan: str) -> CtVolume:
        read.append(scan)
        return chest(scan)

    paths = draw_contact_sheets(list_examples(matches, 0.5), read_volume, tmp_path)
    assert [path.name for path in paths] == ["hits.png", "misses.png", "false-marks.png"]
    assert sorted(read) == ["a", "b"]  # each volume once
    with Image.open(paths[0]) as picture:
        view = np.asarray(picture.convert("RGB"))[:VIEW_PX, :VIEW_PX]
    bright = np.argwhere((view > 150).all(axis=2))
    assert bright.mean(axis=0) == pytest.approx([VIEW_PX / 2] * 2, abs=2.5)
    assert np.ptp(bright, axis=0) == pytest.approx([44, 44], abs=6)  # 10 of 50 mm
    ring = np.argwhere((view == YELLOW).all(axis=2))
    assert np.hypot(*(ring - VIEW_PX / 2).T) == pytest.approx(25, abs=1.5)
    cross = np.argwhere((view == BLUE).all(axis=2))
    assert cross.mean(axis=0) == pytest.approx([VIEW_PX / 2, VIEW_PX / 2 + 8.8], abs=1)
    with Image.open(paths[1]) as picture:
        assert picture.width > 2 * VIEW_PX


def test_a_sheet_without_examples_is_not_written(tmp_path: Path) -> None:
    matches = match_scans([truth("a", [nodule(30.0)])], [candidates("a", (30.0, 0.9))])
    paths = draw_contact_sheets(list_examples(matches, 0.5), chest, tmp_path)
    assert [path.name for path in paths] == ["hits.png"]


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_a_curve_is_drawn_wherever_the_operating_point_lies(
    matches: tuple[ScanMatch, ...], tmp_path: Path, score: float
) -> None:
    draw_froc(evaluate(matches, score, np.random.default_rng(0)), tmp_path / "froc.png")
    with Image.open(tmp_path / "froc.png") as picture:
        assert picture.width > 1000
