"""The network of MONAI's lung_nodule_ct_detection: ResNet-50, feature pyramid, two heads.

MONAI's own constructor needs torchvision for one small class; the parts that hold weights are
MONAI's, put together so that the published state dictionary fits key by key.
"""

from collections import OrderedDict
from typing import Final

from monai.apps.detection.networks.retinanet_network import (
    RetinaNetClassificationHead,
    RetinaNetRegressionHead,
)
from monai.networks.blocks.feature_pyramid_network import FeaturePyramidNetwork, LastLevelMaxPool
from monai.networks.nets.resnet import resnet50
from torch import Tensor, nn

STRIDES: Final = ((4, 4, 2), (8, 8, 4), (16, 16, 8))  # voxels per location of each level (x, y, z)
SIZE_DIVISIBLE: Final = STRIDES[-1]
_CHANNELS: Final = 256
_BODY_CHANNELS: Final = [256, 512]  # of the two ResNet stages that the pyramid stands on
_BODY: Final = ("conv1", "bn1", "act", "maxpool", "layer1", "layer2")


class RetinaNet(nn.Module):
    """Scores and box codes for each anchor at each location of three levels, finest first.

    T.-Y. Lin et al., Focal Loss for Dense Object Detection, 2017; 20.9 million parameters. The
    steps are apart, since a caller may need only some: MONAI's heads are called by their layers,
    without its checks of every value, for each of which a GPU would be waited for.
    """

    def __init__(self, anchors: int) -> None:
        super().__init__()
        self.anchors = anchors
        self.feature_extractor = _FeatureExtractor()
        self.classification_head = RetinaNetClassificationHead(_CHANNELS, anchors, 1, 3)
        self.regression_head = RetinaNetRegressionHead(_CHANNELS, anchors, 3)

    def features(self, image: Tensor) -> list[Tensor]:
        """Return one map a level of an image (N, 1, X, Y, Z) of 0 to 1.

        Its axes are multiples of `SIZE_DIVISIBLE`.
        """
        maps: list[Tensor] = self.feature_extractor(image)
        return maps

    def logits(self, features: Tensor) -> Tensor:
        """Return the logits (N, anchors, X, Y, Z) of one level."""
        head = self.classification_head
        logits: Tensor = head.cls_logits(head.conv(features))
        return logits

    def codes(self, features: Tensor) -> Tensor:
        """Return the box codes (N, 6 · anchors, X, Y, Z) of one level."""
        head = self.regression_head
        codes: Tensor = head.bbox_reg(head.conv(features))
        return codes


class _FeatureExtractor(nn.Module):
    """Two stages of a ResNet-50 through a pyramid, and a coarser map still."""

    def __init__(self) -> None:
        super().__init__()
        backbone = resnet50(
            spatial_dims=3,
            n_input_channels=1,
            conv1_t_stride=(2, 2, 1),
            conv1_t_size=(7, 7, 7),
            feed_forward=False,
        )
        self.body = nn.Sequential(OrderedDict((name, getattr(backbone, name)) for name in _BODY))
        self.fpn = FeaturePyramidNetwork(3, _BODY_CHANNELS, _CHANNELS, LastLevelMaxPool(3))

    def forward(self, image: Tensor) -> list[Tensor]:
        fine = self.body[:-1](image)
        coarse = self.body[-1](fine)
        return list(self.fpn(OrderedDict(fine=fine, coarse=coarse)).values())
