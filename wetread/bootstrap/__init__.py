"""The one place where adapters are constructed and put behind their ports."""

from wetread.bootstrap.analysis import (
    build_analysis,
    clock_of,
    find_problems,
    load_analysis_rules,
    load_model,
    open_study,
    package_folders,
    try_model,
)
from wetread.bootstrap.assignment import open_desk, open_reader_records
from wetread.bootstrap.engine import export_to_triton
from wetread.bootstrap.evaluation import find_series, read_volume, study_of_series
from wetread.bootstrap.ledger import budgets_of, open_ledger
from wetread.bootstrap.registration import open_image, register_images
from wetread.bootstrap.service import Service, build_service

__all__ = [
    "Service",
    "budgets_of",
    "build_analysis",
    "build_service",
    "clock_of",
    "export_to_triton",
    "find_problems",
    "find_series",
    "load_analysis_rules",
    "load_model",
    "open_desk",
    "open_image",
    "open_ledger",
    "open_reader_records",
    "open_study",
    "package_folders",
    "read_volume",
    "register_images",
    "study_of_series",
    "try_model",
]
