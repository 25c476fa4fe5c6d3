"""The file that a result becomes (PS3.10), written so that it is whole or not there."""

import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydicom import DataElement, Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import (
    correct_ambiguous_vr,
    write_data_element,
    write_file_meta_info,
)
from pydicom.tag import BaseTag
from pydicom.uid import UID, ExplicitVRLittleEndian
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR

from routing.implementation import IMPLEMENTATION_CLASS_UID
from wetread import __version__

_ASCII_FOR: Final = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "−": "-",
        "×": "x",
        "·": ".",
        "≥": ">=",
        "≤": "<=",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
    }
)


def file_bytes(own: Dataset, inherited: Mapping[BaseTag, bytes]) -> bytes:
    """Return the Part 10 file of a result: our own elements with the inherited among them.

    Text of ``own`` is made ASCII in place: it must hold under the inherited character set.
    """
    own.walk(_make_ascii)
    whole = correct_ambiguous_vr(own, is_little_endian=True)
    elements = {element.tag: _encoded(element) for element in whole} | dict(inherited)
    return _preamble_and_meta(own) + b"".join(elements[tag] for tag in sorted(elements))


def write_atomically(path: Path, content: bytes) -> None:
    """Write and sync a file beside its place, then move it there: nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def ascii_text(text: str) -> str:
    """Return the text in ASCII, with `?` for what has no likeness there."""
    likeness = unicodedata.normalize("NFKD", text.translate(_ASCII_FOR))
    bare = "".join(letter for letter in likeness if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode("ascii")


def _make_ascii(_: Dataset, element: DataElement) -> None:
    if element.VR not in CUSTOMIZABLE_CHARSET_VR or element.is_empty:
        return
    if element.VM > 1:
        element.value = [ascii_text(str(value)) for value in element.value]
    else:
        element.value = ascii_text(str(element.value))


def _encoded(element: DataElement) -> bytes:
    file = DicomBytesIO()
    file.is_little_endian, file.is_implicit_VR = True, False
    write_data_element(file, element)
    return file.getvalue()


def _preamble_and_meta(own: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = own.SOPClassUID
    meta.MediaStorageSOPInstanceUID = own.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = f"WETREAD_{__version__}"[:16]
    file = DicomBytesIO()
    write_file_meta_info(file, meta, enforce_standard=True)
    return b"\0" * 128 + b"DICM" + file.getvalue()
