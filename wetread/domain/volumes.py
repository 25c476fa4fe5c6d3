"""A CT series as one block of Hounsfield units."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wetread.domain.geometry import VolumeGeometry


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class CtVolume:
    """Hounsfield units with their place in the patient.

    ``hu`` is int16 of ``geometry.shape_zyx``; slices ascend along the slice normal.
    ``sop_instance_uids[z]`` is the image that slice z came from: marks are drawn on it.
    Volumes are told apart by identity, and may be referred to weakly: they are large.
    """

    series_instance_uid: str
    frame_of_reference_uid: str
    hu: NDArray[np.int16]
    geometry: VolumeGeometry
    sop_instance_uids: tuple[str, ...]
