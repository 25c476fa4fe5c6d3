"""The detector with the RetinaNet of MONAI's bundle lung_nodule_ct_detection."""

from inference.detection.retinanet.detector import RetinaNetDetector

__all__ = ["RetinaNetDetector"]
