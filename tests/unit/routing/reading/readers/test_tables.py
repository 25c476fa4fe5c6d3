"""Tables of readers as they come: Japanese headers, CSV of two encodings, Excel."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from routing.reading.readers.tables import read_reader_tables
from routing.records.readers import ReaderTables, Term
from wetread.domain.errors import ReaderError
from wetread.domain.readers.quality import ReviewedReads
from wetread.domain.studies import PatientKey

_JAPAN = ZoneInfo("Asia/Tokyo")
_SCORES = "読影医,脳CT,脳MR\n読影医1,50,２０\n読影医2,,100\n"
_SHIFTS = "読影医,開始,終了,読影可能分数\n読影医1,2026/4/1 9:00,2026-04-01 17:00,360\n"
_TERMS = (
    "読影医,契約施設,除外施設,除外患者,経験年数,評価件数,不一致件数\n"
    "読影医1,A病院;B病院,C病院,A病院|77,12.5,700,1\n"
    "読影医2,全施設,,,,,\n"
)


def _read(folder: Path, text: str, encoding: str = "utf-8") -> ReaderTables:
    path = folder / "readers.csv"
    path.write_bytes(text.encode(encoding))
    return read_reader_tables(path, _JAPAN)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_scores_are_read_in_every_encoding_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    tables = _read(tmp_path, _SCORES, encoding)
    assert tables == ReaderTables(
        scores={"読影医1": {"脳CT": 50, "脳MR": 20}, "読影医2": {"脳CT": 0, "脳MR": 100}}
    )


def test_shifts_are_in_the_time_zone_of_the_service(tmp_path: Path) -> None:
    (shift,) = _read(tmp_path, _SHIFTS).shifts or ()
    assert shift.start == datetime(2026, 4, 1, 0, tzinfo=UTC)
    assert shift.end == datetime(2026, 4, 1, 8, tzinfo=UTC)
    assert shift.capacity_minutes == 360


def test_terms_tell_contracts_conflicts_and_reviewed_reads(tmp_path: Path) -> None:
    one, other = (told.reader for told in _read(tmp_path, _TERMS).terms or ())
    assert one.sites == {"A病院", "B病院"}
    assert one.conflict_sites == {"C病院"}
    assert one.conflict_patients == {PatientKey(issuer="A病院", patient_id="77")}
    assert one.experience_years == 12.5
    assert one.reviewed == ReviewedReads(reviewed=700, discrepancies=1)
    assert (other.sites, other.reviewed.reviewed) == (None, 0)


def test_a_workbook_may_hold_all_three(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["読影医", "脳CT"])
    sheet.append(["読影医1", 80])
    shifts = workbook.create_sheet("勤務")
    shifts.append(["読影医", "開始", "終了", "読影可能時間（分）"])
    start = datetime(2026, 4, 1, 9)  # noqa: DTZ001 - Excel knows no time zones
    shifts.append(["読影医1", start, start.replace(hour=17), 360.0])
    terms = workbook.create_sheet("契約")
    terms.append(["Reader", "Sites"])
    terms.append(["読影医1", "A病院"])
    workbook.create_sheet("空")
    path = tmp_path / "readers.xlsx"
    workbook.save(path)
    workbook.close()
    tables = read_reader_tables(path, _JAPAN)
    assert tables.scores == {"読影医1": {"脳CT": 80}}
    assert [one.start for one in tables.shifts or ()] == [datetime(2026, 4, 1, tzinfo=UTC)]
    (terms_of_one,) = tables.terms or ()
    assert (terms_of_one.reader.sites, terms_of_one.told) == ({"A病院"}, {Term.SITES})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("氏名の表,脳CT\nA,1\n", "no column 読影医"),
        ("読影医,脳CT\nA,101\n", r"row 2, 脳CT: '101' is no score from 0 to 100"),
        ("読影医,脳CT\nA,good\n", "'good' is no score"),
        ("読影医,脳CT\nA,1\nA,2\n", "row 3: A is there twice"),
        ("読影医,脳CT\n,1\n", "a reader has a name"),
        ("読影医,脳CT,脳CT\nA,1,2\n", "a header of its own"),
        ("読影医,脳CT\nA,1,2\n", "more cells than headers"),
        ('読影医,脳CT\n"A,1\n', "is no CSV file"),
        (
            "読影医,開始,終了,minutes\nA,2026-04-01 17:00,2026-04-01 09:00,1\n",
            "ends after its start",
        ),
        ("読影医,開始,終了,minutes\nA,tomorrow,2026-04-01 09:00,1\n", "is no time"),
        ("読影医,開始,終了,minutes\nA,,2026-04-01 09:00,1\n", "has start, end and minutes"),
        ("読影医,評価件数,不一致件数\nA,1,2\n", "discrepancies are from 0"),
        ("読影医,除外患者\nA,77\n", "is no list of ISSUER"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ReaderError, match=said) as raised:
        _read(tmp_path, text)
    assert "\n" not in str(raised.value)


def test_files_that_are_no_tables_are_refused(tmp_path: Path) -> None:
    workbook = tmp_path / "readers.xlsx"
    workbook.write_bytes(b"nothing")
    with pytest.raises(ReaderError, match="no Excel workbook"):
        read_reader_tables(workbook, _JAPAN)
    with pytest.raises(ReaderError, match="cannot be read"):
        read_reader_tables(tmp_path / "absent.csv", _JAPAN)
    with pytest.raises(ReaderError, match="neither UTF-8 nor Shift_JIS"):
        _read(tmp_path, "\x81 ", "latin-1")
