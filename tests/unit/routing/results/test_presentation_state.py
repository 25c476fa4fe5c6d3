"""The presentation state shows the marks where they are, and words that cannot mislead."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from routing.results.encode import encode_results
from routing.results.objects import ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about, encoded
from tests.support.findings import findings, nodule
from wetread.domain.findings import Change, ChangeState, GrowthVerdict, Outcome
from wetread.domain.studies import StoredInstance

STATE = ObjectKind.PRESENTATION_STATE
GROWN = Change(
    state=ChangeState.MATCHED, prior_study_instance_uid="1.2.9", verdict=GrowthVerdict.GROWN
)


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct", columns=96, rows=64)


def words(state: Dataset) -> list[str]:
    return [
        text.UnformattedTextValue
        for annotation in state.GraphicAnnotationSequence
        for text in annotation.TextObjectSequence
    ]


def test_each_nodule_is_circled_on_its_own_slice_only(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    first = nodule(series[1].sop_instance_uid, number=1, center_px=(20.5, 30.5))
    second = nodule(series[3].sop_instance_uid, number=2, center_px=(80.5, 40.5))
    state = encoded(about(findings(first, second), series), series, tmp_path)[STATE]

    referenced = [
        image.ReferencedSOPInstanceUID
        for one in state.ReferencedSeriesSequence
        for image in one.ReferencedImageSequence
    ]
    assert referenced == [series[1].sop_instance_uid, series[3].sop_instance_uid]
    for annotation, marked in zip(state.GraphicAnnotationSequence, (first, second), strict=True):
        mark = marked.measurement.mark
        (image,) = annotation.ReferencedImageSequence
        assert image.ReferencedSOPInstanceUID == mark.sop_instance_uid
        (circle,) = annotation.GraphicObjectSequence
        assert circle.GraphicType == "CIRCLE"
        assert circle.GraphicAnnotationUnits == "PIXEL"
        assert (circle.TrackingID, circle.TrackingUID) == (marked.tracking_id, marked.tracking_uid)
        center, rim = np.reshape(circle.GraphicData, (2, 2))
        assert tuple(center) == mark.center_px
        assert np.linalg.norm(rim - center) == pytest.approx(mark.radius_px)


def test_a_label_tells_size_type_change_region_and_score(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    grown = replace(nodule(series[1].sop_instance_uid), change=GROWN)
    new = replace(grown, change=replace(GROWN, state=ChangeState.NEW, verdict=None))
    resolvable = replace(grown, change=replace(GROWN, verdict=GrowthVerdict.NOT_RESOLVABLE))
    labels = [
        words(encoded(about(findings(one), series), series, tmp_path)[STATE])[-2:]
        for one in (nodule(series[1].sop_instance_uid), grown, new, resolvable)
    ]
    assert labels == [
        [what, "right upper zone, score 0.91"]
        for what in (
            "Nodule 1: 8.0 mm solid",
            "Nodule 1: 8.0 mm solid, grown",
            "Nodule 1: 8.0 mm solid, new",
            "Nodule 1: 8.0 mm solid",
        )
    ]


def test_the_readers_window_is_left_alone(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    state = encoded(about(findings(nodule(series[1].sop_instance_uid)), series), series, tmp_path)[
        STATE
    ]
    assert "SoftcopyVOILUTSequence" not in state
    assert (state.RescaleSlope, state.RescaleIntercept) == (1, 0)  # the images' own
    (area,) = state.DisplayedAreaSelectionSequence
    assert area.PresentationPixelSpacing == [0.7, 0.7]
    assert area.DisplayedAreaBottomRightHandCorner == [96, 64]


def test_the_layer_is_named_for_the_ai(series: tuple[StoredInstance, ...], tmp_path: Path) -> None:
    state = encoded(about(findings(), series), series, tmp_path)[STATE]
    (layer,) = state.GraphicLayerSequence
    assert layer.GraphicLayer == state.ContentLabel == "WETREAD_AI"
    assert {one.GraphicLayer for one in state.GraphicAnnotationSequence} == {"WETREAD_AI"}


def test_without_marks_the_central_slice_says_why(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    reason = "slices of 5 mm"
    said = {}
    for name, found in {
        "negative": findings(),
        "limited": findings(reason=reason),
        "partial": findings(outcome=Outcome.PARTIAL, reason=reason),
        "not analysed": findings(outcome=Outcome.NOT_ANALYSED, reason=reason),
        "failed": findings(outcome=Outcome.FAILED, reason=reason),
    }.items():
        state = encoded(about(found, series), series, tmp_path / name)[STATE]
        (annotation,) = state.GraphicAnnotationSequence
        assert "GraphicObjectSequence" not in annotation
        (image,) = annotation.ReferencedImageSequence
        assert image.ReferencedSOPInstanceUID == series[2].sop_instance_uid
        assert words(state)[0] == "Wetread AI (research use):"
        said[name] = " ".join(words(state)[1:])

    assert said == {
        "negative": "No nodule marked. Lung-RADS v2022: 1",
        "limited": "LIMITED ANALYSIS: slices of 5 mm "
        "No nodule marked, but this is not a negative result.",
        "partial": "PARTIAL ANALYSIS: slices of 5 mm "
        "No nodule marked, but this is not a negative result.",
        "not analysed": "NOT ANALYSED: slices of 5 mm This is not a negative result.",
        "failed": "ANALYSIS FAILED: slices of 5 mm This is not a negative result.",
    }


def test_images_that_share_no_rescale_have_a_state_each(tmp_path: Path) -> None:
    # A state has one modality transformation: one over both images would change their values.
    plain = write_conformant_series(tmp_path / "ct", slices=2)
    ds = dcmread(plain[1].path)
    ds.RescaleSlope = 2
    ds.save_as(plain[1].path)
    found = findings(*(nodule(one.sop_instance_uid, number=n) for n, one in enumerate(plain)))
    _, *states = encode_results(
        about(found, plain), plain, folder=tmp_path / "out", encoded_at=ENCODED_AT
    )
    read = [dcmread(one.path) for one in states]
    assert [state.RescaleSlope for state in read] == [1, 2]
    assert len({state.SOPInstanceUID for state in read}) == len({one.path for one in states}) == 2
    assert len({state.SeriesInstanceUID for state in read}) == 1


def test_a_long_reason_is_wrapped_inside_the_image(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    reason = "the third step stopped – " + "and so on " * 200
    found = findings(outcome=Outcome.FAILED, reason=reason)
    state = encoded(about(found, series), series, tmp_path)[STATE]
    boxes = list(text_boxes(state))
    assert len(boxes) > 3
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= 96
        assert 0 <= top < bottom <= 64


def text_boxes(state: Dataset) -> Iterator[list[float]]:
    for annotation in state.GraphicAnnotationSequence:
        for text in annotation.TextObjectSequence:
            yield [*text.BoundingBoxTopLeftHandCorner, *text.BoundingBoxBottomRightHandCorner]
