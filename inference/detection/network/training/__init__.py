"""How the network's package is trained: `python -m inference.detection.network.training`."""
