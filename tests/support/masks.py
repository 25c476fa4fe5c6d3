"""Voxels of nodules that tests mark, as the measurement would leave them."""

from collections.abc import Sequence

import numpy as np

from wetread.domain.findings import Nodule
from wetread.domain.masks import NoduleMask
from wetread.domain.studies import StoredInstance


def mask_around(nodule: Nodule, series: Sequence[StoredInstance], half: int = 3) -> NoduleMask:
    """Return a ball of voxels about the mark of a nodule, one slice to either side of its own."""
    mark = nodule.measurement.mark
    uids = [one.sop_instance_uid for one in series]
    z = uids.index(mark.sop_instance_uid)
    column, row = (int(value) for value in mark.center_px)
    steps = np.arange(-half, half + 1)
    slices = np.arange(-1, 2)
    ball = slices[:, None, None] ** 2 + steps[None, :, None] ** 2 + steps**2 <= half**2
    return NoduleMask(
        center_lps_mm=nodule.measurement.center_lps_mm,
        spacing_zyx_mm=(1.0, 0.7, 0.7),
        sop_instance_uids=tuple(uids[z - 1 : z + 2]),
        first_row=row - half,
        first_column=column - half,
        voxels=ball,
    )
