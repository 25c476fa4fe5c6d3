"""A made-up chest CT with known nodules, for demonstrations and tests; nobody's data."""
