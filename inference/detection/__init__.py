"""Places in the lungs that may be nodules: detectors behind one door, chosen by their package."""

from inference.detection.choice import load_detector

__all__ = ["load_detector"]
