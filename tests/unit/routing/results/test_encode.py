"""The objects of a study as files: always the same, whole, and about the right images."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    EnhancedCTImageStorage,
    SecondaryCaptureImageStorage,
)

from routing.results.encode import encode_results
from routing.results.instance import write_atomically
from routing.results.objects import DEFAULT_KINDS, NAMES, ObjectKind, kinds_from_names
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about, encoded
from tests.support.findings import MODEL, findings, nodule
from wetread.domain.errors import ConfigurationError, EncodingError, UnreadableInstance
from wetread.domain.findings import Findings, Outcome
from wetread.domain.studies import StoredInstance

ALL = tuple(ObjectKind)


def test_every_kind_has_one_name() -> None:
    assert sorted(NAMES.values()) == sorted(ObjectKind)


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct")


@pytest.fixture
def found(series: tuple[StoredInstance, ...]) -> Findings:
    return about(findings(nodule(series[1].sop_instance_uid)), series)


def test_a_study_becomes_a_report_and_a_presentation_state(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    objects = encode_results(found, series, folder=tmp_path / "out", encoded_at=ENCODED_AT)
    assert {one.kind for one in objects} == DEFAULT_KINDS
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        one.path.name for one in objects
    }
    for one in objects:
        read = dcmread(one.path)
        assert read.SOPInstanceUID == one.sop_instance_uid
        assert read.file_meta.MediaStorageSOPClassUID == read.SOPClassUID == one.sop_class_uid
        assert read.StudyInstanceUID == found.study_instance_uid
        assert read.SeriesInstanceUID != found.series_instance_uid
        assert (read.InstanceCreationDate, read.InstanceCreationTime) == (
            *("20260105", "150405.678900"),
        )
    report, state = (dcmread(one.path) for one in objects)
    assert report.SeriesInstanceUID != state.SeriesInstanceUID
    assert report.SeriesNumber != state.SeriesNumber


def test_a_second_run_gives_the_same_bytes(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    first, again, later = (
        encode_results(found, series, folder=tmp_path / name, encoded_at=at, kinds=ALL)
        for name, at in (
            ("first", ENCODED_AT),
            ("again", ENCODED_AT),
            ("later", ENCODED_AT + timedelta(days=1)),
        )
    )
    for one, same, then in zip(first, again, later, strict=True):
        assert one.path.read_bytes() == same.path.read_bytes()
        assert one.path.read_bytes() != then.path.read_bytes()
        assert one.sop_instance_uid == then.sop_instance_uid


def test_only_times_differ_between_two_days(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    pairs = zip(
        *(
            encode_results(found, series, folder=tmp_path / name, encoded_at=at, kinds=ALL)
            for name, at in (("a", ENCODED_AT), ("b", ENCODED_AT + timedelta(days=1)))
        ),
        strict=True,
    )
    for one, other in pairs:
        before, after = dcmread(one.path), dcmread(other.path)
        changed = {element.keyword for element in before if element != after[element.tag]}
        assert changed <= {
            *("InstanceCreationDate", "ContentDate", "PresentationCreationDate"),
            "DateOfSecondaryCapture",
        }
        assert changed


@pytest.mark.parametrize(
    "change",
    [
        {"revision": 1},
        {"model": replace(MODEL, name="another")},
        {"model": replace(MODEL, version="2.0.0")},
        {"model": replace(MODEL, sha256="cd" * 32)},
    ],
)
def test_other_content_is_another_instance(
    change: dict[str, object],
    found: Findings,
    series: tuple[StoredInstance, ...],
    tmp_path: Path,
) -> None:
    before = encoded(found, series, tmp_path / "out", ALL)
    after = encoded(replace(found, **change), series, tmp_path / "out", ALL)
    assert before.keys() == after.keys()
    for kind in before:
        assert before[kind].SOPInstanceUID != after[kind].SOPInstanceUID
        same_series = before[kind].SeriesInstanceUID == after[kind].SeriesInstanceUID
        assert same_series == ("revision" in change)


def test_uids_of_the_full_length_fit(tmp_path: Path) -> None:
    longest = "1.2.826.0.1.3680043.8.498." + "1" * 38
    assert len(longest) == 64
    short = write_conformant_series(tmp_path / "ct", slices=1)
    ds = dcmread(short[0].path)
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = longest
    ds.save_as(short[0].path)
    series = (replace(short[0], sop_instance_uid=longest),)
    objects = encoded(about(findings(nodule(longest)), series), series, tmp_path / "out")
    (image,) = (
        objects[ObjectKind.PRESENTATION_STATE].GraphicAnnotationSequence[0].ReferencedImageSequence
    )
    assert image.ReferencedSOPInstanceUID == longest


def test_a_study_without_a_usable_series_refers_to_its_largest_ct(tmp_path: Path) -> None:
    scout = write_conformant_series(tmp_path / "scout", series="scout", slices=2)
    thick = write_conformant_series(tmp_path / "thick", series="thick", slices=5)
    other = tuple(
        replace(one, series_instance_uid="1.2.3", sop_class_uid="1.2.840.10008.5.1.4.1.1.88.67")
        for one in write_conformant_series(tmp_path / "dose", series="dose", slices=9)
    )
    found = replace(
        about(findings(outcome=Outcome.NOT_ANALYSED, reason="slices of 5 mm"), thick),
        series_instance_uid=None,
    )
    state = encoded(found, (*scout, *other, *thick), tmp_path / "out")[
        ObjectKind.PRESENTATION_STATE
    ]
    (referenced,) = state.ReferencedSeriesSequence
    assert referenced.SeriesInstanceUID == thick[0].series_instance_uid


@pytest.mark.parametrize(
    "attributes",
    [
        {"Rows": None, "Columns": None},
        {"SamplesPerPixel": 3},
        {"SOPClassUID": EnhancedCTImageStorage, "NumberOfFrames": 60},
        {"SOPClassUID": "1.2.3.4.5"},
    ],
)
def test_a_study_that_no_state_can_show_still_gets_its_report(
    attributes: dict[str, object], tmp_path: Path
) -> None:
    series = write_conformant_series(tmp_path / "ct", **attributes)
    found = about(findings(outcome=Outcome.NOT_ANALYSED, reason="no image"), series)
    assert list(encoded(found, series, tmp_path / "out")) == [ObjectKind.MEASUREMENT_REPORT]


@pytest.mark.parametrize(
    "sop_class_uid", [ComputedRadiographyImageStorage, SecondaryCaptureImageStorage]
)
def test_another_kind_of_image_can_stand_for_a_study(sop_class_uid: str, tmp_path: Path) -> None:
    series = write_conformant_series(tmp_path / "cr", SOPClassUID=sop_class_uid, Modality="CR")
    found = about(findings(outcome=Outcome.NOT_ANALYSED, reason="no CT"), series)
    assert set(encoded(found, series, tmp_path / "out")) == DEFAULT_KINDS


def test_a_header_with_gaps_is_no_obstacle(tmp_path: Path) -> None:
    series = write_conformant_series(
        tmp_path / "ct", SliceThickness="", SamplesPerPixel=None, NumberOfFrames=1
    )
    found = about(findings(nodule(series[0].sop_instance_uid)), series)
    objects = encoded(found, series, tmp_path / "out")
    described = str(objects[ObjectKind.MEASUREMENT_REPORT])
    assert "Image Position (Patient) Z" in described
    assert "Slice Thickness" not in described


def test_a_mark_on_a_strange_image_is_refused(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    with pytest.raises(EncodingError, match=r"1\.2\.3\.99"):
        encoded(about(findings(nodule("1.2.3.99")), series), series, tmp_path / "out")
    with pytest.raises(EncodingError, match="no image"):
        encoded(about(findings(), series), (), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_broken_source_is_named(
    found: Findings, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    series[1].path.write_bytes(b"not DICOM")
    with pytest.raises(UnreadableInstance, match=series[1].path.name):
        encoded(found, series, tmp_path / "out")


def test_broken_files_do_not_keep_a_study_from_its_report(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    series[2].path.write_bytes(b"not DICOM")
    found = about(findings(outcome=Outcome.NOT_ANALYSED, reason="files cannot be read"), series)
    state = encoded(found, series, tmp_path / "out")[ObjectKind.PRESENTATION_STATE]
    (referenced,) = state.ReferencedSeriesSequence
    (image,) = referenced.ReferencedImageSequence
    assert image.ReferencedSOPInstanceUID in {
        *(series[1].sop_instance_uid, series[3].sop_instance_uid)
    }
    for one in series:
        one.path.write_bytes(b"not DICOM")
    with pytest.raises(UnreadableInstance):
        encoded(found, series, tmp_path / "out")


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "object.dcm"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    assert kinds_from_names(["sr", "cad-sr"]) == {
        ObjectKind.MEASUREMENT_REPORT,
        ObjectKind.CHEST_CAD_REPORT,
    }
    with pytest.raises(ConfigurationError, match="'pdf'; there are sr, comprehensive-sr"):
        kinds_from_names(["sr", "pdf"])
