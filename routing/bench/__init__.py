"""Measuring: what a study costs, by stage and by how many are under way."""
