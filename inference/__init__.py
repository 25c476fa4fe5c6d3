"""CT series to findings: volumes, lungs, detection, measurement, comparison."""
