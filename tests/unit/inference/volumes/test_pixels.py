import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.volumes.headers import StoredFormat
from inference.volumes.pixels import AIR_HU, hu_from_bits

PLAIN = StoredFormat(
    bits_allocated=16,
    bits_stored=16,
    high_bit=15,
    signed=True,
    padding=None,
    slope=1.0,
    intercept=-1024.0,
)


def plain_hu(pattern: int, stored: StoredFormat) -> int:
    """Do the arithmetic of PS3.3 one pixel at a time."""
    value = (pattern >> (stored.high_bit + 1 - stored.bits_stored)) % (1 << stored.bits_stored)
    if stored.signed and value >= 1 << (stored.bits_stored - 1):
        value -= 1 << stored.bits_stored
    if stored.padding is not None:
        signs = [p - 65536 if stored.signed and p >= 32768 else p for p in stored.padding]
        if pattern == stored.padding[0] or min(signs) <= value <= max(signs):
            return AIR_HU
    return max(-32768, min(32767, round(value * stored.slope + stored.intercept)))


@st.composite
def formats(draw: st.DrawFn) -> StoredFormat:
    high = draw(st.integers(7, 15))
    pattern = st.integers(0, 65535)
    return StoredFormat(
        bits_allocated=16,
        bits_stored=draw(st.integers(6, high + 1)),
        high_bit=high,
        signed=draw(st.booleans()),
        padding=draw(st.none() | st.tuples(pattern, pattern)),
        slope=draw(st.sampled_from([1.0, 0.5, 2.0, 0.25, 1.75])),
        intercept=draw(st.sampled_from([-1024.0, 0.0, -8192.0, -1000.5])),
    )


@given(formats(), st.lists(st.integers(0, 65535), min_size=1, max_size=40))
def test_any_format_gives_what_plain_arithmetic_gives(
    stored: StoredFormat, patterns: list[int]
) -> None:
    hu = hu_from_bits(np.array(patterns, dtype=np.uint16), stored)
    assert hu.dtype == np.int16
    assert hu.tolist() == [plain_hu(pattern, stored) for pattern in patterns]


@pytest.mark.parametrize(
    ("pattern", "bits_stored", "signed"),
    [
        (63536, 16, True),  # −2000 in a file that stores 16 bits
        (63536, 12, False),  # the same written over 16 bits though 12 are declared
        (0x0830, 12, True),  # −2000 in 12 bits, not sign extended
    ],
)
def test_padding_is_found_however_scanners_write_it(
    pattern: int, bits_stored: int, *, signed: bool
) -> None:
    stored = StoredFormat(
        bits_allocated=16,
        bits_stored=bits_stored,
        high_bit=bits_stored - 1,
        signed=signed,
        padding=(63536, 63536),
        slope=1.0,
        intercept=0.0,
    )
    bits = np.array([pattern, 100], dtype=np.uint16)
    assert hu_from_bits(bits, stored).tolist() == [AIR_HU, 100]
