"""What is checkpointed comes back as it was."""

from dataclasses import replace

import pytest

from routing.pipeline.checkpoints import attempt_from_checkpoint, checkpoint_text
from routing.pipeline.marks import Mark, Marks
from routing.pipeline.metering import Spent
from routing.pipeline.steps import Attempt, Failure
from tests.support.findings import findings, nodule
from wetread.domain.findings import Candidate, Findings, Nodule, Outcome

_SPENT = Spent(wall_seconds=1.25, cpu_seconds=0.1 + 0.2, read_seconds=1e-9, waited_seconds=0.7)
_NODULE = nodule("1.2.3")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (findings(_NODULE), Findings),
        ((_NODULE, replace(_NODULE, tracking_uid="1.2")), tuple[Nodule, ...]),
        ((), tuple[Candidate, ...]),
        (Marks(marks=(Mark(measurement=_NODULE.measurement, score=1 / 3),), unmeasured=1), Marks),
    ],
)
def test_a_value_comes_back(value: object, kind: type[object]) -> None:
    attempt = Attempt(outcome=value, spent=_SPENT)
    assert attempt_from_checkpoint(checkpoint_text(attempt, kind), kind) == attempt


def test_a_failure_comes_back() -> None:
    failure = Failure(outcome=Outcome.NOT_ANALYSED, reason="画像が足りない")
    attempt: Attempt[Findings] = Attempt(outcome=failure, spent=_SPENT)
    assert attempt_from_checkpoint(checkpoint_text(attempt, Findings), Findings) == attempt


def test_text_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        attempt_from_checkpoint("nonsense", Findings)
