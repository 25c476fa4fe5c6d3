"""Which voxels of the original images a nodule takes up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import Point


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NoduleMask:
    """The voxels of one nodule, in the box around them.

    ``voxels`` (z, y, x) are true inside; slice z lies on the image ``sop_instance_uids[z]``, the
    box begins at ``first_row`` and ``first_column`` of these images. ``center_lps_mm`` is that of
    the measurement it belongs to.
    """

    center_lps_mm: Point
    spacing_zyx_mm: Point
    sop_instance_uids: tuple[str, ...]
    first_row: int
    first_column: int
    voxels: NDArray[np.bool_]
