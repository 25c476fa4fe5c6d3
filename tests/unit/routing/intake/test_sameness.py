from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
)

from routing.intake.part10 import encode_file_meta
from routing.intake.sameness import is_same_instance
from tests.support.instances import encoded, instance

UNCOMPRESSED = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)


def _image() -> Dataset:
    dataset = instance()
    dataset.PixelData = np.arange(64, dtype="<u2").tobytes()
    item = Dataset()
    item.CodeValue = "1"
    dataset.AnatomicRegionSequence = Sequence([item])
    return dataset


def _write(path: Path, dataset: Dataset, syntax: UID) -> Path:
    if syntax == ExplicitVRBigEndian:
        pixels = np.frombuffer(dataset.PixelData, "<u2")
        dataset.PixelData = pixels.astype(">u2").tobytes()
    meta = encode_file_meta(
        sop_class_uid=dataset.SOPClassUID,
        sop_instance_uid=dataset.SOPInstanceUID,
        transfer_syntax_uid=syntax,
        source_ae_title="SCANNER",
    )
    path.write_bytes(meta + encoded(dataset, syntax))
    return path


@pytest.mark.parametrize("syntax", UNCOMPRESSED)
def test_another_uncompressed_encoding_is_the_same(tmp_path: Path, syntax: UID) -> None:
    one = _write(tmp_path / "one", _image(), ExplicitVRLittleEndian)
    other = _write(tmp_path / "other", _image(), syntax)

    assert is_same_instance(one, other)


def _change_pixel(dataset: Dataset) -> None:
    dataset.PixelData = dataset.PixelData[:-2] + b"\x07\x00"


def _change_nested(dataset: Dataset) -> None:
    dataset.AnatomicRegionSequence[0].CodeValue = "2"


def _add_item(dataset: Dataset) -> None:
    dataset.AnatomicRegionSequence.append(Dataset())


def _add_element(dataset: Dataset) -> None:
    dataset.ImageComments = "more"


def _change_text(dataset: Dataset) -> None:
    dataset.PatientName = "SOMEBODY^ELSE"


@pytest.mark.parametrize(
    "change", [_change_pixel, _change_nested, _add_item, _add_element, _change_text]
)
@pytest.mark.parametrize("syntax", UNCOMPRESSED)
def test_any_difference_is_another_instance(
    tmp_path: Path, syntax: UID, change: Callable[[Dataset], None]
) -> None:
    changed = _image()
    change(changed)
    one = _write(tmp_path / "one", _image(), ExplicitVRLittleEndian)
    other = _write(tmp_path / "other", changed, syntax)

    assert not is_same_instance(one, other)


def test_in_doubt_it_is_another(tmp_path: Path) -> None:
    one = _write(tmp_path / "one", _image(), ExplicitVRLittleEndian)
    broken = tmp_path / "broken"
    broken.write_bytes(b"not DICOM")
    compressed = _write(tmp_path / "compressed", _image(), JPEGLSLossless)

    assert not is_same_instance(one, broken)
    assert not is_same_instance(one, tmp_path / "missing")
    assert not is_same_instance(one, compressed)
