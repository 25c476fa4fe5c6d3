"""The shape of findings.json, schema `wetread.findings/1`.

``python -m routing.results.schema`` prints its JSON Schema.
"""

import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, computed_field
from pydantic.json_schema import JsonSchemaValue

from wetread.domain.findings import (
    ChangeState,
    GrowthVerdict,
    LungZone,
    NoduleType,
    Outcome,
    Prescreen,
    UnseenReason,
)
from wetread.domain.guidelines.guidance import GuidanceStatus, Indication

SCHEMA_NAME: Final = "wetread.findings/1"


def _rounded(digits: int) -> AfterValidator:
    # Adding zero turns -0.0 into 0.0: the same findings give the same text.
    return AfterValidator(lambda value: round(value, digits) + 0.0)


Millimetre = Annotated[float, _rounded(2)]
Length = Annotated[float, Field(ge=0), _rounded(2)]
Volume = Annotated[float, Field(ge=0), _rounded(1)]
Pixel = Annotated[float, _rounded(2)]
Percent = Annotated[float, _rounded(1)]
Days = Annotated[float, _rounded(1)]
DaysInterval = tuple[Days, Days | None]
Score = Annotated[float, Field(ge=0, le=1), _rounded(4)]
Share = Annotated[float, Field(ge=0, le=1), _rounded(4)]
Seconds = Annotated[float, Field(ge=0), _rounded(3)]
PointMm = tuple[Millimetre, Millimetre, Millimetre]
PointPx = tuple[Pixel, Pixel]


class _Part(BaseModel):
    # A later program may add a field: ignore what is unknown, never quote a value in an error.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        from_attributes=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class ModelSchema(_Part):
    """Which network or algorithm produced the findings."""

    name: str
    version: str
    sha256: str
    device: str


class OperatingPointSchema(_Part):
    """The score from which candidates are marked, and what its evaluation makes one expect."""

    score: Score
    expected_sensitivity: Share | None
    false_marks_per_scan: Annotated[float, Field(ge=0), _rounded(3)] | None


class MarkSchema(_Part):
    """The outline of a nodule on the image that shows it largest."""

    sop_instance_uid: str
    center_px: PointPx
    """Column and row; the top-left corner of the first pixel is 0, 0."""
    radius_px: Annotated[float, Field(ge=0), _rounded(2)]
    outline_px: tuple[PointPx, ...]
    """Closed; the first point is not repeated."""


class ChangeSchema(_Part):
    """What became of a nodule since the prior study."""

    state: ChangeState
    prior_study_instance_uid: str
    prior_tracking_uid: str | None
    prior_volume_mm3: Volume | None
    prior_mean_diameter_mm: Length | None = None
    interval_days: int | None = None
    """Between the two studies; null where a date is unknown."""
    volume_change_percent: Percent | None
    volume_change_uncertainty_percent: Percent | None = None
    """A change up to this, either way, lies within the error of measurement."""
    doubling_time_days: Days | None
    """Negative: the time to halve."""
    doubling_time_days_interval: DaysInterval | None = None
    """What the error allows, the fastest change first; null second: perhaps no change at all."""
    verdict: GrowthVerdict | None
    measured_at_registered_place: bool = False
    """One of the two was marked by no detector, and measured where the other one lies."""
    prior_mark: MarkSchema | None = None
    """Where the prior's image shows it: the enclosing circle, without an outline."""


class TrendPointSchema(_Part):
    """The size of a nodule in one study."""

    study_instance_uid: str
    study_date: date
    volume_mm3: Volume


class TrendSchema(_Part):
    """A nodule over all studies that one model has measured, oldest first."""

    points: tuple[TrendPointSchema, ...]
    doubling_time_days: Days | None
    """Of the line through ln(volume); negative: the time to halve."""
    doubling_time_days_interval: DaysInterval | None
    """What the error allows, the fastest change first; null second: perhaps no change at all."""


class NoduleSchema(_Part):
    """One marked nodule."""

    tracking_id: str
    tracking_uid: str
    """The same at every time point."""
    center_lps_mm: PointMm
    """Patient coordinates: x to the left, y to the back, z to the head."""
    long_axis_mm: Length
    short_axis_mm: Length
    volume_mm3: Volume
    type: NoduleType
    side: str
    zone: LungZone | None = None
    """Third of the height of its lung; null where the lung is not seen whole."""
    surface_distance_mm: Length | None = None
    """Lung between the nodule's edge and the nearest surface of its lung, fissures apart."""
    score: Score
    mark: MarkSchema
    change: ChangeSchema | None
    trend: TrendSchema | None = None
    """Null where no earlier study shows the nodule."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own stub asks for this
    @property
    def mean_diameter_mm(self) -> float:
        """Mean of long and short axis."""
        return round((self.long_axis_mm + self.short_axis_mm) / 2, 2)


class CandidateSchema(_Part):
    """A place the detector thinks may be a nodule."""

    center_lps_mm: PointMm
    diameter_mm: Length
    score: Score


class ResolvedSchema(_Part):
    """A nodule of the prior study that is gone."""

    prior_tracking_uid: str
    center_lps_mm: PointMm


class GuidanceSchema(_Part):
    """What the guideline says of the study."""

    indication: Indication
    guideline: str | None
    """Name and edition; null where none was chosen."""
    status: GuidanceStatus
    lowest: str | None
    """The lowest category that is possible; equal to the highest where all is known."""
    highest: str | None
    tracking_id: str | None
    """Of the nodule that decided."""
    rule: str | None
    """The row of the guideline's table that decided the highest category."""
    source: str | None
    verified: bool | None
    """False: the row that decided was not checked with its source."""
    english: tuple[str, ...]
    japanese: tuple[str, ...]


class UnseenSchema(_Part):
    """A nodule of the prior study that was not found now and is not known to be gone."""

    prior_tracking_uid: str
    center_lps_mm: PointMm
    """Where it should be."""
    reason: UnseenReason


class TriageSchema(_Part):
    """Where the study goes in the reading queue, and why."""

    guideline: str | None
    category: str | None
    """One category, or a range such as 3–4B where something was not measured."""
    prescreen: Prescreen
    priority: Annotated[int, Field(ge=0, le=100)]
    """Larger is sooner; 0 is the request order."""
    reasons: tuple[str, ...]
    guidance: GuidanceSchema | None = None
    """Null in findings of an earlier program."""


class TimingSchema(_Part):
    """Wall seconds of each stage."""

    read: Seconds
    select: Seconds
    detect: Seconds
    measure: Seconds
    compare: Seconds
    encode: Seconds
    total: Seconds


class CostSchema(_Part):
    """What the analysis used and costs."""

    gpu_seconds: Seconds
    cpu_seconds: Seconds
    device: str
    energy_joule: Annotated[float, Field(ge=0), _rounded(1)] | None
    cost_jpy: Annotated[float, Field(ge=0), _rounded(4)]
    how_measured: str


class FindingsDocument(_Part):
    """Everything known about one analysed study."""

    model_config = ConfigDict(title=SCHEMA_NAME, serialize_by_alias=True)

    schema_: Literal["wetread.findings/1"] = Field(alias="schema")
    study_instance_uid: str
    series_instance_uid: str | None
    """None when no series was selected."""
    patient_key: str
    """`issuer|id`; a `|` or `%` of the issuer itself is percent-encoded."""
    revision: Annotated[int, Field(ge=0)]
    outcome: Outcome
    reason: str | None
    """Why not analysed, partial or failed; or what limits the analysis."""
    model: ModelSchema
    operating_point: OperatingPointSchema | None = None
    """Null where nothing was looked for."""
    nodules: tuple[NoduleSchema, ...]
    candidates: tuple[CandidateSchema, ...]
    """Every candidate down to a low score."""
    resolved: tuple[ResolvedSchema, ...]
    unseen: tuple[UnseenSchema, ...] = ()
    triage: TriageSchema
    timing_s: TimingSchema
    cost: CostSchema


def json_schema() -> Mapping[str, JsonSchemaValue]:
    """Return the JSON Schema (2020-12) of findings.json."""
    schema = FindingsDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def json_schema_text() -> str:
    """Return `json_schema` as it is published in the documentation."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(json_schema_text())
