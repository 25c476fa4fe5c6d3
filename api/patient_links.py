"""Records that may be of one patient: what speaks for it, and what a human says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Path, Query

from api.problems import Problem
from api.schemas import (
    EvidenceSchema,
    LinkDecisionSchema,
    LinkedPatientSchema,
    LinkUndoSchema,
    PatientLinkPageSchema,
    PatientLinkSchema,
)
from routing.records.links import LinkRecords
from routing.records.patients import KnownPatient, PatientRecords
from wetread.domain.identity.links import LinkState, PatientLink
from wetread.ports import Clock

_REFUSALS: Final[Mapping[int | str, dict[str, Any]]] = {
    404: {"model": Problem, "description": "There is no such link"},
    409: {"model": Problem, "description": "The link does not stand where this could be done"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPair:
    """A link, and both patients as they are known."""

    link: PatientLink
    one: KnownPatient
    other: KnownPatient


def pair_of(link: PatientLink, patients: PatientRecords) -> LinkedPair:
    """Return a link with its patients."""
    one, other = patients.find(link.one), patients.find(link.other)
    assert one is not None  # a link is only made between registered patients
    assert other is not None
    return LinkedPair(link=link, one=one, other=other)


def turn_link(links: LinkRecords, link_id: int, turn: Callable[[], bool]) -> PatientLink:
    """Decide or undo; return the link as it stands then, or end the request with 404 or 409."""
    if links.find(link_id) is None:
        raise HTTPException(404, "there is no link of this number")
    if not turn():
        raise HTTPException(409, "the link does not stand where this could be done; look again")
    link = links.find(link_id)
    assert link is not None
    return link


def patient_links_router(patients: PatientRecords, links: LinkRecords, clock: Clock) -> APIRouter:
    """Return the routes about links between patients."""
    router = APIRouter(prefix="/patient-links", tags=["patients"])
    link_number = Annotated[int, Path(ge=1, le=2**31 - 1, description="number of the link")]

    @router.get("", summary="List links between patients of several hospitals, surest first")
    def list_links(
        state: Annotated[LinkState, Query(description="only these")] = LinkState.REVIEW,
        limit: Annotated[int, Query(ge=1, le=500, description="how many")] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9, description="how many to skip")] = 0,
    ) -> PatientLinkPageSchema:
        page = links.page([state], limit=limit, offset=offset)
        return PatientLinkPageSchema(
            total=page.total,
            limit=limit,
            offset=offset,
            links=tuple(_link_schema(pair_of(link, patients)) for link in page.links),
        )

    @router.post(
        "/{link_id}/decision",
        summary="Confirm that two records are one patient, or refuse it",
        description="For the next studies: what was analysed before stays as it is.",
        responses={**_REFUSALS},
    )
    def decide(link_id: link_number, decision: LinkDecisionSchema) -> PatientLinkSchema:
        link = turn_link(
            links,
            link_id,
            lambda: links.decide(link_id, decision.decision, actor=decision.actor, at=clock()),
        )
        return _link_schema(pair_of(link, patients))

    @router.post(
        "/{link_id}/undo",
        summary="Take a decision back: a human is to decide again",
        responses={**_REFUSALS},
    )
    def undo(link_id: link_number, undoing: LinkUndoSchema) -> PatientLinkSchema:
        link = turn_link(
            links, link_id, lambda: links.undo(link_id, actor=undoing.actor, at=clock())
        )
        return _link_schema(pair_of(link, patients))

    return router


def _link_schema(pair: LinkedPair) -> PatientLinkSchema:
    link, match = pair.link, pair.link.match
    return PatientLinkSchema(
        link_id=link.link_id,
        state=link.state,
        one=_patient_schema(pair.one),
        other=_patient_schema(pair.other),
        evidence=tuple(EvidenceSchema.model_validate(one) for one in match.evidence),
        bits=match.bits,
        false_link_rate=match.false_link_rate,
        twins_known=match.twins_known,
        match_table=link.match_table,
        found_at=link.found_at,
        decided_by=link.decided_by,
        decided_at=link.decided_at,
    )


def _patient_schema(patient: KnownPatient) -> LinkedPatientSchema:
    return LinkedPatientSchema(
        issuer=patient.key.issuer,
        patient_id=patient.key.patient_id,
        patient_name=patient.name,
        birth_date=patient.details.birth_date,
        sex=patient.details.sex,
    )
