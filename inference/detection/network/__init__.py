"""The detector with our own small network."""

from inference.detection.network.detector import NetworkDetector

__all__ = ["NetworkDetector"]
