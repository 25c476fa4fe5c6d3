"""Finds nodule candidates in a volume."""

from inference.detection.classical import ClassicalDetector

__all__ = ["ClassicalDetector"]
