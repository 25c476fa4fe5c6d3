"""Every reason why a series is not analysed, and which of several is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.uid import EnhancedCTImageStorage, SecondaryCaptureImageStorage

from routing.selection.rule_files import SHIPPED_DIR, load_rules
from routing.selection.select import select_series
from tests.support.ct_series import write_series
from wetread.domain.uids import derive_uid

RULES = load_rules()
THICK_SLICES = load_rules(SHIPPED_DIR / "thick-slices.toml")


def position(z_of: Callable[[int], float], y_of: Callable[[int], float] = lambda _: -4) -> Any:
    def change(dataset: Dataset, number: int) -> None:
        dataset.ImagePositionPatient = [-4, y_of(number), z_of(number)]

    return change


def on_slice(at: int, **attributes: Any) -> Any:
    def change(dataset: Dataset, number: int) -> None:
        if number == at:
            for keyword, value in attributes.items():
                setattr(dataset, keyword, value)

    return change


def test_a_good_series_is_chosen_with_its_instances_from_foot_to_head(tmp_path: Path) -> None:
    instances = write_series(tmp_path, change=position(lambda number: 100.0 - 2.5 * number))
    selection = select_series(instances, RULES)
    assert selection.reason is None
    assert selection.chosen is not None
    assert selection.chosen.limitations == ()
    assert selection.instances == tuple(reversed(instances))


@pytest.mark.parametrize(
    ("code", "english", "wrong"),
    [
        ("not_ct", "the modality is MR, not CT", {"Modality": "MR"}),
        ("not_ct", "the modality is not given, not CT", {"Modality": None}),
        (
            "not_ct_image",
            "its objects are not CT images (SOP class 1.2.840.10008.5.1.4.1.1.7)",
            {"SOPClassUID": SecondaryCaptureImageStorage},
        ),
        (
            "unsupported_multiframe",
            "it is enhanced (multi-frame) CT, which is not supported: send single-frame CT images",
            {"SOPClassUID": EnhancedCTImageStorage},
        ),
        (
            "several_frames",
            "its images have 2 frames each; single-frame CT images are needed",
            {"NumberOfFrames": 2},
        ),
        (
            "localizer",
            "40 of its 40 images are localizers (LOCALIZER)",
            {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        ),
        (
            "localizer",
            "1 of its 40 images are localizers (LOCALIZER)",
            {"change": on_slice(3, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])},
        ),
        (
            "dose_report",
            "it is a dose report or a screen copy (SCREEN SAVE)",
            {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
        ),
        (
            "derived",
            "its images are derived, not original (DERIVED)",
            {"ImageType": ["DERIVED", "PRIMARY", "AXIAL"]},
        ),
        ("incomplete_header", "40 of its 40 images lack ImageType", {"ImageType": None}),
        (
            "no_pixel_data",
            "40 of its 40 images have no complete pixel data",
            {"PixelData": None},
        ),
        (
            "no_pixel_data",
            "1 of its 40 images have no complete pixel data",
            {"change": on_slice(7, PixelData=bytes(100))},
        ),
        ("incomplete_header", "40 of its 40 images lack PixelSpacing", {"PixelSpacing": None}),
        (
            "not_monochrome",
            "its images are RGB, not monochrome",
            {"PhotometricInterpretation": "RGB"},
        ),
        (
            "no_hounsfield_units",
            "40 of its 40 images are not calibrated to Hounsfield units (no RescaleSlope)",
            {"RescaleSlope": None},
        ),
        ("other_units", "its values are OD, not Hounsfield units", {"RescaleType": "OD"}),
        ("other_body_part", "the body part is given as HEAD", {"BodyPartExamined": "HEAD"}),
        ("too_few_slices", "it has 15 slices, at least 16 are needed", {"count": 15}),
        (
            "no_geometry",
            "40 of its 40 images do not say where they lie (position, orientation)",
            {"ImageOrientationPatient": None},
        ),
        (
            "no_geometry",
            "1 of its 40 images do not say where they lie (position, orientation)",
            {"change": on_slice(4, ImagePositionPatient=[0, 0])},
        ),
        (
            "no_geometry",
            "1 of its 40 images do not say where they lie (position, orientation)",
            {"change": on_slice(4, ImageOrientationPatient=[1, 0, 0, 1, 0, 0])},
        ),
        (
            "mixed_series",
            "it mixes images of different PixelSpacing (0.7\\0.7 | 0.9\\0.9)",
            {"change": on_slice(4, PixelSpacing=[0.9, 0.9])},
        ),
        (
            "not_parallel",
            "its slices are turned up to 90.0° to each other",
            {"change": on_slice(4, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])},
        ),
        (
            "not_axial",
            "its slices are coronal, not axial",
            {
                "ImageOrientationPatient": [1, 0, 0, 0, 0, -1],
                "change": position(lambda _: 0.0, lambda number: 2.5 * number),
            },
        ),
        (
            "gantry_tilt",
            "the gantry was tilted by 11.3°, the limit is 0.1°",
            {"change": position(lambda number: 2.5 * number, lambda number: 0.5 * number)},
        ),
        (
            "duplicate_positions",
            "1 slices lie at the same place as another (several phases in one series?)",
            {"change": position(lambda number: 2.5 * min(number, 38))},
        ),
        (
            "gap",
            "2 slices are missing between the first and the last",
            {"change": position(lambda number: 2.5 * (number + 2 * (number > 20)))},
        ),
        (
            "uneven_spacing",
            "the distance of its slices varies by 0.3 mm, the limit is 0.1 mm",
            {"change": position(lambda number: 2.5 * number + 0.3 * (number > 20))},
        ),
        ("too_thick", "slices are 5.0 mm thick, the limit is 3.0 mm", {"spacing_mm": 5.0}),
        (
            "coarse_pixels",
            "pixels are 3.8 mm wide, the limit is 2.0 mm",
            {"PixelSpacing": [3.75, 3.75]},
        ),
        (
            "too_thick",
            "slices are 3.2 mm thick, the limit is 3.0 mm",
            {"spacing_mm": 3.2, "SliceThickness": None},
        ),
        (
            "unseen_tissue",
            "9.0 mm between neighbouring slices are not imaged, the limit is 0.5 mm",
            {"spacing_mm": 10.0, "SliceThickness": 1.0},
        ),
        (
            "short_coverage",
            "it covers 79.9 mm from head to foot, at least 80.0 mm are needed",
            {"count": 34, "spacing_mm": 2.35},
        ),
    ],
)
def test_a_series_that_cannot_be_analysed_says_why(
    tmp_path: Path, code: str, english: str, wrong: dict[str, Any]
) -> None:
    selection = select_series(write_series(tmp_path, **wrong), RULES)
    assert selection.chosen is None
    assert selection.instances == ()
    (decision,) = selection.decisions
    assert [(reason.code, reason.english) for reason in decision.excluded] == [(code, english)]
    assert decision.excluded[0].japanese
    assert selection.reason is not None
    assert selection.reason.code == code
    assert english in selection.reason.english


def test_an_unreadable_file_excludes_its_series(tmp_path: Path) -> None:
    instances = write_series(tmp_path)
    instances[5].path.write_bytes(b"not DICOM at all")
    instances[6].path.unlink()
    (decision,) = select_series(instances, RULES).decisions
    assert [reason.english for reason in decision.excluded] == ["2 of its 40 files cannot be read"]


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # pydicom's own word on the same wrong value
@pytest.mark.parametrize("thickness", [b"thick ", b"nan "])
def test_a_thickness_that_is_no_number_counts_as_not_stated(
    tmp_path: Path, thickness: bytes
) -> None:
    instances = write_series(tmp_path, SliceThickness="7.77")
    for instance in instances:
        data = instance.path.read_bytes()
        instance.path.write_bytes(
            data.replace(b"\x04\x007.77", len(thickness).to_bytes(2, "little") + thickness)
        )
    selection = select_series(instances, RULES)
    assert selection.chosen is not None  # by its spacing of 2.5 mm


def test_no_instances_is_a_reason_too() -> None:
    selection = select_series([], RULES)
    assert (selection.chosen, selection.decisions) == (None, ())
    assert selection.reason is not None
    assert selection.reason.code == "no_instances"


@pytest.mark.filterwarnings("ignore:.*:UserWarning")  # pydicom's own word on small letters
@pytest.mark.parametrize("body_part", [None, "chest", "THORAX", "CHEST_TO_PELVIS"])
def test_a_chest_or_a_missing_body_part_is_analysed(tmp_path: Path, body_part: str | None) -> None:
    selection = select_series(write_series(tmp_path, BodyPartExamined=body_part), RULES)
    assert selection.chosen is not None
    assert selection.chosen.limitations == ()


def test_a_doubtful_body_part_is_analysed_and_says_so(tmp_path: Path) -> None:
    selection = select_series(write_series(tmp_path, BodyPartExamined="ABDOMEN"), RULES)
    assert selection.chosen is not None
    assert [reason.code for reason in selection.chosen.limitations] == ["doubtful_body_part"]


def test_a_hostile_value_is_shown_short_and_in_one_line(tmp_path: Path) -> None:
    instances = write_series(tmp_path, count=1, Modality="CT", SOPClassUID="1." * 30 + "1")
    (decision,) = select_series(instances, RULES).decisions
    assert "\n" not in decision.excluded[0].english


def test_a_site_that_allows_thick_slices_analyses_them_with_a_limitation(tmp_path: Path) -> None:
    instances = write_series(tmp_path, spacing_mm=5.0)
    selection = select_series(instances, THICK_SLICES)
    assert selection.chosen is not None
    assert [str(reason) for reason in selection.chosen.limitations] == [
        "limited: thick slices (5.0 mm; small nodules need 3.0 mm or thinner)"
    ]
    assert "5.0 mm" in selection.chosen.limitations[0].japanese


def test_a_site_that_allows_thick_slices_still_has_a_limit(tmp_path: Path) -> None:
    selection = select_series(write_series(tmp_path, spacing_mm=7.5), THICK_SLICES)
    assert selection.reason is not None
    assert selection.reason.code == "too_thick"


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"spacing_mm": 1.25}, {"spacing_mm": 2.5}),
        ({"spacing_mm": 1.25, "ConvolutionKernel": "LUNG"}, {"spacing_mm": 2.5}),
        ({"spacing_mm": 1.25}, {"spacing_mm": 0.625, "count": 140, "ConvolutionKernel": "LUNG"}),
        ({"ConvolutionKernel": "STANDARD"}, {"ConvolutionKernel": "LUNG"}),
        ({"ConvolutionKernel": ["Br40d", "3"]}, {"ConvolutionKernel": ["Br64d", "3"]}),
        ({"ConvolutionKernel": "SOFT"}, {"ConvolutionKernel": "BONEPLUS"}),
        ({"ConvolutionKernel": "FC08"}, {"ConvolutionKernel": "FC52"}),
        ({"count": 70}, {"count": 69}),
        ({"ConvolutionKernel": "LUNG"}, {"BodyPartExamined": "NECK"}),
    ],
)
def test_of_two_usable_series_the_better_is_chosen(
    tmp_path: Path, better: dict[str, Any], worse: dict[str, Any]
) -> None:
    usual = {"count": 70}
    # "a" sorts before "b": the better one must not win by its name alone.
    first = write_series(tmp_path, series="a", **{**usual, **worse})
    second = write_series(tmp_path, series="b", **{**usual, **better})
    for one, other in ((first, second), (second, first)):
        selection = select_series([*one, *other], RULES)
        assert selection.chosen is not None
        assert selection.chosen.series_instance_uid == derive_uid("study", "b")
        assert sorted(decision.preference for decision in selection.decisions) == [1.0, 2.0]
        assert len(selection.decisions) == 2


def test_an_original_is_preferred_where_a_site_allows_derived_images(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('extends = "default"\n[rules.derived]\nenabled = false\n')
    derived = write_series(tmp_path, series="a", ImageType=["DERIVED", "PRIMARY", "AXIAL"])
    original = write_series(tmp_path, series="b")
    selection = select_series([*derived, *original], load_rules(site))
    assert selection.chosen is not None
    assert selection.chosen.series_instance_uid == original[0].series_instance_uid
    assert select_series(derived, load_rules(site)).chosen is not None


def test_the_reason_of_a_study_is_that_of_the_series_that_came_furthest(tmp_path: Path) -> None:
    scout = write_series(
        tmp_path, series="scout", count=2, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]
    )
    thick = write_series(tmp_path, series="thick", spacing_mm=5.0)
    selection = select_series([*thick, *scout], RULES)
    assert selection.reason is not None
    assert selection.reason.code == "too_thick"
    assert selection.reason.japanese == (
        "解析できるシリーズがありません: スライス厚が 5.0 mm で、上限は 3.0 mm です"
    )
