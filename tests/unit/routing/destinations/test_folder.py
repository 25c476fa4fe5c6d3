from pathlib import Path

import pytest

from routing.destinations.folder import FolderDestination
from tests.support.instances import instance
from wetread.domain.errors import DeliveryError, UnreadableInstance


def _write(path: Path, **attributes: object) -> Path:
    dataset = instance(**attributes)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_copies_the_file_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    source = _write(tmp_path / "source.dcm")

    FolderDestination("copies", folder).send([source])

    (copy,) = folder.iterdir()
    assert copy.name == f"{instance().SOPInstanceUID}.dcm"
    assert copy.read_bytes() == source.read_bytes()


def test_a_path_is_never_built_from_what_is_no_uid(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    path = _write(tmp_path / "source.dcm", SOPInstanceUID="1.2.3")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"\x06\x001.2.3\0", b"\x06\x00../../"))

    with pytest.raises(UnreadableInstance, match="SOP Instance UID is not a UID"):
        FolderDestination("copies", folder).send([path])

    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_tried_again(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("no folder")

    with pytest.raises(DeliveryError, match="copies: cannot write"):
        FolderDestination("copies", occupied).send([_write(tmp_path / "source.dcm")])
