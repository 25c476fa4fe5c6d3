from io import BytesIO

import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage, JPEGLSLossless

from routing.implementation import IMPLEMENTATION_CLASS_UID
from routing.intake.part10 import encode_file_meta, meta_end
from wetread.domain.errors import UnreadableInstance


@pytest.mark.parametrize("source", ["SCANNER", "ODD"])
def test_pydicom_reads_the_file_meta(source: str) -> None:
    meta = encode_file_meta(
        sop_class_uid=CTImageStorage,
        sop_instance_uid="1.2.3.45",
        transfer_syntax_uid=JPEGLSLossless,
        source_ae_title=source,
    )

    read = dcmread(BytesIO(meta)).file_meta

    assert read.MediaStorageSOPClassUID == CTImageStorage
    assert read.MediaStorageSOPInstanceUID == "1.2.3.45"
    assert read.TransferSyntaxUID == JPEGLSLossless
    assert read.SourceApplicationEntityTitle == source
    assert read.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert meta_end(meta + b"dataset") == len(meta)


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 200, bytes(128) + b"DICM", b"\0" * 128 + b"DICM1234567890123"]
)
def test_what_is_no_dicom_file_has_no_dataset(data: bytes) -> None:
    with pytest.raises(UnreadableInstance):
        meta_end(data)
