"""Where a point of one scan lies in another scan of the same patient."""

from inference.registration.affine import AffineRegistrar
from inference.registration.deformable import DeformableRegistrar
from inference.registration.maps import AffineMap, PointMap
from inference.registration.quality import Quality
from inference.registration.registration import Registrar, Registration

__all__ = [
    "AffineMap",
    "AffineRegistrar",
    "DeformableRegistrar",
    "PointMap",
    "Quality",
    "Registrar",
    "Registration",
]
