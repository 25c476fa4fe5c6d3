"""The lungs of the volumes at hand, segmented once each."""

from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from inference.lungs.mask import LungMask
from inference.lungs.segmentation import segment_lungs
from wetread.domain.volumes import CtVolume


@dataclass(slots=True, kw_only=True)
class _Known:
    lungs: LungMask | None = None
    lock: Lock = field(default_factory=Lock)


_known: WeakKeyDictionary[CtVolume, _Known] = WeakKeyDictionary()
_lock = Lock()


def lungs_of(volume: CtVolume) -> LungMask:
    """Return what `segment_lungs` does, and remember it for as long as the volume itself lives.

    Finding, measuring and comparing ask for the lungs of the same volume one after another.
    Raise `AnalysisError` where there is no lung.
    """
    with _lock:
        known = _known.setdefault(volume, _Known())
    with known.lock:  # whoever asks for the same at the same time waits; others do not
        if known.lungs is None:
            known.lungs = segment_lungs(volume)
        return known.lungs
