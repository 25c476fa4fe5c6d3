from pathlib import Path

import numpy as np
import pytest

from inference.registration.landmarks import read_landmarks, write_landmarks
from wetread.domain.errors import RegistrationError


def test_what_is_written_is_read(tmp_path: Path) -> None:
    points = np.array([[-36.351, -36.974, -1204.5], [1.0, 2.0, 3.0]])
    write_landmarks(tmp_path / "points.txt", points)
    np.testing.assert_allclose(read_landmarks(tmp_path / "points.txt"), points)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not begin"),
        ("index\n1\n1 2 3\n", "does not begin"),
        ("point\n2\n1 2 3\n", "tells of 2 points and holds 1"),
        ("point\n1\n1 2\n", "point 1 is not three numbers"),
        ("point\n1\n1 2 nan\n", "point 1 is not three numbers"),
        ("point\n1\n1 2 x\n", "point 1 is not three numbers"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "points.txt").write_text(text)
    with pytest.raises(RegistrationError, match=says):
        read_landmarks(tmp_path / "points.txt")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistrationError, match="not a text file"):
        read_landmarks(tmp_path / "none.txt")
