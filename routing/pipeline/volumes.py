"""Volumes at hand: read once on the normal way, again after a restart."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from routing.pipeline.metering import Seconds
from wetread.domain.studies import StoredInstance
from wetread.domain.volumes import CtVolume
from wetread.ports import VolumeReader

_KEPT = 2  # the current study and its prior


class VolumeShelf:
    """Keeps the last two volumes read while one study is analysed."""

    def __init__(self, reader: VolumeReader, wall_seconds: Seconds) -> None:
        self._reader = reader
        self._wall_seconds = wall_seconds
        self._kept: OrderedDict[tuple[Path, ...], CtVolume] = OrderedDict()
        self.read_seconds = 0.0  # spent reading so far

    def read(self, instances: Sequence[StoredInstance]) -> CtVolume:
        """Return the volume of one series; raise as `VolumeReader.read` does."""
        key = tuple(instance.path for instance in instances)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        while len(self._kept) >= _KEPT:
            self._kept.popitem(last=False)  # before reading: never three volumes in memory
        started = self._wall_seconds()
        try:
            self._kept[key] = self._reader.read(instances)
        finally:
            self.read_seconds += self._wall_seconds() - started
        return self._kept[key]
