"""Places in the training lungs that look like nodules to the network and are none."""

from pathlib import Path
from typing import Final

import numpy as np
import torch

from inference.detection.network.candidates import drop_doubles, find_peaks
from inference.detection.network.encoding import encode_hu
from inference.detection.network.inference import run_network
from inference.detection.network.training.appearance import change_appearance
from inference.detection.network.training.lungs import TrainingLung, load_lung
from inference.development.held_out import HELD_OUT_PATIENTS
from inference.development.split import is_held_out
from wetread.domain.geometry import FloatArray

_LEAST_SCORE: Final = 0.05
_MOST_PER_LUNG: Final = 60
_LOOKS: Final = 2  # as it is, and as another scanner would have shown it
_CLEAR_MM: Final = 6.0


@torch.inference_mode()
def find_hard_places(network: torch.nn.Module, lungs: Path) -> dict[str, FloatArray]:
    """Return for each lung the places (N, 3) in voxels, most misleading first."""
    found = {}
    for path in sorted(lungs.glob("*.npz")):
        lung = load_lung(path)
        if lung.patient in HELD_OUT_PATIENTS or is_held_out(lung.patient):
            continue
        places = [_places(network, lung, look) for look in range(_LOOKS)]
        found[lung.name] = np.concatenate(places)
    return found


def _places(network: torch.nn.Module, lung: TrainingLung, look: int) -> FloatArray:
    hu = lung.hu.astype(np.float32)
    if look:
        random = np.random.default_rng([look, *lung.name.encode()])
        hu = change_appearance(hu, lung.slice_mm, random)
    output = run_network(network, encode_hu(hu), torch.device("cpu"))
    peaks = drop_doubles(find_peaks(output, lowest_score=_LEAST_SCORE, limit=400))
    z, y, x = np.clip(np.rint(peaks.center).astype(int).T, 0, np.array(hu.shape)[:, None] - 1)
    misleading = lung.depth_mm[z, y, x] > 0
    for *center, diameter, _ in lung.findings:
        distance = np.linalg.norm(peaks.center - np.asarray(center), axis=1)
        misleading &= distance > diameter / 2 + _CLEAR_MM
    places: FloatArray = peaks.center[misleading][:_MOST_PER_LUNG]
    return places
