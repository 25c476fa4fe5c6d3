"""Heart vessels, windpipe and gullet of the mediastinum as rods (LPS mm)."""

import numpy as np

from inference.phantom.capsules import Capsules, chain, joined
from inference.phantom.torso import Lobe
from wetread.domain.geometry import FloatArray

ARTERY_HILUM: dict[Lobe, FloatArray] = {
    Lobe.RIGHT_UPPER: np.array([-36.0, -2, 14]),
    Lobe.RIGHT_MIDDLE: np.array([-40.0, 0, -2]),
    Lobe.RIGHT_LOWER: np.array([-42.0, 8, -2]),
    Lobe.LEFT_UPPER: np.array([38.0, 0, 20]),
    Lobe.LEFT_LOWER: np.array([42.0, 14, 6]),
}
VEIN_HILUM: dict[Lobe, FloatArray] = {
    Lobe.RIGHT_UPPER: np.array([-36.0, -14, -6]),
    Lobe.RIGHT_MIDDLE: np.array([-38.0, -14, -16]),
    Lobe.RIGHT_LOWER: np.array([-34.0, 14, -24]),
    Lobe.LEFT_UPPER: np.array([40.0, -10, 0]),
    Lobe.LEFT_LOWER: np.array([34.0, 18, -20]),
}
BRONCHUS_HILUM: dict[Lobe, FloatArray] = {
    Lobe.RIGHT_UPPER: np.array([-38.0, 8, 18]),
    Lobe.RIGHT_MIDDLE: np.array([-38.0, 8, -10]),
    Lobe.RIGHT_LOWER: np.array([-37.0, 14, -14]),
    Lobe.LEFT_UPPER: np.array([40.0, 6, 6]),
    Lobe.LEFT_LOWER: np.array([38.0, 16, -8]),
}
_RIGHT_ARTERY, _LEFT_ARTERY = (-28.0, -4, 8), (32.0, 4, 16)
_ATRIUM = (2.0, 8.0, -20.0)


def blood_vessels() -> Capsules:
    """Return aorta, cavae, pulmonary trunk and its branches, pulmonary veins, neck vessels."""
    parts = [
        _line((6, -18, -28, 15), (-6, -26, 5, 15.5), (-4, -26, 30, 15), (4, -18, 46, 14.5),
              (16, -2, 55, 13.5), (24, 18, 50, 13), (26, 36, 36, 12.5), (25, 42, 0, 12),
              (22, 44, -60, 11.5), (10, 42, -120, 11), (4, 38, -200, 10)),
        _line((20, -34, -20, 14), (22, -30, 6, 14), (18, -20, 18, 13), (*_LEFT_ARTERY, 11)),
        _line((18, -20, 12, 11), (-2, -10, 10, 10.5), (*_RIGHT_ARTERY, 9.5)),
        _line((-20, -14, -24, 10), (-20, -20, 20, 9.5), (-19, -22, 62, 8.5)),
        _line((-19, -22, 62, 8), (-26, -30, 90, 7), (-34, -32, 120, 6), (-40, -20, 160, 6)),
        _line((-19, -24, 60, 7), (2, -36, 72, 7), (26, -36, 88, 6.5), (38, -28, 130, 6)),
        _line((4, -18, 52, 7), (-10, -16, 76, 6.5), (-20, -10, 110, 5), (-26, -2, 170, 4)),
        _line((14, -6, 58, 5), (16, -6, 90, 4.5), (22, -4, 170, 4)),
        _line((22, 8, 56, 5.5), (28, 6, 90, 5), (42, 2, 126, 5)),
        _line((-18, 2, -40, 11), (-22, 8, -80, 11.5), (-24, 16, -200, 12)),
        _line((-12, 46, -120, 3.5), (-11, 46, 25, 4), (-16, 24, 36, 4.5), (-19, -12, 34, 4.5)),
    ]  # fmt: skip
    for lobe, hilum in ARTERY_HILUM.items():
        root = _RIGHT_ARTERY if lobe.startswith("right") else _LEFT_ARTERY
        parts.append(_line((*root, 9.0), (*hilum, 6.0)))
    parts += [_line((*_ATRIUM, 9.0), (*hilum, 5.5)) for hilum in VEIN_HILUM.values()]
    return joined(parts)


def windpipe() -> Capsules:
    """Return the lumen of trachea, main and lobar bronchi."""
    right, left = (-26.0, 8, 12), (24.0, 12, 6)
    carina = (-1.0, 8, 27, 9.0)
    parts = [
        _line((0, 6, 170, 9), (0, 6, 80, 9), carina),
        _line(carina, (*right, 7.2), (*BRONCHUS_HILUM[Lobe.RIGHT_MIDDLE], 5.0)),
        _line(carina, (*left, 6.6), (*BRONCHUS_HILUM[Lobe.LEFT_UPPER], 4.8)),
        _line((*right, 6.5), (*BRONCHUS_HILUM[Lobe.RIGHT_UPPER], 4.2)),
        _line((-34, 9, -2, 5.4), (*BRONCHUS_HILUM[Lobe.RIGHT_LOWER], 4.8)),
        _line((33, 10, 4, 5.4), (*BRONCHUS_HILUM[Lobe.LEFT_LOWER], 4.8)),
    ]
    return joined(parts)


def gullet() -> Capsules:
    """Return the oesophagus."""
    return _line((4, 26, 170, 6), (6, 24, 60, 7), (8, 28, 10, 7.5), (10, 30, -60, 8),
                 (24, 8, -100, 9))  # fmt: skip


def _line(*knots: tuple[float, float, float, float]) -> Capsules:
    """Join (x, y, z, radius) knots, smoothed by halving corners twice."""
    line = np.array(knots, dtype=float)
    for _ in range(2):
        cut = np.repeat(line, 2, axis=0)
        cut[1:-2:2] = 0.75 * line[:-1] + 0.25 * line[1:]
        cut[2:-1:2] = 0.25 * line[:-1] + 0.75 * line[1:]
        line = cut
    return chain(line[:, :3], line[:, 3])
