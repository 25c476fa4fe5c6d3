"""What is known after two scans of one patient were laid over each other."""

from dataclasses import dataclass, replace
from typing import Protocol, Self

from inference.lungs import LungMask
from inference.registration.maps import PointMap
from inference.registration.quality import Quality
from wetread.domain.volumes import CtVolume


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Point maps between the current and the prior scan, both ways, and how far to trust them.

    ``error_mm`` is the distance by which a mapped nodule is off in half of the cases.
    Where ``trusted`` is False the maps say nothing about any nodule.
    """

    prior_from_current: PointMap
    current_from_prior: PointMap
    error_mm: float
    quality: Quality
    trusted: bool

    def reversed(self) -> Self:
        """Return the same registration with the roles of the two scans exchanged."""
        return replace(
            self,
            prior_from_current=self.current_from_prior,
            current_from_prior=self.prior_from_current,
        )


class Registrar(Protocol):
    """Lays a current scan over a prior one."""

    def register(
        self,
        *,
        current: CtVolume,
        current_lungs: LungMask,
        prior: CtVolume,
        prior_lungs: LungMask,
    ) -> Registration:
        """Return the maps; scans that do not fit give an untrusted registration."""
        ...
