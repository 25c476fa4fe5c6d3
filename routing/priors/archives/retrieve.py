"""What C-GET and C-MOVE have in common: one operation at a time, until its last answer."""

from collections.abc import Iterator, Sequence

from pydicom import Dataset

from routing.associations import PeerNode
from routing.query_statuses import SUCCESS, describe_status
from wetread.domain.errors import ArchiveError


def series_identifier(study_instance_uid: str, series_instance_uid: str) -> Dataset:
    """Return what asks for one series (PS3.4 C.4.2.1.4, C.4.3.1.3)."""
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "SERIES"
    identifier.StudyInstanceUID = study_instance_uid
    identifier.SeriesInstanceUID = series_instance_uid
    return identifier


def await_retrieval(
    node: PeerNode,
    responses: Iterator[tuple[Dataset, Dataset | None]],
    failures: Sequence[Exception],
) -> None:
    """Return when all has come; raise the first of ``failures`` as soon as there is one.

    Raise `ArchiveError` where the archive broke off or could not send everything.
    """
    status: int | None = None
    try:
        for response, _ in responses:
            if failures:
                break
            if "Status" not in response:
                raise ArchiveError(f"{node} broke off, or did not answer, while sending")
            status = int(response.Status)
    except RuntimeError as error:  # pynetdicom: the association is gone
        raise ArchiveError(f"{node} broke off the association") from error
    finally:
        # What was refused is the reason why the archive broke off or failed.
        if failures:
            raise failures[0]
    if status != SUCCESS:
        told = "no answer" if status is None else describe_status(status)
        raise ArchiveError(f"{node} could not send everything: {told}")
