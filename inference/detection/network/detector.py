"""Our own network behind the detector's port."""

import torch
from torch import nn

from inference.detection.network.architecture import NoduleNet
from inference.detection.network.encoding import SPACING_MM
from inference.detection.network.fusion import fuse_normalisation
from inference.detection.network.search import search_nodules
from inference.devices import describe_device
from inference.lungs import lungs_of
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
        self, package: ModelPackage, device: torch.device, network: nn.Module | None = None
    ) -> None:
        """``network`` computes what the package's own would; None: that one is loaded."""
        package.require_spacing((SPACING_MM,) * 3)
        if package.operating_point is None:
            raise ConfigurationError(f"the model package {package.name} names no operating point")
        self._operating_point = package.operating_point
        self._network = (network or load_network(package)).to(device)
        self._device = device
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
        del urgency  # nothing queues here
        tell = progress or (lambda _: None)
        lungs = lungs_of(volume)
        tell(_LUNGS_SHARE)
        candidates = search_nodules(self._network, volume, lungs, self._device)
        tell(1.0)
        return candidates


def load_network(package: ModelPackage) -> NoduleNet:
    """Return the network of a package, ready to look; raise `ConfigurationError`."""
    first, second, third, fourth = package.read_inference()["network_def"]["channels"]
    network = NoduleNet((first, second, third, fourth))
    load_weights(network, package)
    return fuse_normalisation(network.eval())
