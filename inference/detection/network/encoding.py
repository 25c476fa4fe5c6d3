"""The lungs as the network sees them: 1 mm, lung window, 8 bits."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.detection.lung_grid import lung_box
from inference.lungs import LungMask
from inference.volumes.resample import resample_encoded
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.volumes import CtVolume

SPACING_MM: Final = 1.0
MARGIN_MM: Final = 12.0  # around the lungs: what lies beyond is not looked at
FLOOR_HU: Final = -1000.0
CEILING_HU: Final = 400.0
_STEPS = 255.0


def encode_hu(hu: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return HU from -1000 to 400 as 0 to 255, 5.5 HU a step: far below the noise of a CT."""
    scaled = np.asarray(hu - np.float32(FLOOR_HU))
    scaled *= np.float32(_STEPS / (CEILING_HU - FLOOR_HU))  # in place: a chest is 100 MB
    np.rint(scaled, out=scaled)
    np.clip(scaled, 0, _STEPS, out=scaled)
    return scaled.astype(np.uint8)


def encode_lungs(volume: CtVolume, lungs: LungMask) -> tuple[NDArray[np.uint8], VolumeGeometry]:
    """Return what the network looks at in a volume: the lungs and a margin; and its grid."""
    box = lung_box(volume.geometry, lungs, MARGIN_MM)
    return resample_encoded(volume, box, (SPACING_MM,) * 3, encode=encode_hu)
