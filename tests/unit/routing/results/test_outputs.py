"""Each destination gets its forms with its marks, and nothing is encoded twice."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread

from routing.results.encode import encode_outputs
from routing.results.objects import EncodedObject, ObjectKind
from routing.results.outputs import OutputPlan, Recipient, plan_outputs
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about
from tests.support.findings import findings, nodule
from wetread.domain.findings import Findings
from wetread.domain.marks import ALL_MARKS, MarkPreference, ShowMarks
from wetread.domain.studies import StoredInstance

SR, GSPS, CAD = (
    ObjectKind.MEASUREMENT_REPORT,
    ObjectKind.PRESENTATION_STATE,
    ObjectKind.CHEST_CAD_REPORT,
)
SURE = MarkPreference(minimum_score=0.9)
NONE = MarkPreference(show=ShowMarks.NONE)


def _plan(**wishes: tuple[set[ObjectKind], MarkPreference]) -> OutputPlan:
    recipients = [
        Recipient(name=name, viewer="generic", kinds=frozenset(kinds), marks=marks)
        for name, (kinds, marks) in wishes.items()
    ]
    return plan_outputs(recipients, lambda one: one.marks or ALL_MARKS)


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct")


@pytest.fixture
def found(series: tuple[StoredInstance, ...]) -> Findings:
    sure, doubtful = (
        nodule(series[index].sop_instance_uid, number=index, center_px=(20.5, 10.0 + 8 * index))
        for index in (1, 2)
    )
    return about(findings(sure, replace(doubtful, score=0.5)), series)


def _encode(
    found: Findings, series: tuple[StoredInstance, ...], plan: OutputPlan, folder: Path
) -> tuple[EncodedObject, ...]:
    return encode_outputs(found, series, plan, folder=folder, encoded_at=ENCODED_AT)


def test_destinations_that_want_the_same_share_it(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    plan = _plan(
        a=({SR, GSPS}, ALL_MARKS), b=({SR}, SURE), c=({SR, GSPS}, SURE), d=({GSPS, CAD}, SURE)
    )
    objects = _encode(found, series, plan, tmp_path)
    assert sorted((one.kind, one.recipients, bool(one.marks)) for one in objects) == [
        (CAD, ("d",), True),
        (SR, ("a", "b", "c"), False),
        (GSPS, ("a",), False),
        (GSPS, ("c", "d"), True),
    ]
    assert len({one.sop_instance_uid for one in objects}) == len({one.path for one in objects}) == 4
    assert {one.sop_instance_uid for one in objects} == {
        str(dcmread(one.path).SOPInstanceUID) for one in objects
    }


def test_hidden_marks_are_told_and_their_images_left_out(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    (one,) = _encode(found, series, _plan(a=({GSPS}, SURE)), tmp_path)
    state = dcmread(one.path)
    (annotation,) = state.GraphicAnnotationSequence
    (image,) = annotation.ReferencedImageSequence
    assert image.ReferencedSOPInstanceUID == series[1].sop_instance_uid
    words = [text.UnformattedTextValue for text in annotation.TextObjectSequence]
    assert "2 nodules marked." in words
    assert "1 mark hidden by preference." in words
    assert len(annotation.GraphicObjectSequence) == 1


def test_where_every_mark_is_hidden_words_are_left(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    strict = MarkPreference(minimum_mean_diameter_mm=30)
    (one,) = _encode(found, series, _plan(a=({GSPS}, strict)), tmp_path)
    (annotation,) = dcmread(one.path).GraphicAnnotationSequence
    assert "GraphicObjectSequence" not in annotation
    words = [text.UnformattedTextValue for text in annotation.TextObjectSequence]
    assert "2 marks hidden by preference." in words


def test_a_cad_report_says_of_each_mark_whether_to_show_it(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    (one,) = _encode(found, series, _plan(a=({CAD}, SURE)), tmp_path)
    text = str(dcmread(one.path))
    assert text.count("'111150'") == 1
    assert text.count("'111152'") == 1


def test_who_wants_no_marks_gets_reports_only() -> None:
    kinds = set(ObjectKind)
    (one, other) = _plan(a=(kinds, NONE)).groups
    nothing_but_marks = {GSPS, ObjectKind.KEY_OBJECTS, ObjectKind.SECONDARY_CAPTURE}
    assert {*one.recipients, *other.recipients} == kinds - nothing_but_marks


def test_forms_that_tell_everything_are_made_once_whatever_is_preferred() -> None:
    page = ObjectKind.SECONDARY_CAPTURE
    plan = _plan(a=({page}, ALL_MARKS), b=({page}, SURE))
    assert plan.recipients_of(page, "") == ("a", "b")
    assert plan.kinds == {page}


def test_the_same_preference_gives_the_same_instance(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    plan = _plan(a=({GSPS}, SURE))
    first, again = (_encode(found, series, plan, tmp_path / name) for name in ("a", "b"))
    assert first[0].sop_instance_uid == again[0].sop_instance_uid
    assert first[0].path.read_bytes() == again[0].path.read_bytes()


def test_a_revision_of_a_variant_follows_the_same_variant(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    plan = _plan(a=({CAD}, SURE))
    (first,) = _encode(found, series, plan, tmp_path)
    (second,) = _encode(replace(found, revision=1), series, plan, tmp_path)
    (study,) = dcmread(second.path).PredecessorDocumentsSequence
    (predecessor,) = study.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert predecessor.ReferencedSOPInstanceUID == first.sop_instance_uid


wishes = st.dictionaries(
    st.sampled_from("abc"),
    st.tuples(st.sets(st.sampled_from(ObjectKind)), st.sampled_from([ALL_MARKS, SURE, NONE, SURE])),
)


@given(wishes)
def test_everybody_gets_each_of_their_kinds_once(
    wished: dict[str, tuple[set[ObjectKind], MarkPreference]],
) -> None:
    plan = _plan(**wished)
    for name, (kinds, marks) in wished.items():
        got = [
            kind
            for group in plan.groups
            for kind, names in group.recipients.items()
            if name in names
        ]
        assert len(got) == len(set(got))
        assert set(got) <= kinds
        if marks.show is not ShowMarks.NONE:
            assert set(got) == kinds
    everything = {(kind, group.marks.variant) for group in plan.groups for kind in group.recipients}
    assert plan.without(everything).groups == ()
    assert plan.without(set()) == plan
