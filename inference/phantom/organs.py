"""The tissues of one slice, painted one over the other in Hounsfield units."""

import numpy as np

from inference.phantom.shapes import (
    Field,
    Points,
    Profile,
    covered,
    paint,
    to_ellipsoid,
    to_tube,
    union,
)
from inference.phantom.skeleton import VERTEBRA_SPACING_MM, vertebra_levels
from inference.phantom.torso import (
    SPINE_CENTER_Y,
    Outlines,
    front_of_cavity_y,
    to_minor_fissure,
    to_oblique_fissure,
)

AIR_HU = -1000.0
FAT_HU = -102.0
MUSCLE_HU = 56.0
BLOOD_HU = 42.0
_BEYOND_EDGES_MM = 5.0  # nothing of an organ reaches a slice this far from it
_FAT_MM = Profile.through((-200, 17), (-60, 14), (20, 11), (90, 12), (200, 10))
_STERNUM_HALF_WIDTH = Profile.through(
    (-100, 0), (-80, 0), (-66, 9), (0, 15), (45, 14), (62, 22), (86, 26), (96, 10), (104, 0)
)


def paint_trunk(image: Field, points: Points, at: Outlines, grain: Field) -> None:
    """Paint skin, fat, the muscles of the chest wall, and fat inside the cavity."""
    thickness = _FAT_MM.at(points.z) * (1 - 0.3 * np.abs(points.x) / 170)
    paint(image, 10.0, covered(at.skin))
    paint(image, FAT_HU, covered(at.skin + 1.8))
    streaked = MUSCLE_HU - 60 * np.clip(grain - 1.0, 0, 1.5)
    paint(image, streaked, covered(at.skin + thickness + 2.5 * grain))
    plane = np.abs(at.cavity - 17 - 2 * grain) - 1.8 * grain  # fat between the muscles
    paint(image, -75.0, covered(plane, edge_mm=1.6) * (at.skin < -thickness))
    paint(image, FAT_HU, covered(at.cavity))


def paint_abdomen(image: Field, points: Points, at: Outlines, grain: Field) -> None:
    """Paint diaphragm, liver, spleen, and the stomach with its bubble of air."""
    if at.abdomen.min() > _BEYOND_EDGES_MM:
        return
    paint(image, 45.0, covered(at.abdomen, edge_mm=2.5) * covered(at.cavity + 1))
    within = np.maximum(at.abdomen + 3.5, at.cavity + 4)
    paint(image, FAT_HU + 8 * grain, covered(within, edge_mm=1.5))
    right = np.maximum(at.right_dome + 3.5, points.x - 8)
    lobe = to_ellipsoid(points, (12, -48, -112), (55, 34, 32), turned_degrees=12)
    liver = np.maximum(union(right, lobe, rounding_mm=20), within)
    paint(image, 60 + 2 * grain, covered(liver, edge_mm=1.6))
    left = np.maximum(at.left_dome + 4, within)
    spleen = np.maximum(to_ellipsoid(points, (98, 44, -122), (34, 52, 44)), left)
    paint(image, 50 + 2 * grain, covered(spleen, edge_mm=1.6))
    stomach = np.maximum(to_ellipsoid(points, (62, -26, -122), (44, 40, 46)), left + 2)
    paint(image, 35.0, covered(stomach, edge_mm=1.4))
    lumen = stomach + 4
    paint(image, 12 + 14 * np.clip(grain, 0, None), covered(lumen))
    paint(image, AIR_HU, covered(np.maximum(lumen, points.y + 38)))


def paint_heart(image: Field, at: Outlines, grain: Field) -> None:
    """Paint the heart, its grooves filled with fat."""
    if at.heart.min() > _BEYOND_EDGES_MM:
        return
    inside = covered(at.cavity)
    groove = 3.2 * np.clip(grain - 0.4, 0, 2)
    paint(image, 43.0, covered(at.heart + groove + 1, edge_mm=2.2) * inside)
    pericardium = np.abs(at.heart - 3.5) - 0.5
    paint(image, 20.0, 0.6 * covered(pericardium) * inside)


def paint_spine(image: Field, points: Points, at: Outlines, grain: Field) -> None:
    """Paint vertebral bodies with discs between them, and the canal."""
    lowest = vertebra_levels()[0]
    height = np.abs((points.z - lowest + 12.5) % VERTEBRA_SPACING_MM - 12.5)
    disc = covered(np.float32(9.3) - height, edge_mm=2.5)
    endplate = covered(np.abs(height - 8.3) - 0.8, edge_mm=2.0)
    shell = covered(np.abs(at.spine + 1.2) - 0.9, edge_mm=1.4)
    bone = 150 + 26 * grain + 330 * shell + 220 * endplate
    paint(image, (1 - disc) * bone + disc * 85, covered(at.spine, edge_mm=1.4))
    canal_y = points.y - SPINE_CENTER_Y.at(points.z) - 24
    paint(image, 30.0, covered(np.hypot(points.x, canal_y * 1.2) - 9.5))


def paint_breastbone(image: Field, points: Points, grain: Field) -> None:
    """Paint the sternum in front of the cavity."""
    half_width = _STERNUM_HALF_WIDTH.at(points.z)
    if half_width.max() < 1:
        return
    y = points.y - front_of_cavity_y(points.z) + 9
    plate = to_tube(points.x, y, np.maximum(half_width, 1), np.clip(half_width, 1, 6))
    bone = 130 + 22 * grain + 300 * covered(np.abs(plate + 1.0) - 0.8, edge_mm=1.4)
    paint(image, bone, covered(plate, edge_mm=1.6))


def lung_hu(points: Points, at: Outlines, fine: Field, coarse: Field) -> Field:
    """Return the density of lung without its vessels, heavier towards the back, with fissures."""
    weight = np.float32(0.24) * points.y - np.float32(0.05) * points.z
    oblique, minor = to_oblique_fissure(points), to_minor_fissure(points)
    beyond = (points.x > 0) | (oblique < 0)
    fissure = np.minimum(np.abs(oblique), np.where(beyond, np.float32(50), np.abs(minor)))
    tissue = -868 + weight + 9 * fine + 8 * coarse
    tissue += 80 * np.clip(1 - fissure / np.float32(1.0), 0, 1)
    tissue += 60 * np.clip(1 + at.lungs / np.float32(1.5), 0, 1)
    return np.asarray(tissue, dtype=np.float32)


def paint_table(image: Field, points: Points) -> None:
    """Paint the couch under the patient; ``points`` are those of the scanner, not the body's."""
    below = np.asarray(points.y - 150 + np.square(points.x) / 1400, dtype=np.float32)
    width = np.abs(points.x) - 190
    top = np.maximum(np.abs(below) - 0.9, width)
    base = np.maximum(np.abs(below - 12) - 1.6, width)
    paint(image, -450.0, covered(top, edge_mm=1.4))
    paint(image, 120.0, covered(base, edge_mm=1.4))
