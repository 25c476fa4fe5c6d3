"""The list of studies that wait to be read: its order, and what raises a study in it."""
