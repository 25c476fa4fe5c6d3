"""Ribs, costal cartilage, spine processes, collar bones and shoulder blades as rods."""

import numpy as np

from inference.phantom.capsules import Capsules, chain, joined
from inference.phantom.torso import cavity_point, spine_center_y

RIB_COUNT = 11
_RIB_SPACING_MM = 25.0
_FIRST_RIB_Z_MM = 118.0
VERTEBRA_SPACING_MM = 25.0


def ribs() -> Capsules:
    """Return both sides' ribs: from the spine round the cavity, falling towards the front."""
    parts = []
    for number in range(RIB_COUNT):
        top = _FIRST_RIB_Z_MM - _RIB_SPACING_MM * number
        fall = 22 + 9 * min(number, 6)
        end = np.pi * (0.80 - 0.09 * max(number - 6, 0))  # the lower ones end short
        angle = np.linspace(0.13 * np.pi, end, 22)
        z = top - fall * (1 - np.cos(angle)) / 2 * 1.15
        for side in (-1, 1):
            line = cavity_point(z, side * angle, 6.5)
            head = np.array([[side * 17, spine_center_y(top) + 6, top + 3]])
            parts.append(_bar(np.concatenate([head, line]), 4.8))
    return joined(parts)


def cartilages() -> Capsules:
    """Return the bridges from the true ribs to the breastbone."""
    parts = []
    for number in range(1, 7):
        top = _FIRST_RIB_Z_MM - _RIB_SPACING_MM * number
        angle = np.linspace(0.80 * np.pi, 0.955 * np.pi, 6)
        z = top - (22 + 9 * number) * 1.07 + np.linspace(0, 6 * number, 6)
        parts += [chain(cavity_point(z, side * angle, 6.0), np.full(6, 5.0)) for side in (-1, 1)]
    return joined(parts)


def processes() -> Capsules:
    """Return the arches of the vertebrae: pedicles, transverse and spinous processes."""
    parts = []
    for z in vertebra_levels():
        y = spine_center_y(z)
        for side in (-1, 1):
            pedicle = [[side * 13, y + 10, z + 4], [side * 13, y + 24, z + 3], [0, y + 33, z - 4]]
            wing = [[side * 12, y + 23, z + 3], [side * 34, y + 29, z + 2]]
            parts += [chain(np.array(pedicle, float), np.array([4.0, 3.6, 3.4]))]
            parts += [chain(np.array(wing, float), np.array([4.2, 4.6]))]
        spinous = [[0, y + 33, z - 4], [0, y + 46, z - 24]]
        parts.append(chain(np.array(spinous, float), np.array([3.2, 3.8])))
    return joined(parts)


def vertebra_levels() -> np.ndarray:
    """Return the heights of the vertebral bodies' centres."""
    return np.arange(-215.0, 216.0, VERTEBRA_SPACING_MM)


def collar_bones() -> Capsules:
    """Return both clavicles."""
    line = np.array(
        [[16, -62, 96], [45, -66, 104], [85, -48, 116], [120, -22, 128], [148, -8, 138]]
    )
    return joined([_bar(line * [side, 1, 1], 5.2) for side in (-1, 1)])


def shoulder_blades() -> Capsules:
    """Return both scapulae: a plate of rods and its spine; and the heads of the arm bones."""
    parts = []
    for side in (-1, 1):
        for height in np.linspace(0, 1, 44):
            z = 20 + 110 * height
            inner = [side * (100 - 22 * height), 80 - 14 * height, z]
            outer = [side * (118 + 30 * height), 66 - 34 * height, z]
            middle = [side * (111 + 4 * height), 79 - 24 * height, z]
            radii = np.array([2.2, 1.8, 3.2 + 2.5 * height])
            parts.append(chain(np.array([inner, middle, outer], float), radii))
        spine = [[side * 84, 70, 104], [side * 112, 66, 120], [side * 146, 42, 136]]
        parts.append(chain(np.array(spine, float), np.array([2.5, 4.5, 6.0])))
        arm = [[side * 150, 14, 140], [side * 160, -4, 190]]
        parts.append(chain(np.array(arm, float), np.array([20.0, 15.0])))
    return joined(parts)


def _bar(points: np.ndarray, radius_mm: float) -> Capsules:
    """Return a rod flattened like a rib: two chains one above the other."""
    radii = np.full(len(points), radius_mm)
    return joined([chain(points + np.array([0, 0, offset]), radii) for offset in (-3.0, 3.0)])
