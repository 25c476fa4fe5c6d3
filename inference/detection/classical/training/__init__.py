"""How the package of the classical detector is fitted (run this package as a module)."""
