"""How the package of the classical detector is fitted: `python -m inference.detection.training`."""
