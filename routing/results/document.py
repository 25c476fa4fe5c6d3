"""Findings as the text of findings.json, and back."""

from urllib.parse import quote, unquote

from pydantic import ValidationError

from routing.results.schema import (
    SCHEMA_NAME,
    CandidateSchema,
    ChangeSchema,
    CostSchema,
    FindingsDocument,
    MarkSchema,
    ModelSchema,
    NoduleSchema,
    OperatingPointSchema,
    ResolvedSchema,
    TimingSchema,
    TrendSchema,
    TriageSchema,
    UnseenSchema,
)
from wetread.domain.errors import EncodingError
from wetread.domain.findings import (
    Candidate,
    Change,
    Findings,
    ImageMark,
    Measurement,
    ModelIdentity,
    Nodule,
    OperatingPoint,
    ResolvedNodule,
    StudyCost,
    Timing,
    Trend,
    TrendPoint,
    Triage,
    UnseenNodule,
)
from wetread.domain.guidelines.guidance import Guidance
from wetread.domain.studies import PatientKey

_SEPARATOR = "|"


def document_from_findings(findings: Findings) -> str:
    """Return the text of findings.json: the same findings give the same text.

    Numbers are rounded to what they mean (`schema`). Raises `EncodingError` where a value is
    outside what the schema allows, such as a length that is not a number.
    """
    try:
        document = FindingsDocument(
            schema=SCHEMA_NAME,
            study_instance_uid=findings.study_instance_uid,
            series_instance_uid=findings.series_instance_uid,
            patient_key=_text_from_patient_key(findings.patient_key),
            revision=findings.revision,
            outcome=findings.outcome,
            reason=findings.reason,
            model=ModelSchema.model_validate(findings.model),
            operating_point=(
                None
                if findings.operating_point is None
                else OperatingPointSchema.model_validate(findings.operating_point)
            ),
            nodules=tuple(_schema_from_nodule(nodule) for nodule in findings.nodules),
            candidates=tuple(CandidateSchema.model_validate(c) for c in findings.candidates),
            resolved=tuple(ResolvedSchema.model_validate(gone) for gone in findings.resolved),
            unseen=tuple(UnseenSchema.model_validate(one) for one in findings.unseen),
            triage=TriageSchema.model_validate(findings.triage),
            timing_s=TimingSchema.model_validate(findings.timing_s),
            cost=CostSchema.model_validate(findings.cost),
        )
    except ValidationError as error:
        raise EncodingError(f"the findings do not fit {SCHEMA_NAME}: {error}") from error
    return document.model_dump_json(indent=2) + "\n"


def findings_from_document(text: str | bytes) -> Findings:
    """Return the findings that a text of findings.json holds; raise `EncodingError` if none."""
    try:
        document = FindingsDocument.model_validate_json(text)
    except ValidationError as error:
        raise EncodingError(f"this is not a {SCHEMA_NAME} document: {error}") from error
    return Findings(
        study_instance_uid=document.study_instance_uid,
        series_instance_uid=document.series_instance_uid,
        patient_key=_patient_key_from_text(document.patient_key),
        revision=document.revision,
        outcome=document.outcome,
        reason=document.reason,
        model=ModelIdentity(**dict(document.model)),
        operating_point=(
            None
            if document.operating_point is None
            else OperatingPoint(**dict(document.operating_point))
        ),
        nodules=tuple(_nodule_from_schema(nodule) for nodule in document.nodules),
        candidates=tuple(Candidate(**dict(candidate)) for candidate in document.candidates),
        resolved=tuple(ResolvedNodule(**dict(gone)) for gone in document.resolved),
        unseen=tuple(UnseenNodule(**dict(one)) for one in document.unseen),
        triage=_triage_from_schema(document.triage),
        timing_s=Timing(**dict(document.timing_s)),
        cost=StudyCost(**dict(document.cost)),
    )


def _schema_from_nodule(nodule: Nodule) -> NoduleSchema:
    measurement, change = nodule.measurement, nodule.change
    return NoduleSchema(
        tracking_id=nodule.tracking_id,
        tracking_uid=nodule.tracking_uid,
        center_lps_mm=measurement.center_lps_mm,
        long_axis_mm=measurement.long_axis_mm,
        short_axis_mm=measurement.short_axis_mm,
        volume_mm3=measurement.volume_mm3,
        type=measurement.type,
        side=measurement.side,
        zone=measurement.zone,
        surface_distance_mm=measurement.surface_distance_mm,
        score=nodule.score,
        mark=MarkSchema.model_validate(measurement.mark),
        change=None if change is None else ChangeSchema.model_validate(change),
        trend=None if nodule.trend is None else TrendSchema.model_validate(nodule.trend),
    )


def _nodule_from_schema(nodule: NoduleSchema) -> Nodule:
    return Nodule(
        tracking_id=nodule.tracking_id,
        tracking_uid=nodule.tracking_uid,
        measurement=Measurement(
            center_lps_mm=nodule.center_lps_mm,
            long_axis_mm=nodule.long_axis_mm,
            short_axis_mm=nodule.short_axis_mm,
            volume_mm3=nodule.volume_mm3,
            type=nodule.type,
            side=nodule.side,
            zone=nodule.zone,
            surface_distance_mm=nodule.surface_distance_mm,
            mark=ImageMark(**dict(nodule.mark)),
        ),
        score=nodule.score,
        change=None if nodule.change is None else _change_from_schema(nodule.change),
        trend=None if nodule.trend is None else _trend_from_schema(nodule.trend),
    )


def _change_from_schema(change: ChangeSchema) -> Change:
    mark = None if change.prior_mark is None else ImageMark(**dict(change.prior_mark))
    return Change(**dict(change) | {"prior_mark": mark})


def _trend_from_schema(trend: TrendSchema) -> Trend:
    return Trend(
        points=tuple(TrendPoint(**dict(point)) for point in trend.points),
        doubling_time_days=trend.doubling_time_days,
        doubling_time_days_interval=trend.doubling_time_days_interval,
    )


def _triage_from_schema(triage: TriageSchema) -> Triage:
    guidance = None if triage.guidance is None else Guidance(**dict(triage.guidance))
    return Triage(**dict(triage) | {"guidance": guidance})


def _text_from_patient_key(key: PatientKey) -> str:
    # Only the issuer is escaped: the first separator then always ends it.
    issuer = key.issuer.replace("%", quote("%")).replace(_SEPARATOR, quote(_SEPARATOR))
    return str(PatientKey(issuer=issuer, patient_id=key.patient_id))


def _patient_key_from_text(text: str) -> PatientKey:
    issuer, _, patient_id = text.partition(_SEPARATOR)
    return PatientKey(issuer=unquote(issuer), patient_id=patient_id)
