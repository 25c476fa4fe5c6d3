"""The box of an array that a mask fills."""

import numpy as np
from numpy.typing import NDArray

from inference.volumes.resample import Box


def box_of(mask: NDArray[np.bool_], margin: int = 0) -> Box:
    """Return where a mask that is not empty lies, and a margin as far as the array reaches."""
    seen = (np.flatnonzero(mask.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1)))
    z, y, x = (slice(max(0, int(at[0]) - margin), int(at[-1]) + 1 + margin) for at in seen)
    return z, y, x
