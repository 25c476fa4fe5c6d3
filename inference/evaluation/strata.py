"""Groups of nodules that are looked at one by one: by size, type and origin."""

from dataclasses import dataclass
from math import inf
from typing import Final

from inference.evaluation.values import Origin, TrueNodule
from wetread.domain.findings import NoduleType


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A group of nodules: everything given must hold; diameters are half-open [from, below)."""

    from_mm: float = 0.0
    below_mm: float = inf
    type: NoduleType | None = None
    origin: Origin | None = None

    def __call__(self, nodule: TrueNodule) -> bool:
        """Tell whether a nodule belongs to it."""
        return (
            self.from_mm <= nodule.diameter_mm < self.below_mm
            and self.type in (None, nodule.type)
            and self.origin in (None, nodule.origin)
        )

    @property
    def size(self) -> str:
        """Its diameters as people write them, ``4–6 mm``; empty where all belong."""
        if self.below_mm < inf:
            start = f"{self.from_mm:g}–" if self.from_mm else "< "
            return f"{start}{self.below_mm:g} mm"
        return f"≥ {self.from_mm:g} mm" if self.from_mm else ""

    @property
    def name(self) -> str:
        """What programs call it: ``4-6mm``, ``from-6mm``, ``solid``, ``solid-from-6mm``."""
        parts = [str(part) for part in (self.type, self.origin) if part is not None]
        if self.below_mm < inf and self.from_mm > 0:
            parts.append(f"{self.from_mm:g}-{self.below_mm:g}mm")
        elif self.below_mm < inf:
            parts.append(f"below-{self.below_mm:g}mm")
        elif self.from_mm > 0:
            parts.append(f"from-{self.from_mm:g}mm")
        return "-".join(parts)


STRATA: Final = (
    Stratum(below_mm=4),
    Stratum(from_mm=4, below_mm=6),
    Stratum(from_mm=6, below_mm=10),
    Stratum(from_mm=10, below_mm=20),
    Stratum(from_mm=20),
    Stratum(from_mm=5),
    Stratum(from_mm=6),
    *(Stratum(type=kind) for kind in NoduleType),
    Stratum(from_mm=6, type=NoduleType.SOLID),
    *(Stratum(origin=origin) for origin in Origin),
)
