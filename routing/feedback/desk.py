"""Takes down what a reader says of a nodule, by API or page."""

from routing.records.feedback import FeedbackRecords
from routing.records.findings import FindingsRecords
from wetread.domain.errors import FeedbackError
from wetread.domain.feedback import (
    Act,
    CorrectedMark,
    Feedback,
    FeedbackSource,
    added_nodules,
    name_missed,
)
from wetread.ports import Clock


class FeedbackDesk:
    """Keeps words on nodules that exist, and on those that readers add."""

    def __init__(self, findings: FindingsRecords, feedback: FeedbackRecords, clock: Clock) -> None:
        self._findings = findings
        self._feedback = feedback
        self._clock = clock

    def say(
        self,
        study_instance_uid: str,
        revision: int,
        act: Act,
        *,
        tracking_uid: str | None,
        corrected: CorrectedMark | None,
        actor: str,
        source: FeedbackSource,
    ) -> Feedback:
        """Keep one word of a reader; an added nodule is named here and has no UID before.

        Raise `FeedbackError` where there is no such nodule, or it cannot be said of it.
        """
        findings = self._findings.find(study_instance_uid, revision)
        if findings is None:
            raise FeedbackError("there are no findings of this revision of the study")
        said = self._feedback.words_of(study_instance_uid)
        if act is Act.ADD and tracking_uid is None:
            tracking_uid = name_missed(study_instance_uid, corrected, findings.nodules, said)
        elif tracking_uid not in {one.tracking_uid for one in findings.nodules}.union(
            added_nodules(said)
        ):
            raise FeedbackError("the findings of this revision have no such nodule")
        assert tracking_uid is not None
        word = Feedback(
            study_instance_uid=study_instance_uid,
            revision=revision,
            tracking_uid=tracking_uid,
            act=act,
            corrected=corrected,
            actor=actor,
            said_at=self._clock(),
            source=source,
        )
        self._feedback.add(word)
        return word
