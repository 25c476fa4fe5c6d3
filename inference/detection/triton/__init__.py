"""A detector that runs on a Triton server, and what takes its place while that is away."""

from inference.detection.triton.detector import TritonDetector
from inference.detection.triton.fallback import FallbackDetector

__all__ = ["FallbackDetector", "TritonDetector"]
