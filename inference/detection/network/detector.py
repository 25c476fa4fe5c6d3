"""Our own network behind the detector's port."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.detection.network.architecture import NoduleNet
from inference.detection.network.encoding import SPACING_MM
from inference.detection.network.fusion import fuse_normalisation
from inference.detection.network.inference import run_network
from inference.detection.network.search import search_nodules
from inference.devices import Precision, describe_device
from inference.lungs import lungs_of
from inference.turns import DeviceTurns
from inference.weights import load_weights
from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import Candidate, ModelIdentity, OperatingPoint
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress

_LUNGS_SHARE = 0.2  # of the time, for the progress told


class NetworkDetector:
    """Finds nodules of 3 to 40 mm in the lungs; the same volume gives the same candidates."""

    def __init__(
        self,
        package: ModelPackage,
        device: torch.device,
        network: nn.Module | None = None,
        *,
        precision: Precision = Precision.AUTO,
        turns: DeviceTurns | None = None,
    ) -> None:
        """``network`` computes what the package's own would; None: that one is loaded.

        ``turns`` are shared with whoever else uses the device; None: nobody does.
        """
        package.require_spacing((SPACING_MM,) * 3)
        if package.operating_point is None:
            raise ConfigurationError(f"the model package {package.name} names no operating point")
        self._operating_point = package.operating_point
        self._network = (network or load_network(package)).to(device)
        self._device = device
        self._precision = precision
        self._turns = turns or DeviceTurns()
        self._model = package.identity(device=describe_device(device))

    @property
    def model(self) -> ModelIdentity:
        """Which package this is."""
        return self._model

    @property
    def operating_point(self) -> OperatingPoint:
        """Candidates at or above its score are marked."""
        return self._operating_point

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return at most 100 candidates, best first; raise `AnalysisError` without lungs."""
        tell = progress or (lambda _: None)
        lungs = lungs_of(volume)
        tell(_LUNGS_SHARE)
        candidates = search_nodules(lambda image: self._look_at(image, urgency), volume, lungs)
        tell(1.0)
        return candidates

    def _look_at(self, image: NDArray[np.uint8], urgency: int) -> Tensor:
        with self._turns.turn(urgency) as let_pass:
            return run_network(
                self._network,
                image,
                self._device,
                precision=self._precision,
                between=let_pass,
            )


def load_network(package: ModelPackage) -> NoduleNet:
    """Return the network of a package, ready to look; raise `ConfigurationError`."""
    first, second, third, fourth = package.read_inference()["network_def"]["channels"]
    network = NoduleNet((first, second, third, fourth))
    load_weights(network, package)
    return fuse_normalisation(network.eval())
