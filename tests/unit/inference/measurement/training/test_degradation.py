import numpy as np
import pytest

from inference.measurement.training.degradation import degrade


@pytest.mark.parametrize("seed", range(12))
def test_another_scanner_shows_the_same_tissue(seed: int) -> None:
    hu = np.full((32, 32, 32), -850, dtype=np.float32)
    hu[12:20, 12:20, 12:20] = 0
    seen = degrade(hu, 0.7, 8.0, np.random.default_rng(seed))

    assert seen.shape == hu.shape
    assert np.isfinite(seen).all()
    assert seen[:8].mean() == pytest.approx(-850, abs=60)
    assert seen.mean() == pytest.approx(hu.mean(), abs=60)
    assert np.corrcoef(seen.ravel(), hu.ravel())[0, 1] > 0.6
