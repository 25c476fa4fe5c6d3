"""`wetread register`: points in, points out; a clear word for images and files that do not do."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.acceptance.conftest import Wetread


@pytest.mark.real_ct
def test_landmarks_of_a_real_pair_come_within_three_millimetres(
    wetread: Wetread, real_ct_dir: Path, tmp_path: Path
) -> None:
    pair = real_ct_dir / "registration"
    ran = wetread(
        "register",
        *(pair / "3DCT_lung_followup.mha", pair / "3DCT_lung_baseline.mha"),
        *("--fixed-mask", pair / "3DCT_lung_followup_mask.mha"),
        *("--moving-mask", pair / "3DCT_lung_baseline_mask.mha"),
        *("--points", pair / "followup_landmarks.txt", "--out", tmp_path / "mapped.txt", "--json"),
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["trusted"]
    inside = [number not in told["outside"] for number in range(1, told["points"] + 1)]
    mapped = np.loadtxt(tmp_path / "mapped.txt", skiprows=2)
    known = np.loadtxt(pair / "baseline_landmarks.txt", skiprows=2)
    error_mm = np.linalg.norm(mapped - known, axis=1)[inside]
    assert error_mm.mean() <= 3.0
    assert np.median(error_mm) <= told["error_mm"]
    assert told["inverse_error_mm"] < 0.01


@pytest.mark.parametrize(
    ("points", "image", "says"),
    [
        ("point\n2\n1 2 3\n", None, "tells of 2 points and holds 1"),
        ("point\n1\n1 2 3\n", None, "is not a file"),
        ("point\n1\n1 2 3\n", "no image", "not a whole image file"),
    ],
)
def test_bad_files_are_one_clear_line(
    wetread: Wetread, tmp_path: Path, points: str, image: str | None, says: str
) -> None:
    (tmp_path / "points.txt").write_text(points)
    if image is not None:
        (tmp_path / "image.mha").write_text(image)
    ran = wetread(
        "register",
        *(tmp_path / "image.mha", tmp_path / "image.mha"),
        *("--points", tmp_path / "points.txt", "--out", tmp_path / "out.txt"),
    )
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert says in ran.stderr
    assert not (tmp_path / "out.txt").exists()
