"""The one place where adapters are constructed and put behind their ports."""

from wetread.bootstrap.analysis import (
    build_analysis,
    find_problems,
    load_analysis_rules,
    open_study,
)
from wetread.bootstrap.service import Service, build_service

__all__ = [
    "Service",
    "build_analysis",
    "build_service",
    "find_problems",
    "load_analysis_rules",
    "open_study",
]
