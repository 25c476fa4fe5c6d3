"""The way out: deliver result objects and say what was confirmed."""
