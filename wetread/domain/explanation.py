"""Why a nodule is marked and where it lies, in words: the same in every result."""

from wetread.domain.findings import LungZone, Measurement, NoduleType, OperatingPoint
from wetread.domain.words import Words

_NEAR_SURFACE_MM = 3.0  # the lungs' outline is no more exact than that
_TYPES = {
    NoduleType.SOLID: Words("solid", "充実型"),
    NoduleType.PART_SOLID: Words("part-solid", "部分充実型"),
    NoduleType.GROUND_GLASS: Words("ground-glass", "すりガラス型"),
}
_SIDES = {"left": Words("left", "左"), "right": Words("right", "右")}
_ZONES = {
    LungZone.UPPER: Words("upper zone", "上肺野"),
    LungZone.MIDDLE: Words("middle zone", "中肺野"),
    LungZone.LOWER: Words("lower zone", "下肺野"),
    None: Words("lung", "肺"),
}


def describe_type(kind: NoduleType) -> Words:
    """Return the attenuation type."""
    return _TYPES[kind]


def describe_size_and_type(measurement: Measurement) -> Words:
    """Return mean diameter and attenuation type, such as `8.0 mm solid`."""
    kind, diameter = describe_type(measurement.type), f"{measurement.mean_diameter_mm:.1f} mm"
    return Words(f"{diameter} {kind.english}", f"{kind.japanese} {diameter}")


def describe_region(side: str, zone: LungZone | None) -> Words:
    """Return side and zone, such as `right upper zone`; a lobe cannot be told."""
    of, part = _SIDES.get(side, Words(side, side)), _ZONES[zone]
    return Words(f"{of.english} {part.english}", f"{of.japanese}{part.japanese}")


def describe_depth(surface_distance_mm: float) -> Words:
    """Return how far a nodule's edge lies from the surface of its lung."""
    if surface_distance_mm <= _NEAR_SURFACE_MM:
        return Words(
            f"within {_NEAR_SURFACE_MM:.0f} mm of the lung surface",
            f"肺表面から {_NEAR_SURFACE_MM:.0f} mm 以内",
        )
    return Words(
        f"{surface_distance_mm:.0f} mm from the lung surface",
        f"肺表面から {surface_distance_mm:.0f} mm",
    )


def describe_mark(measurement: Measurement) -> Words:
    """Return all that is known of what is marked: size, type and place."""
    parts = [
        describe_size_and_type(measurement),
        describe_region(measurement.side, measurement.zone),
    ]
    if measurement.surface_distance_mm is not None:
        parts.append(describe_depth(measurement.surface_distance_mm))
    return Words(
        ", ".join(part.english for part in parts), "、".join(part.japanese for part in parts)
    )


def explain_score(score: float, point: OperatingPoint | None) -> Words:
    """Return why a score made a mark: the operating point that it reached."""
    reached = Words(f"score {score:.2f}", f"スコア {score:.2f}")
    if point is None:
        return reached
    marked = describe_operating_point(point)
    return Words(f"{reached.english}, {marked.english}", f"{reached.japanese}、{marked.japanese}")


def describe_operating_point(point: OperatingPoint) -> Words:
    """Return from which score places are marked, and what that makes one expect."""
    lowest = Words(f"marked from {point.score:.2f}", f"{point.score:.2f} 以上をマーク")
    sensitivity, false_marks = point.expected_sensitivity, point.false_marks_per_scan
    if sensitivity is None or false_marks is None:  # neither means anything alone
        return lowest
    percent = f"{100 * sensitivity:.0f} %"
    return Words(
        f"{lowest.english} (expected sensitivity {percent} at {false_marks:.3g} "
        "false marks per scan)",
        f"{lowest.japanese}(期待感度 {percent}、偽陽性 {false_marks:.3g} 個/検査)",
    )
