"""The way in: receive instances, keep them, index them, and tell when a study is complete."""
