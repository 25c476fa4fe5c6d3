"""Tables of readers as institutions keep them: CSV and Excel, with Japanese headers."""
