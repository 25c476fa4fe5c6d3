"""Who prefers to see which marks, and who said so; every change is audited."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from routing.records.audit import write_audit
from routing.records.tables import MarkPreferenceRecord
from routing.records.transactions import writing
from wetread.domain.marks import MarkPreference, PreferenceHolder, PreferenceScope, ShowMarks


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPreference:
    """What a reader, viewer or site prefers, since when."""

    holder: PreferenceHolder
    preference: MarkPreference
    set_by: str
    set_at: datetime


class MarkPreferenceRecords:
    """Keeps one preference for each reader, viewer and site that has one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[KnownPreference, ...]:
        """Return every preference, by scope and name."""
        query = select(MarkPreferenceRecord)
        with Session(self._engine) as session:
            known = (_known(record) for record in session.scalars(query))
            return tuple(sorted(known, key=lambda one: (_order(one.holder), one.holder.name)))

    def by_holder(self) -> Mapping[PreferenceHolder, MarkPreference]:
        """Return the preferences as `choose_preference` takes them."""
        return {one.holder: one.preference for one in self.all()}

    def put(
        self,
        holder: PreferenceHolder,
        preference: MarkPreference | None,
        *,
        actor: str,
        at: datetime,
    ) -> None:
        """Set a preference, or take it back with None; the audit keeps who did it."""
        with writing(self._engine) as session:
            key = (holder.scope.value, holder.name)
            record = session.get(MarkPreferenceRecord, key, with_for_update=True)
            if record is not None:
                session.delete(record)
                session.flush()
            if preference is not None:
                session.add(
                    MarkPreferenceRecord(
                        scope=holder.scope.value,
                        name=holder.name,
                        **_columns(preference),
                        set_by=actor,
                        set_at=at,
                    )
                )
            write_audit(
                session,
                at=at,
                actor=actor,
                action="set mark preference",
                detail={
                    "scope": holder.scope.value,
                    "name": holder.name,
                    "preference": None if preference is None else _columns(preference),
                },
            )


def _columns(preference: MarkPreference) -> dict[str, str | float | bool]:
    return asdict(preference) | {"show": preference.show.value}


def _known(record: MarkPreferenceRecord) -> KnownPreference:
    return KnownPreference(
        holder=PreferenceHolder(scope=PreferenceScope(record.scope), name=record.name),
        preference=MarkPreference(
            show=ShowMarks(record.show),
            minimum_score=record.minimum_score,
            minimum_mean_diameter_mm=record.minimum_mean_diameter_mm,
            new_and_grown_only=record.new_and_grown_only,
        ),
        set_by=record.set_by,
        set_at=record.set_at,
    )


def _order(holder: PreferenceHolder) -> int:
    return list(PreferenceScope).index(holder.scope)
