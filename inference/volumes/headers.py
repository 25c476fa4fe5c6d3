"""What one CT slice says of itself, beside its pixels (PS3.3 C.7.6.2, C.7.6.3, C.8.2.1)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.filereader import data_element_generator
from pydicom.tag import Tag
from pydicom.uid import UID, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage

from wetread.domain.errors import UnreadableInstance, VolumeError

_Values: TypeAlias = dict[str, Any]  # by DICOM keyword; None where absent

_MULTI_FRAME_CT = {EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage}
_GREY = {"MONOCHROME1", "MONOCHROME2"}
_HOUNSFIELD = {"HU", "US"}  # US is "unspecified", usual for an original image
_PIXEL_DATA: Final = Tag("PixelData")
_UNDEFINED_LENGTH: Final = 0xFFFFFFFF  # PS3.5 7.1.1
_KEYWORDS = (
    "SOPClassUID",
    "FrameOfReferenceUID",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFormat:
    """How stored values become Hounsfield units."""

    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    padding: tuple[int, int] | None  # 16-bit patterns: the value and its range limit
    slope: float
    intercept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NativePixels:
    """Where a file holds its pixels, neither compressed nor deflated."""

    offset: int  # bytes from the file's beginning
    length: int  # bytes as declared; the file may end before


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceHeader:
    """The geometry and the pixel format of one slice."""

    path: Path
    transfer_syntax_uid: UID
    frame_of_reference_uid: str
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, float]  # between rows, between columns
    orientation: tuple[float, ...]  # six cosines: along a row, down a column
    position_lps_mm: tuple[float, ...]
    format: StoredFormat
    native_pixels: NativePixels | None


def read_header(path: Path) -> SliceHeader:
    """Read a slice's header and check that it is a single grey image with geometry and HU.

    Raise `UnreadableInstance` where the file is no DICOM, `VolumeError` where it is of a kind
    that no volume is made of.
    """
    try:
        with path.open("rb") as file:
            ds = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=list(_KEYWORDS))
            values = {keyword: ds.get(keyword) for keyword in _KEYWORDS}
            syntax = UID(ds.file_meta.TransferSyntaxUID)
            stored_plainly = not (syntax.is_compressed or syntax.is_deflated)
            native_pixels = _next_pixels(file, ds) if stored_plainly else None
    except Exception as error:  # a broken file makes the parser raise whatever it likes
        raise UnreadableInstance(f"{path.name} cannot be read as a DICOM file") from error
    _check_kind(path, values)
    return SliceHeader(
        path=path,
        transfer_syntax_uid=syntax,
        frame_of_reference_uid=str(_required(path, values, "FrameOfReferenceUID")),
        rows=int(_required(path, values, "Rows")),
        columns=int(_required(path, values, "Columns")),
        pixel_spacing_mm=_pixel_spacing(path, values),
        orientation=_numbers(path, values, "ImageOrientationPatient", 6),
        position_lps_mm=_numbers(path, values, "ImagePositionPatient", 3),
        format=_stored_format(path, values),
        native_pixels=native_pixels,
    )


def _next_pixels(file: BinaryIO, header: pydicom.Dataset) -> NativePixels | None:
    """Return where the pixels are that follow a header; None where none follow."""
    implicit, little_endian = header.original_encoding
    elements = data_element_generator(file, bool(implicit), bool(little_endian), defer_size=0)
    element = next(elements, None)
    if not isinstance(element, RawDataElement) or element.tag != _PIXEL_DATA:
        return None
    if element.length == _UNDEFINED_LENGTH:
        return None
    return NativePixels(offset=element.value_tell, length=element.length)


def _check_kind(path: Path, values: _Values) -> None:
    """Raise `VolumeError` for colour, multi-frame and uncalibrated images."""
    name = path.name
    if values["SOPClassUID"] in _MULTI_FRAME_CT or (values["NumberOfFrames"] or 1) > 1:
        raise VolumeError(f"{name} is a multi-frame image; only one slice per file can be read")
    if values["SamplesPerPixel"] not in (None, 1) or (
        values["PhotometricInterpretation"] not in _GREY
    ):
        raise VolumeError(f"{name} is a colour image and holds no Hounsfield units")
    if (values["RescaleType"] or "HU") not in _HOUNSFIELD:
        raise VolumeError(f"{name} is rescaled to {values['RescaleType']}, not Hounsfield units")


def _stored_format(path: Path, values: _Values) -> StoredFormat:
    """Read the pixel format; raise `VolumeError` where it is not one of CT."""
    allocated = int(_required(path, values, "BitsAllocated"))
    stored = int(_required(path, values, "BitsStored"))
    high = int(stored - 1 if values["HighBit"] is None else values["HighBit"])
    if allocated not in (8, 16) or not 0 < stored <= high + 1 <= allocated:
        raise VolumeError(f"{path.name} has {stored} bits stored of {allocated}, not a CT format")
    slope = float(_required(path, values, "RescaleSlope"))
    if slope == 0:
        raise VolumeError(f"{path.name} has a rescale slope of 0")
    value, limit = values["PixelPaddingValue"], values["PixelPaddingRangeLimit"]
    return StoredFormat(
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high,
        signed=int(_required(path, values, "PixelRepresentation")) == 1,
        padding=None if value is None else (_bits(value), _bits(value if limit is None else limit)),
        slope=slope,
        intercept=float(_required(path, values, "RescaleIntercept")),
    )


def _pixel_spacing(path: Path, values: _Values) -> tuple[float, float]:
    """Read PixelSpacing (PS3.3 10.7.1.3); raise `VolumeError` unless both are positive."""
    between_rows, between_columns = _numbers(path, values, "PixelSpacing", 2)
    if not (between_rows > 0 and between_columns > 0):
        raise VolumeError(f"{path.name} has a pixel spacing that is not positive")
    return between_rows, between_columns


def _numbers(path: Path, values: _Values, keyword: str, count: int) -> tuple[float, ...]:
    """Return a multi-valued number; raise `VolumeError` for another count."""
    value = _required(path, values, keyword)
    numbers = tuple(float(part) for part in value) if hasattr(value, "__iter__") else ()
    if len(numbers) != count:
        raise VolumeError(f"{path.name} has a {keyword} of {len(numbers)} numbers, not {count}")
    return numbers


def _required(path: Path, values: _Values, keyword: str) -> Any:  # noqa: ANN401 - any DICOM value
    """Return a value; raise `VolumeError` where it is absent or empty."""
    value = values[keyword]
    if value is None or value == "":
        raise VolumeError(f"{path.name} has no {keyword}")
    return value


def _bits(value: int | bytes) -> int:
    """Return the 16-bit pattern of a padding value, whether it came as US, SS or raw bytes."""
    return (int.from_bytes(value, "little") if isinstance(value, bytes) else value) & 0xFFFF
