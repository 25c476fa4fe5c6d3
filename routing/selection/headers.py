"""Read from one file what the rules ask for, without its pixels."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

from pydicom import Dataset, dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.multival import MultiValue
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian

from routing.selection.conditions import Component, Values
from wetread.domain.errors import UnreadableInstance
from wetread.domain.studies import StoredInstance

_ALWAYS_READ: Final = (
    "Modality",
    "SeriesDescription",
    "ConvolutionKernel",
    "SliceThickness",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "Rows",
    "Columns",
    "BitsAllocated",
    "SamplesPerPixel",
)
_ELEMENT_HEADER_BYTES = 8  # the least that tag and length of the pixel data take (PS3.5 7.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHeader:
    """One readable file; an attribute it does not state, or not legibly, has no values."""

    instance: StoredInstance
    has_pixels: bool  # all of them, as far as can be told without decoding
    attributes: Mapping[str, Values]

    def values(self, keyword: str) -> Values:
        """Return the components of an attribute by its DICOM keyword."""
        return self.attributes.get(keyword, ())

    def numbers(self, keyword: str, count: int) -> tuple[float, ...] | None:
        """Return exactly ``count`` finite numbers, or None."""
        values = self.values(keyword)
        numbers = tuple(float(value) for value in values if isinstance(value, int | float))
        return numbers if len(numbers) == len(values) == count else None

    @property
    def orientation(self) -> tuple[float, ...] | None:
        """Six direction cosines, row then column (PS3.3 C.7.6.2.1.1)."""
        return self.numbers("ImageOrientationPatient", 6)

    @property
    def position_lps_mm(self) -> tuple[float, ...] | None:
        """Centre of the first pixel."""
        return self.numbers("ImagePositionPatient", 3)

    @property
    def thickness_mm(self) -> float | None:
        """SliceThickness; 0 is how some writers say that they do not know."""
        thickness = self.numbers("SliceThickness", 1)
        return thickness[0] if thickness and thickness[0] > 0 else None


def read_header(instance: StoredInstance, keywords: Collection[str] = ()) -> ImageHeader:
    """Read the attributes named, and those that measuring needs; raise `UnreadableInstance`."""
    wanted = sorted({*_ALWAYS_READ, *keywords})
    tags = [tag for keyword in wanted if (tag := tag_for_keyword(keyword)) is not None]
    try:
        with instance.path.open("rb") as file:
            dataset = dcmread(file, stop_before_pixels=True, specific_tags=list(tags))
            attributes = {keyword: _values(dataset, keyword) for keyword in wanted}
            has_pixels = _has_pixels(file, instance.path, dataset)
    except Exception as error:  # broken bytes make pydicom raise nearly anything
        raise UnreadableInstance(f"{instance.path.name} cannot be read: {error}") from error
    return ImageHeader(instance=instance, has_pixels=has_pixels, attributes=attributes)


def _values(dataset: Dataset, keyword: str) -> Values:
    try:
        value = dataset.get(keyword)
    except (ValueError, OverflowError, TypeError):
        return ()  # e.g. letters where a number belongs: the same as saying nothing
    parts = value if isinstance(value, MultiValue | list | tuple) else [value]
    components = (_component(part) for part in parts)
    return tuple(component for component in components if component is not None)


def _component(part: object) -> Component | None:
    if part is None or part == "":
        return None
    if isinstance(part, bool | str):
        return str(part).strip() or None
    if isinstance(part, int):
        return int(part)
    if isinstance(part, float | Decimal):
        return float(part) if math.isfinite(part) else None
    return str(part)


def _has_pixels(file: BinaryIO, path: Path, dataset: Dataset) -> bool:
    """Tell by the bytes that follow the header, where reading stopped, whether pixels are there."""
    syntax = UID(str(dataset.file_meta.get("TransferSyntaxUID", "")))
    if syntax == DeflatedExplicitVRLittleEndian:
        return "PixelData" in dcmread(path)  # the file's own length tells nothing
    following = path.stat().st_size - file.tell() - _ELEMENT_HEADER_BYTES
    if syntax.is_private or not syntax.is_transfer_syntax or syntax.is_compressed:
        return following > 0
    try:
        bits = (
            int(dataset.Rows)
            * int(dataset.Columns)
            * int(dataset.BitsAllocated)
            * int(dataset.get("SamplesPerPixel") or 1)
        )
    except (AttributeError, TypeError, ValueError):
        return following > 0  # what is missing is named by another rule
    return following * 8 >= bits > 0
