"""A benchmark as JSON (`wetread.benchmark/1`)."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from routing.bench.figures import PERCENTILES, Bench, LoadRun, LoadSeries, Part
from wetread.domain.costs.prices import PriceTable
from wetread.domain.errors import ConfigurationError

SCHEMA_NAME: Final = "wetread.benchmark/1"
NOT_MEASURED: Final = "not measured"
_DIGITS: Final = 6


def document_from_bench(bench: Bench) -> str:
    """Return the text."""
    document = {
        "schema": SCHEMA_NAME,
        "machine": asdict(bench.machine),
        "model": bench.model,
        "studies": list(bench.studies),
        "prices": {"name": bench.prices.name, "verified": bench.prices.verified},
        "series": [_series(one, bench.prices) for one in bench.series],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _series(series: LoadSeries, prices: PriceTable) -> dict[str, Any]:
    return {
        "engine": series.engine,
        "part": series.part,
        "device": series.device,
        "loads": [_load(one, prices) for one in series.loads],
    }


def _load(load: LoadRun, prices: PriceTable) -> dict[str, Any]:
    joules = load.joules_per_study
    return {
        "at_once": load.at_once,
        "studies": load.studies,
        "wall_seconds": round(load.wall_seconds, _DIGITS),
        "studies_per_hour": round(load.studies_per_hour, _DIGITS),
        "mean_seconds": round(load.mean_seconds, _DIGITS),
        "variation": round(load.variation, _DIGITS),
        **{
            f"p{percent}_seconds": round(load.percentile_seconds(percent), _DIGITS)
            for percent in PERCENTILES
        },
        "stage_seconds": {
            stage: round(spent.wall_seconds, _DIGITS) for stage, spent in load.stages.items()
        },
        "share_outside_network": _rounded(load.share_outside_network),
        "cpu_share_outside_network": _rounded(load.cpu_share_outside_network),
        "cpu_seconds_per_study": round(load.cpu_seconds_per_study, _DIGITS),
        "gpu_seconds_per_study": round(load.gpu_seconds_per_study, _DIGITS),
        "core_use": round(load.core_use, _DIGITS),
        "peak_bytes": load.peak_bytes,
        "joules_per_study": NOT_MEASURED if joules is None else round(joules, _DIGITS),
        "jpy_per_study": float(load.jpy_per_study(prices)),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, _DIGITS)


class _Load(BaseModel):
    at_once: int
    mean_seconds: float
    variation: float


class _Series(BaseModel):
    engine: str
    part: Part
    loads: tuple[_Load, ...]


class _Document(BaseModel):
    series: tuple[_Series, ...]


def whole_study_seconds(path: Path) -> tuple[float, float]:
    """Return mean seconds and variation of a whole study, alone, from the report at a path.

    Of the first engine measured. Raise `ConfigurationError` where the report tells none.
    """
    try:
        document = TypeAdapter(_Document).validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigurationError(f"{path} is no report.json of `wetread bench`") from error
    for series in document.series:
        if series.part is Part.WHOLE:
            for load in series.loads:
                if load.at_once == 1:
                    return load.mean_seconds, load.variation
    raise ConfigurationError(f"{path} measured no whole study alone: run `wetread bench` again")
