"""Registration that follows the lungs' own deformation: affine, then a smooth displacement."""

from dataclasses import dataclass

from inference.lungs import LungMask
from inference.registration.affine import (
    AFFINE_GRID_MM,
    affine_registration,
    find_affine,
    is_trustworthy,
)
from inference.registration.elastic import Level, fit_displacement
from inference.registration.grids import LungGrid
from inference.registration.maps import AffineMap, PointMap
from inference.registration.quality import measure_quality
from inference.registration.registration import Registration
from inference.registration.residual import Residual, measure_residual
from inference.registration.spline import DeformableMap, Strain
from wetread.domain.volumes import CtVolume
from wetread.side_by_side import side_by_side

_FINE_GRID_MM = 3.0
_COARSE = Level(spacing_mm=32.0, steps=40, first_step_mm=2.0)
_MIDDLE = Level(spacing_mm=16.0, steps=40, first_step_mm=1.0)
_FINE = Level(spacing_mm=10.0, steps=30, first_step_mm=0.5)

_LARGEST_STRAIN = 0.85  # well below 1, from where on a map may fold; a real pair strained by 0.6
_FEWEST_PLACES = 20
_LEAST_RECOGNISED = 0.8
_LARGEST_RESIDUAL_MM = 3.0
# What is found again says little about where nothing is to be seen, and the centres of nodules
# are measured to a millimetre or two.
_LEAST_ERROR_MM = 3.0
_ERROR_OVER_RESIDUAL = 2.0


class DeformableRegistrar:
    """Goes on from the affine map, and falls back to it where the displacement is not sound.

    Trusted only where the affine map is, the figures of overlap are good and the lungs' own
    structures are found again at their mapped places.
    """

    def register(
        self,
        *,
        current: CtVolume,
        current_lungs: LungMask,
        prior: CtVolume,
        prior_lungs: LungMask,
    ) -> Registration:
        """Return the maps and whether they may be trusted."""
        pair = _Pair.of(current, current_lungs, prior, prior_lungs, AFFINE_GRID_MM)
        affine = find_affine(pair.current, pair.prior)
        plain = affine_registration(pair.current, pair.prior, affine)
        if affine is None or not plain.trusted:  # bending makes the lungs of strangers alike
            return plain
        fine = _Pair.of(current, current_lungs, prior, prior_lungs, _FINE_GRID_MM)
        deformed = _deform(pair, fine, affine)
        if not is_sound(Strain.of(deformed.displacement)):
            return plain
        maps: tuple[PointMap, PointMap] = (affine, deformed)
        before, residual = side_by_side(
            lambda one: measure_residual(fine.current, fine.prior, one), maps
        )
        if not residual.median_mm < before.median_mm:
            return plain
        way_back = deformed.inverse()
        quality = measure_quality(
            pair.current,
            pair.prior,
            prior_from_current=deformed,
            current_from_prior=way_back,
            largest_stretch=affine.largest_stretch,
        )
        return Registration(
            prior_from_current=deformed,
            current_from_prior=way_back,
            error_mm=max(_LEAST_ERROR_MM, _ERROR_OVER_RESIDUAL * residual.median_mm),
            quality=quality,
            trusted=is_trustworthy(quality) and is_recognised(residual),
        )


def is_sound(strain: Strain) -> bool:
    """Tell whether a displacement folds nowhere and can be undone."""
    return strain.largest <= _LARGEST_STRAIN and strain.least_volume_ratio > 0


def is_recognised(residual: Residual) -> bool:
    """Tell whether what one scan shows was found again in the other where the map says."""
    return (
        residual.places >= _FEWEST_PLACES
        and residual.recognised >= _LEAST_RECOGNISED
        and residual.median_mm <= _LARGEST_RESIDUAL_MM
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pair:
    current: LungGrid
    prior: LungGrid

    @classmethod
    def of(
        cls,
        current: CtVolume,
        current_lungs: LungMask,
        prior: CtVolume,
        prior_lungs: LungMask,
        spacing_mm: float,
    ) -> "_Pair":
        now, before = side_by_side(
            lambda one: LungGrid.of(*one, spacing_mm),
            ((current, current_lungs), (prior, prior_lungs)),
        )
        return cls(current=now, prior=before)


def _deform(pair: _Pair, fine: _Pair, affine: AffineMap) -> DeformableMap:
    displacement = fit_displacement(
        (
            (pair.current.halved(), pair.prior.halved(), _COARSE),
            (pair.current, pair.prior, _MIDDLE),
            (fine.current, fine.prior, _FINE),
        ),
        affine,
    )
    return DeformableMap(displacement=displacement, affine=affine)
