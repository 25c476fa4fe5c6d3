"""What goes to a Triton server and back stays what it was."""

from hypothesis import given
from hypothesis import strategies as st

from inference.serving.exchange import (
    decode_candidates,
    decode_geometry,
    decode_text,
    encode_candidates,
    encode_geometry,
    encode_text,
    level_of,
)
from tests.support.volumes import geometries
from wetread.domain.findings import Candidate
from wetread.domain.geometry import VolumeGeometry

_MM = st.floats(-1e4, 1e4)
_CANDIDATES = st.builds(
    Candidate,
    center_lps_mm=st.tuples(_MM, _MM, _MM),
    diameter_mm=st.floats(2, 80),
    score=st.floats(0, 1),
)


@given(geometries())
def test_geometry(geometry: VolumeGeometry) -> None:
    assert decode_geometry(encode_geometry(geometry), geometry.shape_zyx) == geometry


@given(st.lists(_CANDIDATES, max_size=5).map(tuple))
def test_candidates(candidates: tuple[Candidate, ...]) -> None:
    assert decode_candidates(encode_candidates(candidates)) == candidates


@given(st.text(max_size=20))
def test_text(text: str) -> None:
    assert decode_text(encode_text(text)) == text


@given(st.integers(-10, 110), st.integers(-10, 110))
def test_the_more_urgent_is_never_on_a_later_level(one: int, other: int) -> None:
    levels = {level_of(one), level_of(other)}
    assert levels <= set(range(1, 102))  # Triton counts from 1
    if one >= other:
        assert level_of(one) <= level_of(other)
