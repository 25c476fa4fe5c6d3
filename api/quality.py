"""How the marks of each model do at each site."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.examples import MODEL_QUALITY
from api.schemas import EstimateSchema, example
from routing.feedback.quality import QualityDesk
from wetread.domain.cusum import Direction

USUAL_DAYS = 180


class ChartSchema(BaseModel):
    """One side of the chart (CUSUM); an alarm comes when the level reaches the threshold."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    direction: Direction
    level: float
    threshold: float
    in_control_run_scans: float
    """Mean scans to a false alarm while nothing has changed."""
    shifted_run_scans: float
    """Mean scans until the shift it is made for is noticed."""


class DriftSignalSchema(BaseModel):
    """The chart reached its threshold."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    direction: Direction
    at: datetime


class DriftSchema(BaseModel):
    """Whether there are more or fewer marks per scan than there were at first."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    reference_rate: float | None
    """Marks per scan at first; null until there are enough scans."""
    dispersion: float | None
    """How much more the counts vary than Poisson's: their variance is rate + this × rate²."""
    monitored_scans: int
    charts: tuple[ChartSchema, ...]
    signals: tuple[DriftSignalSchema, ...]
    alarm: bool
    """There was a signal among the most recent scans."""


class ModelAtSiteSchema(BaseModel):
    """A model version at a hospital."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    site: str
    model_name: str
    model_version: str


class FiguresSchema(BaseModel):
    """What was counted of the scans of one model at one site."""

    model_config = ConfigDict(from_attributes=True, frozen=True, use_attribute_docstrings=True)

    scans: int
    marks_per_scan: EstimateSchema
    accepted: int
    rejected: int
    disputed: int
    """Readers differ; in neither of the two."""
    open: int
    """Marks that nobody has judged."""
    missed: int
    """Nodules that readers added."""
    false_share: EstimateSchema | None
    """Rejected among accepted and rejected."""
    false_marks_per_scan: EstimateSchema | None
    """Marks per scan times the false share: as if the other marks were like the judged ones."""
    score_counts: tuple[int, ...]
    """Marks in ten equal bins of their score, from 0 to 1."""
    median_score: float | None
    drift: DriftSchema


class ModelQualitySchema(BaseModel):
    """The figures of one model at one site."""

    model_config = example(MODEL_QUALITY)

    model: ModelAtSiteSchema
    quality: FiguresSchema


class QualitySchema(BaseModel):
    """The figures of all models at all sites; no patient is in them."""

    model_config = example(
        {
            "since": "2025-10-03T09:00:00+09:00",
            "at": "2026-04-01T09:00:00+09:00",
            "models": [MODEL_QUALITY],
        }
    )

    since: datetime
    at: datetime
    models: tuple[ModelQualitySchema, ...]


def quality_router(quality: QualityDesk) -> APIRouter:
    """Return the route of the figures."""
    router = APIRouter(prefix="/quality", tags=["feedback"])

    @router.get("", summary="Return false marks, marks per scan and drift of each model and site")
    def show_quality(
        days: Annotated[
            int, Query(ge=1, le=3660, description="how far back; drift is told from the first scan")
        ] = USUAL_DAYS,
    ) -> QualitySchema:
        return QualitySchema.model_validate(quality.report(days))

    return router
