"""What is encoded of a study for whom: forms by profile, marks by preference."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from routing.results.objects import EncodedObject, ObjectKind
from wetread.domain.marks import ALL_MARKS, MarkPreference, ShowMarks

# The others tell all that was found, whatever somebody wants to see of it.
_TELLS_MARKS_APART: Final = frozenset({ObjectKind.PRESENTATION_STATE, ObjectKind.CHEST_CAD_REPORT})
_ONLY_MARKS: Final = frozenset(
    {ObjectKind.PRESENTATION_STATE, ObjectKind.KEY_OBJECTS, ObjectKind.SECONDARY_CAPTURE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A destination, as far as encoding cares."""

    name: str
    viewer: str  # the name of its profile
    kinds: frozenset[ObjectKind]
    marks: MarkPreference | None = None  # None: as its viewer or the study's site has it


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputGroup:
    """Objects that show the same marks, and which destinations get each kind."""

    marks: MarkPreference
    recipients: Mapping[ObjectKind, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPlan:
    """Everything that is encoded of one study."""

    groups: tuple[OutputGroup, ...]

    @property
    def kinds(self) -> frozenset[ObjectKind]:
        """Every form that somebody gets."""
        return frozenset(kind for group in self.groups for kind in group.recipients)

    def recipients_of(self, kind: ObjectKind, variant: str) -> tuple[str, ...]:
        """Return who gets an object: its kind, and the variant of its marks."""
        for group in self.groups:
            if group.marks.variant == variant and kind in group.recipients:
                return group.recipients[kind]
        return ()

    def without(self, known: Collection[tuple[ObjectKind, str]]) -> "OutputPlan":
        """Return the plan without the kinds and variants that are encoded already."""
        groups = (
            replace(
                group,
                recipients={
                    kind: names
                    for kind, names in group.recipients.items()
                    if (kind, group.marks.variant) not in known
                },
            )
            for group in self.groups
        )
        return OutputPlan(groups=tuple(group for group in groups if group.recipients))

    def addressed(self, one: EncodedObject) -> EncodedObject:
        """Return the object with the destinations that get it."""
        return replace(one, recipients=self.recipients_of(one.kind, one.marks))


def plan_of_kinds(kinds: Collection[ObjectKind]) -> OutputPlan:
    """Return the plan by which these kinds are written with all marks, for nobody to be sent to."""
    return OutputPlan(
        groups=(OutputGroup(marks=ALL_MARKS, recipients=dict.fromkeys(sorted(kinds), ())),)
    )


def plan_outputs(
    recipients: Sequence[Recipient], preference_of: Callable[[Recipient], MarkPreference]
) -> OutputPlan:
    """Return what is encoded so that each recipient gets its kinds with its marks, nothing twice.

    Recipients with the same preference share the objects. Who wants no marks gets none of the
    objects that are nothing but marks.
    """
    groups: dict[MarkPreference, dict[ObjectKind, list[str]]] = {}
    for recipient in recipients:
        preference = preference_of(recipient)
        for kind in recipient.kinds:
            if kind in _ONLY_MARKS and preference.show is ShowMarks.NONE:
                continue
            marks = preference if kind in _TELLS_MARKS_APART else ALL_MARKS
            groups.setdefault(marks, {}).setdefault(kind, []).append(recipient.name)
    return OutputPlan(
        groups=tuple(
            OutputGroup(
                marks=marks,
                recipients={kind: tuple(names) for kind, names in sorted(kinds.items())},
            )
            for marks, kinds in groups.items()
        )
    )
