"""Outlines a nodule candidate and measures it."""

from inference.measurement.measurer import SegmentationMeasurer

__all__ = ["SegmentationMeasurer"]
