"""The lungs of a volume are segmented once, and forgotten with it."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from inference.lungs import lungs_of
from tests.support.chest_ct import chest
from wetread.domain.errors import AnalysisError

COARSE = (5.0, 4.0, 4.0)


def test_whoever_asks_and_however_many_at_once_the_lungs_are_the_same() -> None:
    volume, other = chest(spacing_zyx_mm=COARSE), chest(spacing_zyx_mm=COARSE)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lungs_of, [volume] * 8))

    assert len({id(lungs) for lungs in answers}) == 1
    assert lungs_of(other) is not lungs_of(volume)


def test_the_lungs_live_no_longer_than_their_volume() -> None:
    volume = chest(spacing_zyx_mm=COARSE)
    lungs = weakref.ref(lungs_of(volume).mask)
    assert lungs() is not None

    del volume
    gc.collect()

    assert lungs() is None


def test_a_body_without_lungs_is_an_error_each_time() -> None:
    volume = chest(lungs=0, spacing_zyx_mm=COARSE)
    for _ in range(2):
        with pytest.raises(AnalysisError, match="no lung"):
            lungs_of(volume)
