"""What is measured on a whole series, beside the attributes its images state."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from routing.selection.conditions import Component, Values
from routing.selection.headers import ImageHeader
from wetread.domain.errors import VolumeError
from wetread.domain.stack import SliceStack, describe_stack


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesMeasures:
    """Facts of a series that rules may ask for by these names; None where not measurable."""

    slice_count: int  # files that could be read
    unreadable_files: int
    files_without_pixels: int  # no pixel data, or fewer bytes than the image needs
    files_without_geometry: int  # no usable position or orientation
    thickness_mm: float | None  # largest SliceThickness; the spacing where none is stated
    spacing_mm: float | None  # centre to centre
    unseen_mm: float | None  # between the slabs of neighbouring slices: spacing minus thickness
    jitter_mm: float | None  # largest difference of a distance from the usual one
    deviation_mm: float | None  # largest distance of a slice from its place in an even stack
    missing_slices: int | None
    duplicate_positions: int | None
    tilt_degrees: float | None  # between the slice normal and the line through the slices
    misalignment_degrees: float | None  # largest angle between two slices
    orientation: str | None  # axial, coronal, sagittal, oblique
    coverage_mm: float | None
    kernel: str | None  # the class of its kernel, as the rules name it


MEASURE_NAMES = frozenset(field.name for field in fields(SeriesMeasures))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """All that rules can ask of one series."""

    headers: tuple[ImageHeader, ...]
    measures: SeriesMeasures
    stack: SliceStack | None  # None where the slices cannot be placed

    def values(self, attribute: str) -> tuple[Values, ...]:
        """Return what each image says of a DICOM keyword, or the one value of a measure."""
        if attribute not in MEASURE_NAMES:
            return tuple(header.values(attribute) for header in self.headers)
        value: Component | None = getattr(self.measures, attribute)
        return ((),) if value is None else ((value,),)


def measure_series(
    headers: Sequence[ImageHeader], *, unreadable_files: int, kernel: str | None
) -> SeriesFacts:
    """Measure a series from the headers of its readable files."""
    stack = _stack(headers)
    spacing = stack.spacing_mm if stack is not None and stack.spacing_mm > 0 else None
    stated = max((t for header in headers if (t := header.thickness_mm) is not None), default=None)
    thickness = stated if stated is not None else spacing
    unseen = None if spacing is None or thickness is None else max(spacing - thickness, 0.0)
    measures = SeriesMeasures(
        slice_count=len(headers),
        unreadable_files=unreadable_files,
        files_without_pixels=sum(not header.has_pixels for header in headers),
        files_without_geometry=0 if stack is not None else _count_unplaced(headers),
        thickness_mm=thickness,
        spacing_mm=spacing,
        unseen_mm=unseen,
        jitter_mm=None if stack is None else stack.jitter_mm,
        deviation_mm=None if stack is None else stack.deviation_mm,
        missing_slices=None if stack is None else stack.missing_slices,
        duplicate_positions=None if stack is None else len(stack.duplicates),
        tilt_degrees=None if stack is None else stack.tilt_degrees,
        misalignment_degrees=None if stack is None else stack.misalignment_degrees,
        orientation=None if stack is None else stack.orientation.value,
        coverage_mm=None if stack is None else stack.coverage_mm,
        kernel=kernel,
    )
    return SeriesFacts(headers=tuple(headers), measures=measures, stack=stack)


def commonest(values: Sequence[Values]) -> Component | None:
    """Return the commonest first component, the same for any order; None where there is none."""
    counts = Counter(components[0] for components in values if components)
    return min(counts, key=lambda value: (-counts[value], str(value)), default=None)


def _count_unplaced(headers: Sequence[ImageHeader]) -> int:
    """Count the files that spoil the stack: each alone, or all where they do so together."""
    alone = sum(_stack([header]) is None for header in headers)
    return alone or len(headers)


def _stack(headers: Sequence[ImageHeader]) -> SliceStack | None:
    """Place the slices, where each of them says where it lies."""
    orientations = [one for header in headers if (one := header.orientation) is not None]
    positions = [one for header in headers if (one := header.position_lps_mm) is not None]
    if not len(orientations) == len(positions) == len(headers):
        return None
    try:
        return describe_stack(orientations, positions)
    except VolumeError:
        return None
