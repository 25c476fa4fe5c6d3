"""The Chest CAD SR against the rows of its templates (PS3.16, Chest CAD SR IOD Templates)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from pydicom import Dataset, dcmread

from routing.results.encode import encode_results
from routing.results.objects import ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import ENCODED_AT, about, encoded
from tests.support.findings import findings, nodule
from wetread.domain.findings import Change, ChangeState, Findings, Nodule, Outcome
from wetread.domain.presentation import RenderingIntent
from wetread.domain.studies import StoredInstance

CAD: Final = ObjectKind.CHEST_CAD_REPORT


class Row(NamedTuple):
    """A row of a template: how often it may come, and the rows below it, in order."""

    relationship: str
    value_type: str
    concept: str | None
    often: str  # 1, ?, *, +
    below: tuple["Row", ...] = ()


def algorithm(relationship: str) -> tuple[Row, ...]:  # TID 4019
    return (
        Row(relationship, "TEXT", "111001", "1"),
        Row(relationship, "TEXT", "111003", "1"),
        Row(relationship, "TEXT", "122405", "?"),
        Row(relationship, "TEXT", "111002", "*"),
    )


def lists(performed: str, successful: str, failed: str) -> tuple[Row, ...]:  # TID 4015, 4016
    below = (  # TID 4017, 4018
        *algorithm("HAS PROPERTIES"),
        Row("HAS PROPERTIES", "IMAGE", None, "*"),
        Row("HAS PROPERTIES", "UIDREF", "112002", "*"),
    )
    item = (Row("CONTAINS", "CODE", performed, "+", below),)
    return (
        Row("INFERRED FROM", "CONTAINER", successful, "?", item),
        Row("INFERRED FROM", "CONTAINER", failed, "?", item),
    )


IMAGE = (Row("SELECTED FROM", "IMAGE", None, "1"),)
FINDING = (  # TID 4104
    Row("HAS CONCEPT MOD", "CODE", "112024", "?"),
    Row("HAS CONCEPT MOD", "CODE", "111056", "1"),
    Row("HAS OBS CONTEXT", "TEXT", "112039", "?"),  # TID 4108
    Row("HAS OBS CONTEXT", "UIDREF", "112040", "?"),
    *algorithm("HAS OBS CONTEXT"),
    Row("HAS PROPERTIES", "NUM", "111012", "?"),
    Row("HAS PROPERTIES", "SCOORD", "111010", "1", IMAGE),  # TID 4107
    Row("HAS PROPERTIES", "SCOORD", "111041", "?", IMAGE),
    Row("HAS PROPERTIES", "NUM", "103339001", "?"),  # TID 1400
    Row("HAS PROPERTIES", "NUM", "103340004", "?"),
    Row("HAS PROPERTIES", "NUM", "118565006", "?"),  # TID 1402
    Row("HAS PROPERTIES", "CODE", "112013", "?"),  # TID 4105
)
ENTRY = (  # TID 4020
    Row("HAS ACQ CONTEXT", "NUM", "111026", "?"),
    Row("HAS ACQ CONTEXT", "NUM", "111066", "?"),
)
ROOT = (  # TID 4100
    Row("HAS CONCEPT MOD", "CODE", "121049", "1"),
    Row(
        *("CONTAINS", "CONTAINER", "111028", "?"),
        (Row("CONTAINS", "IMAGE", None, "+", ENTRY),),
    ),
    Row(
        *("CONTAINS", "CODE", "111017", "1"),
        (Row("INFERRED FROM", "CODE", "111059", "*", FINDING),),  # TID 4101
    ),
    Row("CONTAINS", "CODE", "111064", "1", lists("111022", "111063", "111025")),
    Row("CONTAINS", "CODE", "111065", "1", lists("111004", "111062", "111024")),
)

CHANGE = Change(state=ChangeState.NEW, prior_study_instance_uid="1.2.9")
OUTCOMES: Final[dict[str, tuple[Findings, str, str, str]]] = {  # CID 6047, 6042, 6042
    "negative": (findings(), "111241", "111222", "111225"),
    "limited": (findings(reason="slices of 5 mm"), "111243", "111223", "111225"),
    "partial": (
        findings(outcome=Outcome.PARTIAL, reason="a place was not measured"),
        *("111243", "111223", "111225"),
    ),
    "not compared": (
        findings(outcome=Outcome.PARTIAL, reason="comparison with prior failed: it stopped"),
        *("111243", "111223", "111224"),
    ),
    "not analysed": (
        findings(outcome=Outcome.NOT_ANALYSED, reason="no series"),
        *("111245", "111225", "111225"),
    ),
    "failed": (
        findings(outcome=Outcome.FAILED, reason="detect stopped"),
        *("111245", "111224", "111225"),
    ),
}


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct")


def violations(parent: Dataset, rows: tuple[Row, ...], where: str = "root") -> Iterator[str]:
    """Yield what of a tree does not follow the rows, in their order."""
    left = [
        (
            item.RelationshipType,
            item.ValueType,
            item.ConceptNameCodeSequence[0].CodeValue
            if "ConceptNameCodeSequence" in item
            else None,
            item,
        )
        for item in parent.get("ContentSequence", [])
    ]
    for row in rows:
        place, count = f"{where} > {row.concept or row.value_type}", 0
        while left and left[0][:3] == row[:3]:
            yield from violations(left.pop(0)[3], row.below, place)
            count += 1
        if (count == 0 and row.often in "1+") or (count > 1 and row.often in "1?"):
            yield f"{place}: {count} times"
    yield from (f"{where}: {item[:3]} is in no row" for item in left)


def value(report: Dataset, concept: str) -> Dataset:
    (item,) = (
        item
        for item in report.ContentSequence
        if item.ConceptNameCodeSequence[0].CodeValue == concept
    )
    return item


def coded(item: Dataset) -> str:
    return str(item.ConceptCodeSequence[0].CodeValue)


@pytest.mark.parametrize("case", OUTCOMES)
def test_every_outcome_follows_the_template_and_says_how_it_went(
    case: str, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    found, summary, detections, analyses = OUTCOMES[case]
    report = encoded(about(found, series), series, tmp_path / "out", (CAD,))[CAD]
    assert list(violations(report, ROOT)) == []
    assert report.ConceptNameCodeSequence[0].CodeValue == "112000"
    assert report.ContentTemplateSequence[0].TemplateIdentifier == "4100"
    assert coded(value(report, "111017")) == summary
    assert coded(value(report, "111064")) == detections
    assert coded(value(report, "111065")) == analyses
    assert (report.CompletionFlag == "COMPLETE") == found.is_whole
    if not found.is_whole:
        assert found.reason in report.CompletionFlagDescription
    assert report.VerificationFlag == "UNVERIFIED"
    assert "research use" in report.SeriesDescription


def test_the_lists_of_algorithms_follow_the_status(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    for case, concepts in (
        ("negative", ["111063"]),
        ("partial", ["111063", "111025"]),
        ("failed", ["111025"]),
        ("not analysed", []),
    ):
        found = about(OUTCOMES[case][0], series)
        report = encoded(found, series, tmp_path / case, (CAD,))[CAD]
        below = value(report, "111064").get("ContentSequence", [])
        assert [item.ConceptNameCodeSequence[0].CodeValue for item in below] == concepts


def test_each_nodule_has_its_rendering_intent_and_place(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    intents = {
        "Nodule 1": (RenderingIntent.REQUIRED, "111150"),
        "Nodule 2": (RenderingIntent.OPTIONAL, "111151"),
        "Nodule 3": (RenderingIntent.NOT_FOR_PRESENTATION, "111152"),
    }

    def intent_of(one: Nodule) -> RenderingIntent:
        return intents[one.tracking_id][0]

    marked = [nodule(series[number].sop_instance_uid, number=number) for number in (1, 2, 3)]
    marked[2] = replace(marked[2], measurement=replace(marked[2].measurement, zone=None))
    (written,) = encode_results(
        about(findings(*marked), series),
        series,
        folder=tmp_path / "out",
        encoded_at=ENCODED_AT,
        kinds=(CAD,),
        intent_of=intent_of,
    )
    report = dcmread(written.path)
    assert list(violations(report, ROOT)) == []
    found = value(report, "111017").ContentSequence
    for one, item in zip(marked, found, strict=True):
        assert coded(item) == "112033"
        assert coded(value(item, "112024")) == "27925004"
        assert coded(value(item, "111056")) == intents[one.tracking_id][1]
        assert one.tracking_uid == value(item, "112040").UID
        center = value(item, "111010")
        assert list(center.GraphicData) == list(one.measurement.mark.center_px)
        reference = center.ContentSequence[0].ReferencedSOPSequence[0]
        assert reference.ReferencedSOPInstanceUID == one.measurement.mark.sop_instance_uid


def test_a_comparison_names_both_series(series: tuple[StoredInstance, ...], tmp_path: Path) -> None:
    prior = write_conformant_series(tmp_path / "prior", study="prior", series="prior")
    changed = replace(nodule(series[1].sop_instance_uid), change=CHANGE)
    (written,) = encode_results(
        about(findings(changed), series),
        series,
        folder=tmp_path / "out",
        encoded_at=ENCODED_AT,
        kinds=(CAD,),
        prior_instances=prior,
    )
    report = dcmread(written.path)
    assert list(violations(report, ROOT)) == []
    (compared,) = value(report, "111065").ContentSequence
    (performed,) = compared.ContentSequence
    assert coded(performed) == "133886009"
    assert [item.UID for item in performed.ContentSequence if item.ValueType == "UIDREF"] == [
        series[0].series_instance_uid,
        prior[0].series_instance_uid,
    ]
