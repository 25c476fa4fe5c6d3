"""What became of each nodule since the prior study."""

from inference.comparison.comparer import NoduleComparer

__all__ = ["NoduleComparer"]
