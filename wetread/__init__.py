"""Wetread: looks at chest CT between the hospital and the radiologist."""

__version__ = "0.1.0"
