"""Encode findings over a series, and read the objects back as any receiver would."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pydicom import Dataset, dcmread

from routing.results.encode import encode_results
from routing.results.objects import DEFAULT_KINDS, ObjectKind
from wetread.domain.findings import Findings
from wetread.domain.studies import StoredInstance

ENCODED_AT = datetime(2026, 1, 5, 15, 4, 5, 678900, tzinfo=UTC)


def about(findings: Findings, series: Sequence[StoredInstance]) -> Findings:
    """Return the findings as if this series had been analysed."""
    return replace(
        findings,
        study_instance_uid=series[0].study_instance_uid,
        series_instance_uid=series[0].series_instance_uid,
    )


def encoded(
    findings: Findings,
    series: Sequence[StoredInstance],
    folder: Path,
    kinds: Collection[ObjectKind] = DEFAULT_KINDS,
) -> dict[ObjectKind, Dataset]:
    """Encode the findings and return what lies on disk, by kind."""
    objects = encode_results(findings, series, folder=folder, encoded_at=ENCODED_AT, kinds=kinds)
    return {one.kind: dcmread(one.path) for one in objects}
