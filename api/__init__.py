"""HTTP: JSON API, metrics and web pages."""
