"""Model packages: parameters, provenance and model cards, verified before use."""
