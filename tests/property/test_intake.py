from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from routing.intake.elements import Encoding, read_elements
from routing.records.catalog import StudyCatalog
from routing.records.database import open_database
from routing.records.studies import InstanceEntry, InstanceStatus, StudyAttributes, StudySummary
from routing.records.tables import AuditRecord, InstanceRecord, StudyRecord
from tests.support.instances import encoded
from wetread.domain.errors import UnreadableInstance
from wetread.domain.identity.person import PatientDetails
from wetread.domain.studies import CompletenessPolicy, PatientKey, StoredInstance

NOW = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)
SECONDS = st.integers(0, 10_000).map(lambda seconds: timedelta(seconds=seconds))
STUDIES = ("1.1", "1.2")


# When a study is complete.


@given(
    first=SECONDS,
    silence=SECONDS,
    quiet=SECONDS,
    forced=SECONDS,
    received=st.integers(1, 50),
    expected=st.none() | st.integers(1, 50),
    later=SECONDS,
)
def test_a_complete_study_stays_complete_while_nothing_happens(
    first: timedelta,
    silence: timedelta,
    quiet: timedelta,
    forced: timedelta,
    received: int,
    expected: int | None,
    later: timedelta,
) -> None:
    policy = CompletenessPolicy(quiet=quiet, forced_after=forced)

    def is_complete(now: datetime, received_instances: int = received) -> bool:
        return policy.is_complete(
            first_received_at=NOW,
            last_received_at=NOW + first,
            received_instances=received_instances,
            expected_instances=expected,
            now=now,
        )

    now = NOW + first + silence
    if is_complete(now):
        assert is_complete(now + later)
        assert is_complete(now, received + 1)
    else:
        assert silence < quiet
        assert first + silence < forced
        assert expected is None or received < expected


# The catalog does not depend on the order in which instances come.

_TEXT = st.sampled_from(["", "known"])


@st.composite
def _instances(draw: st.DrawFn) -> list[InstanceEntry]:
    count = draw(st.integers(1, 12))
    entries = []
    for number in range(count):
        study = draw(st.sampled_from(STUDIES))
        known = draw(_TEXT)
        attributes = StudyAttributes(
            study_instance_uid=study,
            patient_key=PatientKey(issuer="Hospital", patient_id=draw(_TEXT)),
            patient_name=known,
            patient_details=PatientDetails(birth_date="19500203" if known else "", sex=known),
            study_date=draw(st.sampled_from(["", "20250102"])),
            study_description=draw(_TEXT),
            accession_number=draw(_TEXT),
        )
        entries.append(
            InstanceEntry(
                content_sha256=f"{number:064d}",
                relative_path=f"objects/{number}",
                received_at=NOW + draw(SECONDS),
                sending_ae="SCANNER",
                site="Hospital",
                status=InstanceStatus.STORED,
                detail="",
                sop_instance_uid=f"1.9.{number}",
                sop_class_uid="1.2",
                series_instance_uid=f"{study}.1",
                transfer_syntax_uid="1.2",
                study=attributes,
            )
        )
    return entries


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('order') / 'records.sqlite'}")


def _catalog_of(
    engine: Engine, batches: list[list[InstanceEntry]]
) -> list[tuple[StudySummary | None, tuple[StoredInstance, ...]]]:
    with Session(engine) as session, session.begin():
        for table in (AuditRecord, InstanceRecord, StudyRecord):
            session.execute(delete(table))
    catalog = StudyCatalog(engine, lambda: NOW, spool_dir=Path("/spool"))
    for batch in batches:
        catalog.index(batch)
    return [(catalog.study(study), catalog.instances_of(study)) for study in STUDIES]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(entries=_instances(), data=st.data())
def test_the_order_of_arrival_does_not_matter(
    engine: Engine, entries: list[InstanceEntry], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(entries))
    cut = data.draw(st.integers(0, len(entries)))
    batches = [batch for batch in (shuffled[:cut], shuffled[cut:]) if batch]

    assert _catalog_of(engine, batches) == _catalog_of(engine, [entries])


# A dataset that was cut off is noticed.

_VALUES = st.text(alphabet="ABC ", max_size=9)


@st.composite
def _datasets(draw: st.DrawFn, depth: int = 2) -> Dataset:
    dataset = Dataset()
    dataset.SeriesDescription = draw(_VALUES)
    dataset.InstanceNumber = draw(st.integers(0, 9999))
    if draw(st.booleans()):
        dataset.RedPaletteColorLookupTableData = draw(st.binary(max_size=10).map(lambda b: b * 2))
    if draw(st.booleans()):
        dataset.add_new(0x00091001, "UN", draw(st.binary(max_size=10).map(lambda b: b * 2)))
    if depth:
        items = draw(st.lists(_datasets(depth=depth - 1), max_size=2))
        dataset.ReferencedImageSequence = items
        dataset["ReferencedImageSequence"].is_undefined_length = draw(st.booleans())
        for item in items:
            item.is_undefined_length_sequence_item = draw(st.booleans())
    return dataset


@settings(max_examples=60, deadline=None)
@given(
    dataset=_datasets(),
    syntax=st.sampled_from([ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]),
    data=st.data(),
)
def test_reading_notices_every_cut_but_one_between_elements(
    dataset: Dataset, syntax: UID, data: st.DataObject
) -> None:
    whole = encoded(dataset, syntax)
    encoding = Encoding(implicit_vr=syntax.is_implicit_VR, little_endian=syntax.is_little_endian)
    tags = [int(tag) for tag in dataset.keys()]  # noqa: SIM118 - tags, not elements
    read = list(read_elements(whole, 0, len(whole), encoding, tags))
    assert [tag for tag, _ in read] == sorted(tags)

    end = data.draw(st.integers(0, len(whole) - 1))
    try:
        left = list(read_elements(whole[:end], 0, end, encoding, tags))
    except UnreadableInstance:
        return
    assert left == read[: len(left)]
    assert len(left) < len(read), "a cut was not noticed"
