"""Opens the series that a detector is evaluated on."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from inference.volumes.reader import SeriesReader
from routing.pipeline.study import StudyInput
from routing.selection.folder import scan_studies
from wetread.bootstrap.analysis import study_from_instances
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume

Series: TypeAlias = tuple[StoredInstance, ...]
"""The instances of one series."""


def find_series(folder: Path) -> Mapping[str, Series]:
    """Return every series below a folder by its UID; raise `StudyError` without any."""
    found: dict[str, list[StoredInstance]] = defaultdict(list)
    for instance in scan_studies(folder).instances:
        found[instance.series_instance_uid].append(instance)
    return {series: tuple(instances) for series, instances in found.items()}


def study_of_series(series: Series) -> StudyInput:
    """Return a study that holds one series only, so that no other can be chosen."""
    return study_from_instances(series)


def read_volume(series: Series) -> CtVolume:
    """Return the volume of a series in HU; raise `StudyError`."""
    return SeriesReader().read(series)
