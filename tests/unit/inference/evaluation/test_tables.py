from pathlib import Path

import pytest

from inference.evaluation.candidate_tables import read_candidates
from inference.evaluation.truth_tables import read_truth
from inference.evaluation.values import ExcludedFinding, Origin, TrueNodule
from wetread.domain.errors import EvaluationError
from wetread.domain.findings import NoduleType

LUNA = "seriesuid,coordX,coordY,coordZ,diameter_mm\n"
LIDC = "series_uid,patient_id,n_readers,x_mm,y_mm,z_mm,diameter_eq_volume_mm,texture\n"
FOUND = "seriesuid,coordX,coordY,coordZ,probability\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return where a test writes its table."""
    return tmp_path / "table.csv"


def test_a_table_of_the_challenge(table: Path) -> None:
    table.write_text(LUNA + "1.2,-10.5,2,3e1,8.25\n1.3,0,0,0,-1\n1.2,5,5,5,4\n")
    first, second = read_truth(table)
    assert (first.scan, second.scan) == ("1.2", "1.3")
    assert first.nodules == (
        TrueNodule(center_lps_mm=(-10.5, 2.0, 30.0), diameter_mm=8.25),
        TrueNodule(center_lps_mm=(5.0, 5.0, 5.0), diameter_mm=4.0),
    )
    assert second.nodules[0].diameter_mm == 10.0  # as the challenge takes a negative one


def test_a_table_of_readers(table: Path) -> None:
    """Of the texture score, 4 and 5 are solid, 2 and 3 part-solid, 1 ground-glass."""
    rows = [f"1.2,P,4,{x},0,0,9,{texture}" for x, texture in enumerate([5, 3.5, 3.4, 1.5, 1.4])]
    table.write_text(LIDC + "\n".join([*rows, "1.2,P,2,9,0,0,7.5,5", "1.2,P,3,10,0,0,6,"]))
    (scan,) = read_truth(table)
    assert [nodule.type for nodule in scan.nodules] == [
        *(NoduleType.SOLID, NoduleType.SOLID, NoduleType.PART_SOLID, NoduleType.PART_SOLID),
        *(NoduleType.GROUND_GLASS, None),
    ]
    assert scan.excluded == (ExcludedFinding(center_lps_mm=(9.0, 0.0, 0.0), diameter_mm=7.5),)
    assert len(read_truth(table, least_readers=4)[0].excluded) == 2


def test_type_and_origin(table: Path) -> None:
    table.write_text(
        LUNA.replace("\n", ",type,origin\n") + "1,0,0,0,8,part-solid,inserted\n1,9,0,0,8,,real\n"
    )
    first, second = read_truth(table)[0].nodules
    assert (first.type, first.origin) == (NoduleType.PART_SOLID, Origin.INSERTED)
    assert (second.type, second.origin) == (None, Origin.REAL)


def test_the_scans_are_those_listed(tmp_path: Path, table: Path) -> None:
    table.write_text(LUNA + "1,0,0,0,8\n2,0,0,0,8\n")
    listed = tmp_path / "scans.csv"
    listed.write_text("seriesuid\n3\n2\n\n")
    assert [(one.scan, len(one.nodules)) for one in read_truth(table, scans=listed)] == [
        ("3", 0),
        ("2", 1),
    ]
    listed.write_text("2\n2\n")
    with pytest.raises(EvaluationError, match="scan 2 twice"):
        read_truth(table, scans=listed)
    listed.write_text("3\n")
    with pytest.raises(EvaluationError, match="no nodule"):
        read_truth(table, scans=listed)


def test_excluded_findings_of_the_challenge_and_of_readers(tmp_path: Path, table: Path) -> None:
    table.write_text(LUNA + "1,0,0,0,8\n")
    neither = tmp_path / "excluded.csv"
    neither.write_text(LUNA + "1,20,0,0,-1\n1,30,0,0,6\n5,0,0,0,-1\n")
    assert [one.diameter_mm for one in read_truth(table, excluded=neither)[0].excluded] == [10, 6]
    neither.write_text(
        "patient_id,series_uid,reader,kind,x_mm,y_mm,z_mm\n"
        "P,1,1,nodule>=3mm,0,0,0\nP,1,1,nodule<3mm,20,0,0\nP,1,2,nonNodule>=3mm,30,0,0\n"
    )
    assert [one.center_lps_mm[0] for one in read_truth(table, excluded=neither)[0].excluded] == [
        *(20.0, 30.0)
    ]


def test_candidates(table: Path) -> None:
    table.write_text("\ufeff" + FOUND + "1,0,1,2,0.5\n2,0,0,0,-3\n1,3,4,5,1.5\n", encoding="utf-8")
    first, second = read_candidates(table)
    assert (first.scan, second.scan) == ("1", "2")
    assert first.center_lps_mm.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert first.score.tolist() == [0.5, 1.5]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column seriesuid or series_uid"),
        ("seriesuid,x,y,z\n", "no column coordX or x_mm; it has seriesuid, x, y, z"),
        (LUNA + "1,0,0,0,nan\n", "line 2: diameter_mm is 'nan', not a number"),
        (LUNA + "1,0,0,0,8\n1,,0,0,8\n", "line 3: coordX is '', not a number"),
        (LUNA + "1,0,0,0,8\n1,0,0,0,9\n", "line 3: the same place"),
        (LUNA + "1,0,0,0\n", "line 2: 4 cells under 5 columns"),
        (LUNA + ",0,0,0,8\n", "line 2: the series UID is empty"),
        (LUNA, "names no nodule"),
        (LUNA.replace("\n", ",type\n") + "1,0,0,0,8,ggo\n", "line 2: type is 'ggo', not one of"),
        (LUNA.replace("\n", ",origin\n") + "1,0,0,0,8,x\n", "line 2: origin is 'x', not one of"),
    ],
)
def test_what_is_wrong_with_a_truth_is_said_with_its_line(
    table: Path, text: str, says: str
) -> None:
    table.write_text(text)
    with pytest.raises(EvaluationError) as raised:
        read_truth(table)
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LUNA + "1,0,0,0,8\n", "no column probability or score"),
        (FOUND + "1,0,0,0,inf\n", "line 2: probability is 'inf', not a number"),
        (FOUND + "1,0,0,0,1\n1,0,0,0,1\n", "line 3: the same candidate"),
    ],
)
def test_what_is_wrong_with_candidates_is_said_with_its_line(
    table: Path, text: str, says: str
) -> None:
    table.write_text(text)
    with pytest.raises(EvaluationError) as raised:
        read_candidates(table)
    assert says in str(raised.value)


def test_files_that_cannot_be_read(tmp_path: Path, table: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_truth(table)
    table.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_candidates(table)
    table.write_text(LUNA + "1,0,0,0,8\n")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_truth(table, scans=tmp_path / "absent")
