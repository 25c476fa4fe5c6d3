"""What a report says of marks: taken over where it is plain, never guessed."""

from dataclasses import replace
from typing import Any

import pytest

from wetread.domain.feedback import Act, CorrectedMark
from wetread.domain.findings import NoduleType
from wetread.domain.reader_report import (
    MarkReport,
    Reading,
    ReportedAct,
    ReportedMark,
    read_report,
)

MARK = ReportedMark(
    tracking_uid="1.1",
    is_nodule=True,
    center_lps_mm=(10.0, 20.0, 30.0),
    long_axis_mm=9.0,
    short_axis_mm=7.0,
    volume_mm3=300.0,
    type=NoduleType.SOLID,
)
OTHER = replace(MARK, tracking_uid="1.2", center_lps_mm=(0.0, 0.0, 0.0))
OWN = MarkReport(document_uid="2.1", marks=(MARK, OTHER))
VERIFIED = MarkReport(
    document_uid="3.1",
    replaces=frozenset({"2.1"}),
    actor="READER^A",
    verified=True,
    complete=True,
    marks=(MARK, OTHER),
)
NAMES = {"1.1": "Nodule 1", "1.2": "Nodule 2"}
FURTHER = replace(MARK, tracking_uid="9.9", center_lps_mm=(90.0, 90.0, 90.0))


def _read(**changes: Any) -> Reading:
    return read_report(replace(VERIFIED, **changes), OWN, NAMES)


def _acts(reading: Reading) -> list[tuple[str | None, Act]]:
    return [(one.tracking_uid, one.act) for one in reading.acts]


def test_a_verified_report_accepts_what_it_leaves_as_it_is() -> None:
    reading = _read()
    assert _acts(reading) == [("1.1", Act.ACCEPT), ("1.2", Act.ACCEPT)]
    assert not reading.doubts


def test_fewer_digits_are_no_change() -> None:
    rounded = replace(MARK, center_lps_mm=(10.3, 20.0, 30.0), long_axis_mm=9.01, volume_mm3=300.2)
    assert _acts(_read(marks=(rounded, OTHER)))[0] == ("1.1", Act.ACCEPT)
    only_named = ReportedMark(tracking_uid="1.1", is_nodule=True)
    assert _acts(_read(marks=(only_named, OTHER)))[0] == ("1.1", Act.ACCEPT)


@pytest.mark.parametrize(
    "changes",
    [
        {"long_axis_mm": 10.0},
        {"short_axis_mm": 6.9, "volume_mm3": 280.0},
        {"type": NoduleType.PART_SOLID},
        {"center_lps_mm": (10.0, 20.0, 31.0)},
    ],
)
def test_another_value_changes_the_mark_and_no_other_value(changes: dict[str, Any]) -> None:
    for verified in (True, False):
        reading = _read(marks=(replace(MARK, **changes), OTHER), verified=verified)
        assert reading.acts[0] == ReportedAct(
            act=Act.CHANGE, tracking_uid="1.1", corrected=CorrectedMark(**changes)
        )


def test_what_a_whole_verified_successor_leaves_out_is_rejected() -> None:
    assert _acts(_read(marks=(OTHER,))) == [("1.1", Act.REJECT), ("1.2", Act.ACCEPT)]
    assert _acts(_read(marks=())) == [("1.1", Act.REJECT), ("1.2", Act.REJECT)]


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"complete": False}, "Nodule 1: left out, in a report that is not complete"),
        ({"replaces": frozenset()}, "does not say that it replaces ours"),
        ({"verified": False}, "Nodule 2: unchanged, in a report that is not verified"),
        ({"actor": ""}, "names no person"),
    ],
)
def test_what_is_left_out_elsewhere_is_never_taken_for_rejected(
    changes: dict[str, Any], doubt: str
) -> None:
    reading = _read(marks=(OTHER,), **changes)
    assert Act.REJECT not in [one.act for one in reading.acts]
    assert doubt in "\n".join(reading.doubts)


def test_codes_count_in_any_report_that_names_a_person() -> None:
    right = replace(MARK, assessments=frozenset({Act.ACCEPT}))
    wrong = replace(OTHER, assessments=frozenset({Act.REJECT}), long_axis_mm=99.0)
    reading = _read(marks=(right, wrong), verified=False, replaces=frozenset())
    assert _acts(reading) == [("1.1", Act.ACCEPT), ("1.2", Act.REJECT)]
    assert not reading.doubts


@pytest.mark.parametrize(
    ("marks", "doubt"),
    [
        ((MARK, MARK), "Nodule 1: in more than one measurement group"),
        (
            (replace(MARK, assessments=frozenset({Act.ACCEPT, Act.REJECT})),),
            "Nodule 1: assessed in two ways",
        ),
        ((replace(MARK, unread=("its place cannot be told",)),), "Nodule 1: its place"),
        ((replace(MARK, long_axis_mm=5.0, short_axis_mm=6.0),), "Nodule 1: the long axis"),
    ],
)
def test_what_contradicts_itself_is_left_to_people(
    marks: tuple[ReportedMark, ...], doubt: str
) -> None:
    reading = _read(marks=(*marks, OTHER))
    assert _acts(reading) == [("1.2", Act.ACCEPT)]
    assert doubt in reading.doubts[0]


def test_a_further_nodule_of_a_verified_report_was_missed() -> None:
    reading = _read(marks=(MARK, OTHER, FURTHER))
    added = reading.acts[-1]
    assert (added.act, added.tracking_uid) == (Act.ADD, None)
    assert added.corrected is not None
    assert added.corrected.center_lps_mm == FURTHER.center_lps_mm


@pytest.mark.parametrize(
    "further",
    [
        replace(FURTHER, is_nodule=False),
        replace(FURTHER, center_lps_mm=None),
        replace(FURTHER, long_axis_mm=None),
        replace(FURTHER, unread=("its long axis cannot be told",)),
        replace(FURTHER, assessments=frozenset({Act.REJECT})),
    ],
)
def test_a_further_group_that_is_no_plain_nodule_is_a_doubt(further: ReportedMark) -> None:
    reading = _read(marks=(MARK, OTHER, further))
    assert len(reading.acts) == 2
    assert "measurement group 3, not a mark of ours" in reading.doubts[0]
    assert not [one for one in _read(marks=(FURTHER,), verified=False).acts if one.act is Act.ADD]


def test_a_report_of_other_marks_says_nothing() -> None:
    assert _read(marks=(FURTHER,), replaces=frozenset({"7.7"})) == Reading()
