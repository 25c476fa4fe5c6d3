"""The detector without a network."""

from inference.detection.classical.detector import ClassicalDetector

__all__ = ["ClassicalDetector"]
