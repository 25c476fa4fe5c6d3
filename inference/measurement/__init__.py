"""Outlines a nodule candidate and measures it."""

from inference.measurement.choice import MEASURING_KIND, load_measurer

__all__ = ["MEASURING_KIND", "load_measurer"]
