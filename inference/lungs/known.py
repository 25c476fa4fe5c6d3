"""The lungs of the volumes at hand, segmented once each."""

from threading import Lock
from weakref import WeakKeyDictionary

from inference.lungs.mask import LungMask
from inference.lungs.segmentation import segment_lungs
from wetread.domain.volumes import CtVolume

_known: WeakKeyDictionary[CtVolume, LungMask] = WeakKeyDictionary()
_lock = Lock()


def lungs_of(volume: CtVolume) -> LungMask:
    """Return what `segment_lungs` does, and remember it for as long as the volume itself lives.

    Finding, measuring and comparing ask for the lungs of the same volume one after another.
    Raise `AnalysisError` where there is no lung.
    """
    with _lock:  # whoever asks at the same time waits rather than segments again
        lungs = _known.get(volume)
        if lungs is None:
            lungs = _known[volume] = segment_lungs(volume)
        return lungs
