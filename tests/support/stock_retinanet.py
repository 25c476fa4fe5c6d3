"""MONAI's own pipeline for its bundle lung_nodule_ct_detection, set up as `inference.json` says.

torchvision, which MONAI asks for the layers of a backbone, is stood in for here.
"""

import io
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from monai.apps.detection.networks import retinanet_network
from monai.apps.detection.networks.retinanet_detector import RetinaNetDetector as StockDetector
from monai.apps.detection.networks.retinanet_network import RetinaNet as StockRetinaNet
from monai.apps.detection.transforms.dictionary import (
    AffineBoxToWorldCoordinated,
    ClipBoxToImaged,
    ConvertBoxModed,
)
from monai.apps.detection.utils.anchor_utils import AnchorGeneratorWithAnchorShape
from monai.data import MetaTensor
from monai.networks.blocks import backbone_fpn_utils
from monai.networks.nets.resnet import resnet50
from monai.transforms import (
    Compose,
    EnsureTyped,
    ScaleIntensityRanged,
    Spacingd,
)
from torch import Tensor, nn

from wetread.domain.volumes import CtVolume

ANCHOR_SHAPES = ((6, 8, 4), (8, 6, 5), (10, 10, 6))
FEATURE_MAP_SCALES = (1, 2, 4)
SIZE_DIVISIBLE = (16, 16, 8)
SPACING_XYZ_MM = (0.703125, 0.703125, 1.25)
PUBLISHED_WINDOW = (512, 512, 192)
PACKAGE_ENTRY = {
    "kind": "retinanet",
    "weights": "models/model.pt",
    "spacing_zyx_mm": [*reversed(SPACING_XYZ_MM)],
    "operating_point": {"score": 0.5},
}


def bundle_configuration(window: tuple[int, int, int] = PUBLISHED_WINDOW) -> dict[str, Any]:
    """Return the plain values of the bundle's ``inference.json``."""
    return {
        "infer_patch_size": window,
        "anchor_generator": {
            "feature_map_scales": FEATURE_MAP_SCALES,
            "base_anchor_shapes": ANCHOR_SHAPES,
        },
        "network_def": {
            "spatial_dims": 3,
            "num_classes": 1,
            "num_anchors": 3,
            "size_divisible": SIZE_DIVISIBLE,
        },
    }


class _LayerGetter(nn.ModuleDict):
    """What torchvision's IntermediateLayerGetter does: layers up to the last one asked for."""

    def __init__(self, model: nn.Module, return_layers: Mapping[str, str]) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        wanted = set(return_layers)
        for name, module in model.named_children():
            layers[name] = module
            wanted.discard(name)
            if not wanted:
                break
        super().__init__(layers)
        self._return_layers = dict(return_layers)

    def forward(self, x: Tensor) -> OrderedDict[str, Tensor]:
        out: OrderedDict[str, Tensor] = OrderedDict()
        for name, module in self.items():
            x = module(x)
            if name in self._return_layers:
                out[self._return_layers[name]] = x
        return out


@contextmanager
def _without_torchvision() -> Iterator[None]:
    layers = SimpleNamespace(_utils=SimpleNamespace(IntermediateLayerGetter=_LayerGetter))
    with (
        patch.object(backbone_fpn_utils, "torchvision_models", layers),
        patch.object(retinanet_network, "_validate_trainable_layers", lambda *_, **__: 5),
    ):
        yield


def stock_network() -> StockRetinaNet:
    """Return MONAI's network with the weights it is born with."""
    backbone = resnet50(
        spatial_dims=3,
        n_input_channels=1,
        conv1_t_stride=(2, 2, 1),
        conv1_t_size=(7, 7, 7),
        feed_forward=False,
    )
    with _without_torchvision():
        features = retinanet_network.resnet_fpn_feature_extractor(
            backbone, 3, returned_layers=[1, 2]
        )
    return StockRetinaNet(3, 1, 3, features, SIZE_DIVISIBLE).eval()


def made_up_weights(seed: int, *, logit: float = -4.5, spread: float = 1.0) -> bytes:
    """Return a state dictionary as bytes: random, and such that some boxes score enough."""
    torch.manual_seed(seed)
    network = stock_network()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
        if isinstance(module, nn.GroupNorm):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
    head, boxes = network.classification_head.cls_logits, network.regression_head.bbox_reg
    nn.init.normal_(head.weight, std=0.01 * spread)
    nn.init.constant_(head.bias, logit)
    nn.init.normal_(boxes.weight, std=0.01)
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    return file.getvalue()


def stock_detector(weights: bytes, window: tuple[int, int, int]) -> StockDetector:
    """Return MONAI's detector with the bundle's settings but for the window."""
    with torch.device("meta"):
        network = stock_network()
    network.load_state_dict(torch.load(io.BytesIO(weights), weights_only=True), assign=True)
    detector = StockDetector(
        network, AnchorGeneratorWithAnchorShape(FEATURE_MAP_SCALES, ANCHOR_SHAPES)
    ).eval()
    detector.set_target_keys(box_key="box", label_key="label")
    detector.set_box_selector_parameters(
        score_thresh=0.02, topk_candidates_per_level=1000, nms_thresh=0.22, detections_per_img=300
    )
    detector.set_sliding_window_inferer(
        roi_size=window, overlap=0.25, sw_batch_size=1, mode="constant", device="cpu"
    )
    return detector


def stock_image(volume: CtVolume) -> MetaTensor:
    """Return the image (1, X, Y, Z) that the bundle's preprocessing makes of a volume."""
    prepare = Compose(
        [
            Spacingd("image", pixdim=SPACING_XYZ_MM),
            ScaleIntensityRanged(
                "image", a_min=-1024.0, a_max=300.0, b_min=0.0, b_max=1.0, clip=True
            ),
            EnsureTyped("image", dtype=torch.float32),
        ]
    )
    return prepare({"image": _oriented_to_ras(volume)})["image"]


def _oriented_to_ras(volume: CtVolume) -> MetaTensor:
    """Return HU (1, X, Y, Z) as Orientationd does, which itself would need nibabel."""
    geometry = volume.geometry
    affine = np.eye(4)
    affine[:3, :3] = geometry.affine
    affine[:3, 3] = geometry.origin_lps_mm
    affine[:2] *= -1  # LPS to RAS
    hu = volume.hu
    order = np.abs(affine[:3, :3]).argmax(axis=1)
    hu, affine[:3, :3] = hu.transpose(order), affine[:3, order]
    for axis in range(3):
        if affine[axis, axis] < 0:
            affine[:3, 3] += affine[:3, axis] * (hu.shape[axis] - 1)
            affine[:3, axis] *= -1
            hu = np.flip(hu, axis)
    return MetaTensor(torch.from_numpy(hu.astype(np.float32))[None], affine=affine)


def stock_boxes(detector: StockDetector, image: MetaTensor) -> dict[str, Tensor]:
    """Return ``box`` (N, 6; voxels x, y, z), ``label`` and ``label_scores`` of an image."""
    use_inferer = image[0].numel() >= np.prod(detector.inferer.roi_size)
    with torch.no_grad():
        return detector(image.as_tensor()[None], use_inferer=use_inferer)[0]


def in_world(found: dict[str, Tensor], image: MetaTensor) -> dict[str, Tensor]:
    """Return the same with boxes as centre and size in LPS mm, the bundle's postprocessing."""
    finish = Compose(
        [
            ClipBoxToImaged("box", "label", box_ref_image_keys="image", remove_empty=True),
            AffineBoxToWorldCoordinated("box", box_ref_image_keys="image", affine_lps_to_ras=True),
            ConvertBoxModed("box", src_mode="xyzxyz", dst_mode="cccwhd"),
        ]
    )
    return finish({**found, "image": image})
