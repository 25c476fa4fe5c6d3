"""Gives studies to readers, in rolling batches."""
