"""Which guideline a study gets, and the tables of all of them."""
