"""findings.json gives back the findings it was made from, whatever they are."""

import hypothesis.strategies as st
from hypothesis import given, settings

from routing.results.document import document_from_findings, findings_from_document
from wetread.domain.findings import (
    Candidate,
    Change,
    Findings,
    ImageMark,
    LungZone,
    Measurement,
    Nodule,
    OperatingPoint,
    Outcome,
    ResolvedNodule,
    StudyCost,
    Timing,
    Trend,
    TrendPoint,
    Triage,
    UnseenNodule,
)
from wetread.domain.studies import PatientKey

LARGE = 1e6
length = st.floats(0, LARGE)
place = st.floats(-LARGE, LARGE)
share = st.floats(0, 1)
point = st.tuples(place, place, place)
pixel = st.tuples(place, place)
short_text = st.text(max_size=12)

interval = st.none() | st.tuples(place, st.none() | place)
change = st.builds(
    Change,
    prior_volume_mm3=st.none() | length,
    prior_mean_diameter_mm=st.none() | length,
    volume_change_percent=st.none() | place,
    volume_change_uncertainty_percent=st.none() | length,
    doubling_time_days=st.none() | place,
    doubling_time_days_interval=interval,
    measured_at_registered_place=st.booleans(),
)
trend = st.builds(
    Trend,
    points=st.lists(st.builds(TrendPoint, volume_mm3=length), max_size=3).map(tuple),
    doubling_time_days=st.none() | place,
    doubling_time_days_interval=interval,
)
measurement = st.builds(
    Measurement,
    center_lps_mm=point,
    long_axis_mm=length,
    short_axis_mm=length,
    volume_mm3=length,
    zone=st.none() | st.sampled_from(LungZone),
    surface_distance_mm=st.none() | length,
    mark=st.builds(
        ImageMark,
        center_px=pixel,
        radius_px=length,
        outline_px=st.lists(pixel, max_size=3).map(tuple),
    ),
)
nodules = st.lists(
    st.builds(
        Nodule,
        measurement=measurement,
        score=share,
        change=st.none() | change,
        trend=st.none() | trend,
    ),
    max_size=2,
)
candidate = st.builds(Candidate, center_lps_mm=point, diameter_mm=length, score=share)
gone = st.builds(ResolvedNodule, center_lps_mm=point)
unseen = st.builds(UnseenNodule, center_lps_mm=point)
anything = st.builds(
    Findings,
    patient_key=st.builds(PatientKey, issuer=short_text, patient_id=short_text),
    revision=st.integers(0, 9),
    outcome=st.sampled_from(Outcome),
    operating_point=st.none()
    | st.builds(
        OperatingPoint,
        score=share,
        expected_sensitivity=st.none() | share,
        false_marks_per_scan=st.none() | length,
    ),
    nodules=nodules.map(tuple),
    candidates=st.lists(candidate, max_size=2).map(tuple),
    resolved=st.lists(gone, max_size=2).map(tuple),
    unseen=st.lists(unseen, max_size=2).map(tuple),
    triage=st.builds(Triage, priority=st.integers(0, 100)),
    timing_s=st.builds(Timing, **dict.fromkeys(Timing.__slots__, length)),
    cost=st.builds(
        StudyCost,
        gpu_seconds=length,
        cpu_seconds=length,
        energy_joule=st.none() | length,
        cost_jpy=length,
    ),
)


@settings(deadline=None)
@given(anything)
def test_what_was_written_is_read_back(findings: Findings) -> None:
    text = document_from_findings(findings)
    read = findings_from_document(text)

    # Once rounded, nothing changes any more: neither the value nor a byte of the text.
    assert document_from_findings(read) == text
    assert findings_from_document(document_from_findings(read)) == read
    # Rounding apart, it is what was put in.
    assert (read.outcome, read.reason, read.revision) == (
        findings.outcome,
        findings.reason,
        findings.revision,
    )
    assert read.patient_key == findings.patient_key
    for before, after in zip(findings.nodules, read.nodules, strict=True):
        assert abs(before.measurement.long_axis_mm - after.measurement.long_axis_mm) <= 0.00501
        assert abs(before.measurement.volume_mm3 - after.measurement.volume_mm3) <= 0.0501
        assert abs(before.score - after.score) <= 0.0000501
        assert before.measurement.zone is after.measurement.zone
        assert before.tracking_uid == after.tracking_uid
        assert (before.change is None) == (after.change is None)
        assert (before.trend is None) == (after.trend is None)
        if before.trend is not None and after.trend is not None:
            assert [one.study_date for one in before.trend.points] == [
                one.study_date for one in after.trend.points
            ]
    assert len(read.unseen) == len(findings.unseen)
