"""Tell the same instance in another encoding from another instance under the same UID."""

import warnings
from pathlib import Path

import numpy as np
from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement, RawDataElement

_TRAILING_PADDING = 0xFFFCFFFC
_WORD_BYTES = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}


def is_same_instance(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same attributes, uncompressed or compressed alike.

    When in doubt (a file cannot be decoded, private values in different byte orders) the answer is
    no: then both are kept.
    """
    with warnings.catch_warnings():  # pydicom warns with the values in hand
        warnings.simplefilter("ignore")
        try:
            first, second = dcmread(one), dcmread(other)
            syntaxes = {one.file_meta.TransferSyntaxUID for one in (first, second)}
            if len(syntaxes) > 1 and any(syntax.is_encapsulated for syntax in syntaxes):
                return False
            return _same_attributes(first, second)
        except Exception:  # noqa: BLE001 - pydicom raises anything on broken files
            return False


def _same_attributes(first: Dataset, second: Dataset) -> bool:
    tags = _tags(first)
    return tags == _tags(second) and all(_same_element(first, second, tag) for tag in tags)


def _tags(dataset: Dataset) -> set[int]:
    """Return all tags but group lengths and padding, which are the encoding's."""
    return {int(tag) for tag in dataset.keys() if tag.element and tag != _TRAILING_PADDING}  # noqa: SIM118 - a Dataset iterates over elements


def _same_element(first: Dataset, second: Dataset, tag: int) -> bool:
    one, other = first.get_item(tag), second.get_item(tag)
    if (
        isinstance(one, RawDataElement)
        and isinstance(other, RawDataElement)
        and one.is_little_endian == other.is_little_endian
        and one.value == other.value
    ):
        return True
    one, other = first[tag], second[tag]
    if one.VR == "SQ" == other.VR:
        return len(one.value) == len(other.value) and all(
            _same_attributes(*items) for items in zip(one.value, other.value, strict=True)
        )
    return bool(_comparable(first, one) == _comparable(second, other))


def _comparable(dataset: Dataset, element: DataElement) -> object:
    """Return the value; words in little-endian order, as pydicom leaves them as they came."""
    size = _WORD_BYTES.get(element.VR)
    if size is None or not isinstance(element.value, bytes) or dataset.original_encoding[1]:
        return element.value
    return np.frombuffer(element.value, f">u{size}").astype(f"<u{size}").tobytes()
