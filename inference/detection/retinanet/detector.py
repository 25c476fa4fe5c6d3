"""The detector that reads packages of kind ``retinanet``."""

import math
from contextlib import ExitStack
from typing import Final

import numpy as np
import torch
from torch import Tensor

from inference.detection.retinanet.architecture import RetinaNet
from inference.detection.retinanet.boxes import LEAST_SCORE, ScoredBoxes, select_boxes
from inference.detection.retinanet.configuration import SPACING_ZYX_MM, read_configuration
from inference.detection.retinanet.lungs import LungSurroundings
from inference.detection.retinanet.prediction import predict_maps
from inference.detection.retinanet.preprocessing import prepare_image
from inference.detection.retinanet.windows import Size, WindowGrid, place_windows
from inference.devices import (
    Precision,
    autocast,
    describe_device,
    is_out_of_memory,
    too_little_memory,
)
from inference.lungs import LungMask, lungs_of
from inference.turns import DeviceTurns
from inference.weights import load_weights
from models.registry import ModelPackage
from wetread.domain.errors import ConfigurationError
from wetread.domain.findings import Candidate, ModelIdentity, OperatingPoint
from wetread.domain.geometry import VolumeGeometry, as_point
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress

_LEAST_LOGIT: Final = math.log(LEAST_SCORE / (1 - LEAST_SCORE))


class RetinaNetDetector:
    """Finds what the bundle's own pipeline finds in the lungs, computing only what may matter.

    ``window`` (x, y, z voxels) replaces the bundle's own, of which a machine may have to compute
    fewer; scores then differ a little, for the network normalises by what is in its window.
    """

    def __init__(
        self,
        package: ModelPackage,
        device: torch.device,
        window: Size | None = None,
        *,
        precision: Precision = Precision.AUTO,
        turns: DeviceTurns | None = None,
    ) -> None:
        package.require_spacing(SPACING_ZYX_MM)
        if package.operating_point is None:
            raise ConfigurationError(f"the model package {package.name} states no operating point")
        configuration = read_configuration(package)
        self._operating_point = package.operating_point
        self._anchors = configuration.anchor_generator
        self._window = window or configuration.infer_patch_size
        with torch.device("meta"):  # weights of its own would be made up for nothing
            network = RetinaNet(len(self._anchors.base_anchor_shapes))
        load_weights(network.to_empty(device="cpu"), package)
        self._network = network.eval().to(device)
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
        """Return at most 300 candidates, best first; raise `AnalysisError` without lungs."""
        return self.search(volume, lungs_of(volume), progress or (lambda _: None), urgency)

    def search(
        self, volume: CtVolume, lungs: LungMask, progress: Progress, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return the candidates in or at the lungs, best first."""
        surroundings = LungSurroundings(lungs)
        image = prepare_image(volume)
        x, y, z = image.values.shape
        grid = place_windows((x, y, z), self._window)
        starts = surroundings.windows_of(grid, image.geometry)
        with self._turns.turn(urgency) as let_pass:

            def tell(share: float) -> None:
                progress(share)
                if share < 1:
                    let_pass()

            try:
                boxes = self.find_boxes(image.values, grid, starts, tell)
            except (RuntimeError, MemoryError) as error:
                if is_out_of_memory(error):  # the window is the bundle's: none is smaller
                    raise too_little_memory(self._device) from error
                raise
        return _candidates(boxes, image.geometry, surroundings)

    def find_boxes(
        self, image: Tensor, grid: WindowGrid, starts: tuple[Size, ...], progress: Progress
    ) -> ScoredBoxes:
        """Return at most 300 boxes in an image (x, y, z), best first, from some windows of it."""
        x, y, z = image.shape
        with ExitStack() as stack:
            stack.enter_context(torch.inference_mode())
            stack.enter_context(autocast(self._device, self._precision))
            if self._device.type == "cuda":
                stack.enter_context(torch.backends.cudnn.flags(enabled=True, benchmark=True))
            maps = predict_maps(
                self._network,
                image,
                grid,
                starts,
                least_logit=_LEAST_LOGIT,
                device=self._device,
                progress=progress,
            )
            return select_boxes(maps, self._anchors, (x, y, z))


def _candidates(
    boxes: ScoredBoxes, geometry: VolumeGeometry, surroundings: LungSurroundings
) -> tuple[Candidate, ...]:
    corners = boxes.boxes.double().cpu().numpy()
    lower_zyx, upper_zyx = corners[:, 2::-1], corners[:, :2:-1]
    centers = geometry.lps_from_voxel((lower_zyx + upper_zyx) / 2)
    diameters = ((upper_zyx - lower_zyx) * np.asarray(geometry.spacing_zyx_mm)).mean(axis=1)
    return tuple(
        Candidate(
            center_lps_mm=as_point(center),
            diameter_mm=round(float(diameter), 1),
            score=round(float(score), 4),
        )
        for center, diameter, score, near in zip(
            centers, diameters, boxes.scores.tolist(), surroundings.hold(centers), strict=True
        )
        if near
    )
