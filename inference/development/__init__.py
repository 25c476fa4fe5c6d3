"""Scans and nodules with known answers, to fit and to test detectors and measurers on."""
