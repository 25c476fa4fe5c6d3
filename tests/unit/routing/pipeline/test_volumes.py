"""Volumes are read once while they are wanted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from routing.pipeline.volumes import VolumeShelf
from wetread.domain.errors import VolumeError
from wetread.domain.geometry import VolumeGeometry
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume

_GEOMETRY = VolumeGeometry(
    shape_zyx=(1, 1, 1),
    spacing_zyx_mm=(1.0, 1.0, 1.0),
    origin_lps_mm=(0.0, 0.0, 0.0),
    direction_zyx=((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
)


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class _Reader:
    """Takes two seconds for each series; cannot read "broken"."""

    def __init__(self, clock: _Clock) -> None:
        self.read_series: list[str] = []
        self._clock = clock

    def read(self, instances: Sequence[StoredInstance]) -> CtVolume:
        series = instances[0].series_instance_uid
        self.read_series.append(series)
        self._clock.now += 2.0
        if series == "broken":
            raise VolumeError
        return CtVolume(
            series_instance_uid=series,
            frame_of_reference_uid="",
            hu=np.zeros((1, 1, 1), np.int16),
            geometry=_GEOMETRY,
            sop_instance_uids=("1",),
        )


def _series(name: str) -> list[StoredInstance]:
    return [
        StoredInstance(
            study_instance_uid="1",
            series_instance_uid=name,
            sop_instance_uid=name,
            sop_class_uid="1",
            transfer_syntax_uid="1",
            path=Path(name),
        )
    ]


def test_two_series_are_kept_and_the_one_not_used_goes() -> None:
    clock = _Clock()
    reader = _Reader(clock)
    shelf = VolumeShelf(reader, clock)
    for name in ("current", "prior", "current", "other", "current", "prior"):
        assert shelf.read(_series(name)).series_instance_uid == name
    assert reader.read_series == ["current", "prior", "other", "prior"]
    assert shelf.read_seconds == 8.0


def test_a_series_that_cannot_be_read_is_not_kept() -> None:
    clock = _Clock()
    reader = _Reader(clock)
    shelf = VolumeShelf(reader, clock)
    for _ in range(2):
        with pytest.raises(VolumeError):
            shelf.read(_series("broken"))
    assert reader.read_series == ["broken", "broken"]
    assert shelf.read_seconds == 4.0
