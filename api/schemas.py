"""What the JSON API answers, with an example of each."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from api.examples import MARKS_PER_SCAN, PATIENT_LINK, READING_ITEM, STUDY_UID, SUMMARY, USE
from wetread.domain.findings import Outcome
from wetread.domain.identity.agreement import Agreement
from wetread.domain.identity.agreement import Field as MatchField
from wetread.domain.identity.links import Decision, LinkState
from wetread.domain.reading import AiState
from wetread.domain.reading_order import Urgency
from wetread.domain.studies import StudyState

# Real systems write UIDs with leading zeros (forbidden in PS3.5 9.1); they are asked for as such.
Uid: TypeAlias = Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9]+(\.[0-9]+)*$")]
StudyUid: TypeAlias = Annotated[Uid, Path(description="StudyInstanceUID", examples=[STUDY_UID])]

# The service knows no users of its own: whoever asks says who they are, and the audit keeps it.
Actor: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)
]


# As a reader tells them: millimetres, cubic ones for a volume.
Size: TypeAlias = Annotated[float, Field(gt=0, le=10**6, allow_inf_nan=False)]
Coordinate: TypeAlias = Annotated[float, Field(ge=-(10**4), le=10**4, allow_inf_nan=False)]


def example(value: JsonDict) -> ConfigDict:
    """Return the configuration of an answer, with the example that the documentation shows."""
    return ConfigDict(
        from_attributes=True,
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [value]},
    )


class StudySummarySchema(BaseModel):
    """One study as a list shows it."""

    model_config = example(SUMMARY)

    study_instance_uid: str
    issuer: str
    patient_id: str
    patient_name: str
    """As DICOM writes it: groups divided by `=`, parts by `^`."""
    study_date: str
    """YYYYMMDD, empty when unknown."""
    study_description: str
    accession_number: str
    site: str
    state: StudyState
    revision: int
    """Of the last completion; late images make a further one."""
    first_received_at: datetime
    last_received_at: datetime
    completed_at: datetime | None
    fetched_from: str
    """The archive, where it first came as a prior of another study; empty where it was sent."""
    outcome: Outcome | None
    """Of the newest findings; only `analysed` may look negative."""


class StudyPageSchema(BaseModel):
    """Some studies of a longer list, last received first."""

    model_config = example({"total": 1, "limit": 50, "offset": 0, "studies": [SUMMARY]})

    total: int
    limit: int
    offset: int
    studies: tuple[StudySummarySchema, ...]


class InstanceCountsSchema(BaseModel):
    """How many instances of a study are kept."""

    model_config = example({"stored": 133, "conflicting": 0, "quarantined": 0})

    stored: int
    conflicting: int
    """Kept apart: another content came under a UID that was known."""
    quarantined: int


class DeliverySchema(BaseModel):
    """How far one destination has confirmed the results."""

    model_config = example(
        {
            "destination": "pacs",
            "confirmed": 2,
            "waiting": 0,
            "images": 0,
            "attempts": 1,
            "last_confirmed_at": "2026-04-01T09:03:00+09:00",
            "details": [],
        }
    )

    destination: str
    confirmed: int
    waiting: int
    images: int
    """That the objects add to the study, where a hospital pays by the image."""
    attempts: int
    last_confirmed_at: datetime | None
    details: tuple[str, ...]
    """What the destination said of the objects that wait."""


class StudySchema(StudySummarySchema):
    """One study with what became of its images and results."""

    model_config = example(
        {
            **SUMMARY,
            "instances": {"stored": 133, "conflicting": 0, "quarantined": 0},
            "deliveries": [],
        }
    )

    instances: InstanceCountsSchema
    deliveries: tuple[DeliverySchema, ...]


class RedeliverySchema(BaseModel):
    """Who asks for it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"actor": "Reader A"}})

    actor: Actor


class ExpectedInstancesSchema(BaseModel):
    """How many instances a study will have, as its hospital knows."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"instances": 160}})

    instances: Annotated[int, Field(ge=1, le=10**6)]


class ReadingItemSchema(BaseModel):
    """One study that waits for its reader."""

    model_config = example(READING_ITEM)

    study: StudySummarySchema
    requested_at: datetime
    waiting_seconds: Annotated[int, Field(ge=0)]
    ai_state: AiState
    """The analysis never holds a read up: `waiting` and `late` studies may be read."""
    urgency: Urgency
    due_at: datetime | None
    """By the hospital's own calendar, or as somebody has asked."""
    priority: int
    """What was found: 0 to 100 points."""
    reasons: tuple[str, ...]
    """What was found, in words."""
    place_at: datetime
    """The list is ordered by this: the request, less what each reason is worth."""
    place_reasons: tuple[str, ...]
    """Why it stands sooner than its request."""
    reader: str | None
    """Whom it is assigned to."""
    claimed_by: str | None = None
    """Who reads it now."""
    claimed_until: datetime | None = None


class ReadingListSchema(BaseModel):
    """Studies to read, next first."""

    model_config = example({"at": "2026-04-01T09:14:44+09:00", "total": 1, "items": [READING_ITEM]})

    at: datetime
    total: int
    """Of the whole queue, which may be longer than what is shown."""
    items: tuple[ReadingItemSchema, ...]


class EstimateSchema(BaseModel):
    """A figure with its 95 % interval."""

    model_config = example(MARKS_PER_SCAN)

    value: float
    low: float
    high: float


class LinkedPatientSchema(BaseModel):
    """A patient as one issuer knows them: what a human needs to tell two people apart."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    issuer: str
    patient_id: str
    patient_name: str
    birth_date: str
    sex: str


class EvidenceSchema(BaseModel):
    """What one field says; phone, address and insurance are told without their values."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    field: MatchField
    agreement: Agreement
    bits: float
    """Positive speaks for one patient, negative for two."""


class PatientLinkSchema(BaseModel):
    """Two records that are, or may be, of one patient."""

    model_config = example(PATIENT_LINK)

    link_id: int
    state: LinkState
    one: LinkedPatientSchema
    other: LinkedPatientSchema
    evidence: tuple[EvidenceSchema, ...]
    bits: float
    false_link_rate: float
    """Estimated: how often a pair like this is two patients."""
    twins_known: bool
    match_table: str
    found_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None


class PatientLinkPageSchema(BaseModel):
    """Some links of a longer list, surest first."""

    model_config = example({"total": 1, "limit": 50, "offset": 0, "links": [PATIENT_LINK]})

    total: int
    limit: int
    offset: int
    links: tuple[PatientLinkSchema, ...]


class LinkDecisionSchema(BaseModel):
    """What a human says of a link."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"decision": "confirm", "actor": "Reader A"}}
    )

    decision: Decision
    actor: Actor


class LinkUndoSchema(BaseModel):
    """Who takes a decision back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"actor": "Reader A"}})

    actor: Actor


class DeviceUseSchema(BaseModel):
    """What was used and booked; exact decimals as text."""

    model_config = example(USE)

    gpu_seconds: Decimal
    cpu_seconds: Decimal
    cost_jpy: Decimal


class StudyUseSchema(BaseModel):
    """The bookings of one study."""

    model_config = example({"study_instance_uid": STUDY_UID, "entries": 1, "use": USE})

    study_instance_uid: str
    entries: int
    use: DeviceUseSchema


class CostsSchema(BaseModel):
    """What the analyses of one month cost; the dearest study first."""

    model_config = example(
        {
            "month": "2026-04",
            "start": "2026-04-01T00:00:00+09:00",
            "end": "2026-05-01T00:00:00+09:00",
            "total": USE,
            "price_tables": ["example from 2026-01-01"],
            "studies": [{"study_instance_uid": STUDY_UID, "entries": 1, "use": USE}],
        }
    )

    month: str
    start: datetime
    end: datetime
    """Not included."""
    total: DeviceUseSchema
    price_tables: tuple[str, ...]
    studies: tuple[StudyUseSchema, ...]


class LiveSchema(BaseModel):
    """The process answers."""

    model_config = example({"status": "alive"})

    status: str


class CheckSchema(BaseModel):
    """One thing the service cannot work without."""

    model_config = example({"name": "database", "ok": True, "detail": ""})

    name: str
    ok: bool
    detail: str
    """What is wrong, for the operator."""


class ReadySchema(BaseModel):
    """All that the service needs works."""

    model_config = example(
        {"ready": True, "checks": [{"name": "database", "ok": True, "detail": ""}]}
    )

    ready: bool
    checks: tuple[CheckSchema, ...]
