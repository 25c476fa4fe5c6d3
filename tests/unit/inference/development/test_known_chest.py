from pathlib import Path

import pytest

from inference.development.known_chest import known_chest
from inference.phantom.studies import (
    TINY,
    PhantomStudy,
    TimePoint,
    make_patient,
    write_phantom_study,
)
from wetread.domain.errors import EvaluationError


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> PhantomStudy:
    folder = tmp_path_factory.mktemp("chest")
    return write_phantom_study(make_patient(2), folder, TimePoint.CURRENT, size=TINY)


def write_table(path: Path, series_uid: str) -> Path:
    path.write_text(
        "series_uid,x_mm,y_mm,z_mm,diameter_mm,n_readers\n"
        f"{series_uid},1,2,3,8,4\n"
        f"{series_uid},40,2,3,9,1\n"
    )
    return path


def test_a_chest_has_the_findings_of_its_series(study: PhantomStudy, tmp_path: Path) -> None:
    table = write_table(tmp_path / "nodules.csv", study.series_instance_uid)

    chest = known_chest(study.folder, table, None)

    assert chest.read().geometry.shape_zyx == (TINY.slices, TINY.pixels, TINY.pixels)
    assert [(one.center_lps_mm, one.is_nodule) for one in chest.findings] == [
        ((1.0, 2.0, 3.0), True),
        ((40.0, 2.0, 3.0), False),  # one reader of four
    ]


def test_a_chest_that_no_table_names_is_refused(study: PhantomStudy, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="names no series"):
        known_chest(study.folder, write_table(tmp_path / "nodules.csv", "1.2.3"), None)
