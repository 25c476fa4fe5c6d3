"""Prior against current on the generated patient, read from DICOM files."""

from inference.comparison import NoduleComparer
from inference.measurement import load_measurer
from inference.phantom.studies import PhantomNodule, PhantomPair
from inference.registration import DeformableRegistrar
from inference.volumes.reader import SeriesReader
from models.registry import load_package
from tests.support.breathing_chest import measured, tracked
from wetread.domain.findings import ChangeState, Measurement


def _measured(truth: PhantomNodule) -> Measurement:
    return measured(truth.center_lps_mm, truth.diameter_mm, truth.type)


def test_every_nodule_of_the_made_up_patient_gets_its_true_state(
    small_phantom: PhantomPair,
) -> None:
    now, before = small_phantom.current.nodules, small_phantom.prior.nodules
    result = NoduleComparer(
        DeformableRegistrar(), load_measurer(load_package("nodule-outline"))
    ).compare(
        current=SeriesReader().read(small_phantom.current.instances),
        current_nodules=[_measured(truth) for truth in now],
        current_candidates=[],
        prior=SeriesReader().read(small_phantom.prior.instances),
        prior_nodules=[tracked(number, _measured(truth)) for number, truth in enumerate(before)],
        prior_candidates=[],
    )
    names_before = [truth.name for truth in before]
    assert result.trusted
    for truth, match in zip(now, result.matches, strict=True):
        if truth.name in names_before:
            assert match.state is ChangeState.MATCHED
            assert match.prior is not None
            number = names_before.index(truth.name)
            assert match.prior.tracking_uid == tracked(number, _measured(truth)).tracking_uid
        else:
            assert match.state is ChangeState.NEW
    assert {match.state for match in result.matches} == {ChangeState.MATCHED, ChangeState.NEW}
    assert result.resolved == ()
