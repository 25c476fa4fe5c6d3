"""The one place where adapters are constructed and put behind their ports."""

from wetread.bootstrap.analysis import (
    build_analysis,
    find_problems,
    load_analysis_rules,
    load_model,
    open_study,
    package_folders,
    try_model,
)
from wetread.bootstrap.engine import export_to_triton
from wetread.bootstrap.evaluation import find_series, read_volume, study_of_series
from wetread.bootstrap.service import Service, build_service

__all__ = [
    "Service",
    "build_analysis",
    "build_service",
    "export_to_triton",
    "find_problems",
    "find_series",
    "load_analysis_rules",
    "load_model",
    "open_study",
    "package_folders",
    "read_volume",
    "study_of_series",
    "try_model",
]
