"""Which studies are of one patient: links between keys, never merged records."""
