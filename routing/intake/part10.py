"""The DICOM file format around a dataset that is kept as it came (PS3.10 7.1)."""

import struct

from routing.implementation import IMPLEMENTATION_CLASS_UID
from routing.intake.elements import Encoding
from wetread.domain.errors import UnreadableInstance

IMPLEMENTATION_VERSION_NAME = "WETREAD"
META_START = 132  # after the preamble and its prefix
META_ENCODING = Encoding(implicit_vr=False, little_endian=True)
_PREAMBLE = bytes(128) + b"DICM"
_GROUP_LENGTH = struct.Struct("<HH2sHL")  # (0002,0000) UL
_VERSION = b"\x02\x00\x00\x00OB\x00\x00\x02\x00\x00\x00\x00\x01"  # (0002,0001) 00 01


def encode_file_meta(
    *, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str, source_ae_title: str
) -> bytes:
    """Return preamble, prefix and file meta information to write before a dataset.

    The calling AE title goes to (0002,0016): the file itself says where it came from.
    """
    elements = b"".join(
        (
            _VERSION,
            _encode(0x0002, b"UI", sop_class_uid),
            _encode(0x0003, b"UI", sop_instance_uid),
            _encode(0x0010, b"UI", transfer_syntax_uid),
            _encode(0x0012, b"UI", IMPLEMENTATION_CLASS_UID),
            _encode(0x0013, b"SH", IMPLEMENTATION_VERSION_NAME),
            _encode(0x0016, b"AE", source_ae_title),
        )
    )
    return _PREAMBLE + _GROUP_LENGTH.pack(0x0002, 0x0000, b"UL", 4, len(elements)) + elements


def meta_end(data: bytes) -> int:
    """Return where the dataset of a DICOM file begins; raise `UnreadableInstance` if nowhere."""
    dataset_start = META_START + _GROUP_LENGTH.size
    if data[META_START - 4 : META_START] != b"DICM" or len(data) < dataset_start:
        raise UnreadableInstance("it is not a DICOM file")
    length: int
    group, element, _, _, length = _GROUP_LENGTH.unpack_from(data, META_START)
    dataset_start += length
    if (group, element) != (0x0002, 0x0000) or dataset_start > len(data):
        raise UnreadableInstance("its file meta information is broken")
    return dataset_start


def _encode(element: int, vr: bytes, text: str) -> bytes:
    value = text.encode("ascii", "replace")
    if len(value) % 2:
        value += b"\0" if vr == b"UI" else b" "
    return struct.pack("<HH2sH", 0x0002, element, vr, len(value)) + value
