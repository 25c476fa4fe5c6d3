"""From the stored pixels of one slice to Hounsfield units (PS3.3 C.7.6.3, C.11.1)."""

from typing import TypeAlias

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.volumes.headers import SliceHeader, StoredFormat
from wetread.domain.errors import UnreadableInstance

Bits: TypeAlias = NDArray[np.uint16]
"""Stored values as 16-bit patterns, whatever their sign."""

AIR_HU = -1024
_INT16 = np.iinfo(np.int16)


def read_hu(header: SliceHeader) -> NDArray[np.int16]:
    """Decode one slice to HU (rows, columns); padding becomes air.

    Raise `UnreadableInstance` where pixel data are missing, cut short, or do not decode.
    """
    syntax = header.transfer_syntax_uid
    if syntax.is_compressed or syntax.is_deflated:
        bits = _decoded(header)
    else:
        bits = _native(_stored_bytes(header), header)
    return hu_from_bits(bits, header.format)


def hu_from_bits(bits: Bits, stored: StoredFormat) -> NDArray[np.int16]:
    """Apply sign, rescale and padding to stored values of any shape."""
    values = _values(bits, stored)
    hu = values.astype(np.float32)
    hu *= stored.slope
    hu += stored.intercept
    np.clip(np.rint(hu, out=hu), _INT16.min, _INT16.max, out=hu)
    result = hu.astype(np.int16)
    if stored.padding is not None:
        result[_is_padding(bits, values, stored.padding)] = AIR_HU
    return result


def _values(bits: Bits, stored: StoredFormat) -> NDArray[np.int16] | Bits:
    """Drop what lies outside the stored bits (old overlays) and give the sign its meaning."""
    upward = np.uint16(15 - stored.high_bit)
    downward = 16 - stored.bits_stored
    shifted = bits << upward
    if stored.signed:
        return shifted.view(np.int16) >> np.int16(downward)
    return shifted >> np.uint16(downward)


def _is_padding(
    bits: Bits, values: NDArray[np.int16] | Bits, padding: tuple[int, int]
) -> NDArray[np.bool_]:
    """Mark pixels that say nothing (PS3.3 C.7.5.1.1.2).

    Padding is often written with all allocated bits though fewer are stored: so the whole
    pattern counts as well as the value.
    """
    limits = np.array(padding, dtype=np.uint16)
    low, high = sorted(limits.view(values.dtype).tolist())
    within: NDArray[np.bool_] = (values >= low) & (values <= high)
    whole: NDArray[np.bool_] = bits == limits[0]
    return within | whole


def _stored_bytes(header: SliceHeader) -> bytes:
    """Return the pixels as they lie in the file; fewer bytes than declared where it ends before."""
    pixels = header.native_pixels
    if pixels is None or not pixels.length:
        raise UnreadableInstance(f"{header.path.name} has no pixel data, or not to their end")
    try:
        with header.path.open("rb") as file:
            file.seek(pixels.offset)
            return file.read(pixels.length)
    except OSError as error:
        raise UnreadableInstance(f"{header.path.name} cannot be read to its end") from error


def _decoded(header: SliceHeader) -> Bits:
    """Inflate or decode what does not lie in the file as it is."""
    name = header.path.name
    try:
        ds = pydicom.dcmread(header.path)
    except Exception as error:  # a broken file makes the parser raise whatever it likes
        raise UnreadableInstance(f"{name} cannot be read to its end") from error
    if not ds.get("PixelData"):
        raise UnreadableInstance(f"{name} has no pixel data, or not to their end")
    if header.transfer_syntax_uid.is_deflated:
        return _native(ds.PixelData, header)
    return _decompress(ds, header)


def _native(pixel_data: bytes, header: SliceHeader) -> Bits:
    """View uncompressed pixel data; more bytes than needed are tolerated, fewer are not."""
    order = "<" if header.transfer_syntax_uid.is_little_endian else ">"
    kind = np.dtype(f"{order}u{header.format.bits_allocated // 8}")
    count = header.rows * header.columns
    if len(pixel_data) < count * kind.itemsize:
        raise UnreadableInstance(
            f"{header.path.name} has {len(pixel_data)} of {count * kind.itemsize} bytes of pixels"
        )
    stored = np.frombuffer(pixel_data, kind, count).reshape(header.rows, header.columns)
    return stored.astype(np.uint16, copy=False)


def _decompress(ds: Dataset, header: SliceHeader) -> Bits:
    """Decode a compressed slice with whichever codec is installed."""
    try:
        decoded = ds.pixel_array
    except Exception as error:  # and so do codecs
        raise UnreadableInstance(
            f"{header.path.name} does not decode as {header.transfer_syntax_uid.name}"
        ) from error
    if decoded.shape != (header.rows, header.columns):
        raise UnreadableInstance(f"{header.path.name} decodes to another size than it declares")
    return decoded.astype(np.int32).astype(np.uint16)
