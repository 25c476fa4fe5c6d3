"""Which column of the readers' table a study belongs to."""
