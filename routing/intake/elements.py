"""Walk an encoded dataset without decoding it (PS3.5 7.1): fast, silent, and sure of its end."""

import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from wetread.domain.errors import UnreadableInstance

_UNDEFINED = 0xFFFFFFFF
_ITEM = 0xFFFEE000
_ITEM_END = 0xFFFEE00D
_SEQUENCE_END = 0xFFFEE0DD
_PIXEL_DATA = {0x7FE00008, 0x7FE00009, 0x7FE00010}
_LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_DEEPEST_NESTING = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How the elements of a dataset are written."""

    implicit_vr: bool
    little_endian: bool


def read_elements(
    data: bytes, start: int, end: int, encoding: Encoding, wanted: Collection[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield tag and raw value of the wanted top-level elements of ``data[start:end]``.

    Every element is stepped over to the end: a dataset that was cut off anywhere but between two
    elements raises `UnreadableInstance`, after what could be read of it.
    """
    walk = _Walk(data, end, encoding)
    position = start
    while position < end:
        tag, value_at, position = walk.step(position)
        if tag in wanted:
            yield tag, data[value_at:position]


def read_items(
    data: bytes, encoding: Encoding, wanted: Collection[int]
) -> Iterator[dict[int, bytes]]:
    """Yield the wanted elements of each item of a sequence, given its raw value (PS3.5 7.5).

    Raise `UnreadableInstance` where an item is cut off.
    """
    walk = _Walk(data, len(data), encoding)
    position = 0
    while position < len(data):
        tag, length = walk.item_at(position)
        if tag != _ITEM:
            return
        position += 8
        end = len(data) if length == _UNDEFINED else position + length
        elements: dict[int, bytes] = {}
        while position < end and tag != _ITEM_END:
            tag, value_at, position = walk.step(position)
            if tag in wanted:
                elements[tag] = data[value_at:position]
        yield elements


def looks_explicit(data: bytes, start: int) -> bool:
    """Tell whether the element at ``start`` names a value representation."""
    vr = data[start + 4 : start + 6]
    return len(vr) == 2 and vr.isalpha() and vr.isupper()  # noqa: PLR2004 - two letters


class _Walk:
    """Steps over elements; a position is where the next element begins."""

    def __init__(self, data: bytes, end: int, encoding: Encoding) -> None:
        order = "<" if encoding.little_endian else ">"
        self._data = data
        self._end = end
        self._encoding = encoding
        self._implicit = Encoding(implicit_vr=True, little_endian=encoding.little_endian)
        self._unpack_tag = struct.Struct(f"{order}HH").unpack_from
        self._unpack_short = struct.Struct(f"{order}H").unpack_from
        self._unpack_long = struct.Struct(f"{order}L").unpack_from

    def step(
        self, position: int, encoding: Encoding | None = None, depth: int = 0
    ) -> tuple[int, int, int]:
        """Return the tag of the element, where its value begins, and where it ends."""
        encoding = encoding or self._encoding
        tag, length = self._tag_at(position), 0
        vr = b""
        # Some writers switch to implicit VR in the middle.
        if encoding.implicit_vr or not looks_explicit(self._data, position):
            length = self._length_at(position + 4)
            value_at = position + 8
        elif (vr := self._data[position + 4 : position + 6]) in _LONG_VRS:
            length = self._length_at(position + 8)
            value_at = position + 12
        else:
            (length,) = self._unpack_short(self._data, position + 6)
            value_at = position + 8
        if length == _UNDEFINED:
            inner = self._implicit if vr == b"UN" else encoding  # PS3.5 6.2.2 note 2
            return tag, value_at, self._step_over_items(value_at, inner, tag, depth)
        if value_at + length > self._end:
            raise UnreadableInstance("the dataset ends too early")
        return tag, value_at, value_at + length

    def item_at(self, position: int) -> tuple[int, int]:
        """Return tag and length of an item or a delimiter."""
        return self._tag_at(position), self._length_at(position + 4)

    def _step_over_items(self, position: int, encoding: Encoding, parent: int, depth: int) -> int:
        """Step over the items, or fragments of pixel data, of an element of undefined length."""
        if depth > _DEEPEST_NESTING:
            raise UnreadableInstance("its sequences are nested too deep")
        while True:
            tag, length = self.item_at(position)
            position += 8
            if tag == _SEQUENCE_END:
                return position
            if tag != _ITEM or (length == _UNDEFINED and parent in _PIXEL_DATA):
                raise UnreadableInstance("a sequence holds something that is no item")
            if length != _UNDEFINED:
                position += length
                continue
            while tag != _ITEM_END:
                tag, _, position = self.step(position, encoding, depth + 1)

    def _tag_at(self, position: int) -> int:
        if position + 8 > self._end:
            raise UnreadableInstance("the dataset ends too early")
        group, element = self._unpack_tag(self._data, position)
        return int(group << 16 | element)

    def _length_at(self, position: int) -> int:
        if position + 4 > self._end:
            raise UnreadableInstance("the dataset ends too early")
        return int(self._unpack_long(self._data, position)[0])
