"""Which files of a folder are the study."""

import shutil
from pathlib import Path

import pytest

from routing.selection.folder import scan_folder
from tests.support.ct_series import ct_slice, write_files, write_series
from wetread.domain.errors import StudyError


def test_all_instances_are_found_in_subfolders(tmp_path: Path) -> None:
    written = write_series(tmp_path / "deep" / "er", count=3) + write_series(
        tmp_path, series="other", count=2
    )
    scan = scan_folder(tmp_path)
    assert sorted(scan.instances, key=lambda one: one.path) == sorted(
        written, key=lambda one: one.path
    )
    assert scan.skipped == ()
    assert scan.study_instance_uid == written[0].study_instance_uid


def test_what_is_no_dicom_image_is_skipped_with_a_reason(tmp_path: Path) -> None:
    write_series(tmp_path, count=1)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "empty").touch()
    (tmp_path / "cut.dcm").write_bytes(bytes(128) + b"DICM\x02\x00\x00\x00UL\x04\x00\xff")
    nameless = ct_slice(number=1)
    del nameless.StudyInstanceUID
    nameless.save_as(tmp_path / "nameless.dcm", enforce_file_format=True)
    scan = scan_folder(tmp_path)
    assert len(scan.instances) == 1
    reasons = dict(scan.skipped)
    assert reasons.pop("notes.txt") == reasons.pop("empty") == "not a DICOM file"
    assert "UIDs" in reasons.pop("nameless.dcm")
    assert list(reasons) == ["cut.dcm"]


def test_the_same_image_twice_counts_once(tmp_path: Path) -> None:
    (written,) = write_series(tmp_path, count=1)
    shutil.copy(written.path, tmp_path / "z-copy.dcm")
    scan = scan_folder(tmp_path)
    assert scan.instances == (written,)
    assert scan.skipped == (("z-copy.dcm", "the same image as series/0000.dcm"),)


def test_another_image_with_the_same_uid_is_named(tmp_path: Path) -> None:
    (written,) = write_series(tmp_path, count=1)
    other = ct_slice(series="series")
    other.PixelData = bytes([1]) * 128
    write_files(tmp_path / "z", [other])
    scan = scan_folder(tmp_path)
    assert scan.instances == (written,)
    assert scan.skipped == (("z/0000.dcm", "another image has its UID: series/0000.dcm"),)


def test_two_studies_are_refused_by_name(tmp_path: Path) -> None:
    one = write_series(tmp_path, study="one", series="a", count=2)[0]
    two = write_series(tmp_path, study="two", series="b", count=1)[0]
    with pytest.raises(StudyError, match="holds 2 studies") as refused:
        scan_folder(tmp_path)
    assert f"{one.study_instance_uid} (2 images)" in str(refused.value)
    assert f"{two.study_instance_uid} (1 images)" in str(refused.value)


def test_a_folder_without_images_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "readme").write_text("nothing here")
    with pytest.raises(StudyError, match=r"no DICOM image \(1 other files\); name the folder"):
        scan_folder(tmp_path)


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="is not a folder"):
        scan_folder(tmp_path / "absent")
