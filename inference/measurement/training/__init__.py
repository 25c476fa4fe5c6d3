"""Trains the network that outlines nodules, and measures how well it does."""
