"""One patient in several hospitals: what may be compared, how it is weighed, what follows."""
