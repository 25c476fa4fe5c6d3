"""The Key Object Selection names the marked images, and never a negative study's."""

from pathlib import Path
from typing import Final

import pytest
from pydicom import Dataset

from routing.results.objects import ObjectKind
from tests.support.conformant_ct import write_conformant_series
from tests.support.encoding import about, encoded
from tests.support.findings import findings, nodule
from wetread.domain.findings import Findings, Outcome
from wetread.domain.studies import StoredInstance

KEYS: Final = ObjectKind.KEY_OBJECTS


@pytest.fixture
def series(tmp_path: Path) -> tuple[StoredInstance, ...]:
    return write_conformant_series(tmp_path / "ct")


def selection(found: Findings, series: tuple[StoredInstance, ...], folder: Path) -> Dataset:
    return encoded(about(found, series), series, folder, (KEYS,))[KEYS]


def description(keys: Dataset) -> str:
    (item,) = (item for item in keys.ContentSequence if item.ValueType == "TEXT" and _is_said(item))
    return str(item.TextValue)


def _is_said(item: Dataset) -> bool:
    return bool(item.ConceptNameCodeSequence[0].CodeValue == "113012")


def test_the_marked_images_are_selected_and_described(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    marked = [nodule(series[number].sop_instance_uid, number=number) for number in (3, 1)]
    keys = selection(findings(*marked), series, tmp_path / "out")
    images = [item for item in keys.ContentSequence if item.ValueType == "IMAGE"]
    selected = [item.ReferencedSOPSequence[0].ReferencedSOPInstanceUID for item in images]
    assert selected == [series[3].sop_instance_uid, series[1].sop_instance_uid]
    assert all("ConceptNameCodeSequence" not in item for item in images)  # TID 2010
    assert keys.ConceptNameCodeSequence[0].CodeValue == "113000"
    (study,) = keys.CurrentRequestedProcedureEvidenceSequence
    (of_series,) = study.ReferencedSeriesSequence
    evidence = {one.ReferencedSOPInstanceUID for one in of_series.ReferencedSOPSequence}
    assert evidence == set(selected)
    said = description(keys)
    assert said.startswith("2 nodules marked.")
    assert "Nodule 1: 8.0 mm solid; right upper zone, score 0.91" in said
    assert "Research use only" in said
    assert (keys.StudyDescription, keys.PatientAge) == ("CT CHEST", "065Y")


@pytest.mark.parametrize("outcome", [Outcome.PARTIAL, Outcome.NOT_ANALYSED, Outcome.FAILED])
def test_what_is_not_whole_is_told_on_the_central_image(
    outcome: Outcome, series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    keys = selection(findings(outcome=outcome, reason="slices of 5 mm"), series, tmp_path / "out")
    (image,) = (item for item in keys.ContentSequence if item.ValueType == "IMAGE")
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == series[2].sop_instance_uid
    assert "slices of 5 mm" in description(keys)
    assert "not a negative result" in description(keys)


def test_nothing_is_selected_from_a_negative_study(
    series: tuple[StoredInstance, ...], tmp_path: Path
) -> None:
    assert encoded(about(findings(), series), series, tmp_path / "out", (KEYS,)) == {}
