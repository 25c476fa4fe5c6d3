"""The Segmentation puts every voxel of a nodule where the image has it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import highdicom as hd
import numpy as np
import pytest

from routing.results.encode import encode_results
from routing.results.masks import read_masks, write_masks
from routing.results.objects import EncodedObject, ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about
from tests.support.findings import findings, nodule
from tests.support.masks import mask_around
from wetread.domain.errors import EncodingError
from wetread.domain.findings import Nodule
from wetread.domain.masks import NoduleMask
from wetread.domain.studies import StoredInstance

SEG: Final = ObjectKind.SEGMENTATION


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct", slices=9)


def segmented(
    nodules: Sequence[Nodule],
    masks: tuple[NoduleMask, ...],
    series: tuple[StoredInstance, ...],
    folder: Path,
) -> tuple[EncodedObject, ...]:
    write_masks(folder, masks)
    found = about(findings(*nodules), series)
    return encode_results(found, series, folder=folder, encoded_at=ENCODED_AT, kinds=(SEG,))


def at(one: Nodule, x_mm: float) -> Nodule:
    """Return the nodule at a place of its own: masks are told apart by it."""
    return replace(one, measurement=replace(one.measurement, center_lps_mm=(x_mm, -20.0, -182.5)))


def test_each_nodule_is_a_segment_on_its_images(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    first = at(nodule(series[2].sop_instance_uid, number=1), -75.004)
    second = at(nodule(series[6].sop_instance_uid, number=2, center_px=(44.5, 12.5)), 60.0)
    masks = mask_around(first, series), mask_around(second, series, half=2)
    (written,) = segmented([first, second], masks, series, tmp_path / "out")
    seg = hd.seg.segread(written.path)

    assert seg.SegmentationType == "BINARY"
    assert [one.TrackingUID for one in seg.SegmentSequence] == [
        first.tracking_uid,
        second.tracking_uid,
    ]
    assert seg.FrameOfReferenceUID
    for number, (one, mask) in enumerate(zip((first, second), masks, strict=True), start=1):
        pixels = seg.get_pixels_by_source_instance(
            list(mask.sop_instance_uids), segment_numbers=[number]
        )[..., 0]
        rows, columns = mask.voxels.shape[1:]
        box = np.s_[
            :,
            mask.first_row : mask.first_row + rows,
            mask.first_column : mask.first_column + columns,
        ]
        np.testing.assert_array_equal(pixels[box].astype(bool), mask.voxels)
        assert pixels.sum() == mask.voxels.sum()
        column, row = one.measurement.mark.center_px
        assert pixels[1, int(row), int(column)] == 1
    measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert (list(measures.PixelSpacing), measures.SpacingBetweenSlices) == ([0.7, 0.7], 1.0)


def test_a_shared_voxel_belongs_to_the_nodule_marked_first(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    first = at(nodule(series[2].sop_instance_uid, number=1), 0.0)
    inside = at(nodule(series[2].sop_instance_uid, number=2), 5.0)
    beside = at(nodule(series[2].sop_instance_uid, number=3, center_px=(23.5, 30.5)), 9.0)
    masks = (
        mask_around(first, series),
        mask_around(inside, series, half=1),
        mask_around(beside, series),
    )
    (written,) = segmented([first, inside, beside], masks, series, tmp_path / "out")
    seg = hd.seg.segread(written.path)
    assert [item.SegmentLabel for item in seg.SegmentSequence] == ["Nodule 1", "Nodule 3"]
    assert seg.SegmentsOverlap == "NO"


def test_a_nodule_without_voxels_is_left_out(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    known = at(nodule(series[2].sop_instance_uid, number=1), 0.0)
    refound = at(nodule(series[4].sop_instance_uid, number=2), 30.0)
    (written,) = segmented(
        [known, refound], (mask_around(known, series),), series, tmp_path / "out"
    )
    assert [one.SegmentLabel for one in hd.seg.segread(written.path).SegmentSequence] == [
        "Nodule 1"
    ]
    assert segmented([refound], (), series, tmp_path / "none") == ()
    assert segmented([], (), series, tmp_path / "negative") == ()


def test_a_header_without_slice_thickness_is_no_obstacle(tmp_path: Path) -> None:
    series = write_conformant_series(tmp_path / "ct", SliceThickness="")
    marked = nodule(series[2].sop_instance_uid)
    (written,) = segmented([marked], (mask_around(marked, series),), series, tmp_path / "out")
    measures = hd.seg.segread(written.path).SharedFunctionalGroupsSequence[0]
    assert measures.PixelMeasuresSequence[0].SliceThickness == 1.0


def test_masks_come_back_from_their_file(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    mask = mask_around(nodule(series[2].sop_instance_uid), series)
    assert read_masks(tmp_path) == ()
    write_masks(tmp_path, (mask, mask))
    again = read_masks(tmp_path)
    assert len(again) == 2
    np.testing.assert_array_equal(again[1].voxels, mask.voxels)
    assert again[1].sop_instance_uids == mask.sop_instance_uids
    (tmp_path / "nodule-masks.json").write_text("[{]")
    with pytest.raises(EncodingError, match=r"nodule-masks\.json"):
        read_masks(tmp_path)
