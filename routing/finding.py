"""Ask a node by C-FIND (PS3.4 C.4.1, Study Root)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Final

from pydicom import Dataset
from pynetdicom.association import Association

from routing.associations import PeerNode
from routing.query_statuses import PENDING, SUCCESS, describe_status
from wetread.domain.errors import WetreadError

FIND: Final = "1.2.840.10008.5.1.4.1.2.2.1"  # Study Root Query/Retrieve Information Model - FIND
LARGEST_ANSWERS_BYTES: Final = 16 * 1024**2


def find_answers(
    association: Association,
    node: PeerNode,
    level: str,
    keys: Mapping[str, str],
    *,
    most: int,
    failure: type[WetreadError],
) -> Sequence[Dataset]:
    """Return all answers; those beyond ``most`` are taken off the wire and left out.

    Raise ``failure`` where the node breaks off or answers with an error.
    """
    identifier = Dataset()
    identifier.QueryRetrieveLevel = level
    if not all(value.isascii() for value in keys.values()):
        identifier.SpecificCharacterSet = "ISO_IR 192"
    for keyword, value in keys.items():
        setattr(identifier, keyword, value)
    answers: list[Dataset] = []
    for status, answer in _responses(association, node, identifier, failure):
        if status not in PENDING and status != SUCCESS:
            raise failure(f"{node} answered C-FIND with {describe_status(status)}")
        if status in PENDING and answer is not None and len(answers) < most:
            answers.append(answer)
    return answers


def _responses(
    association: Association, node: PeerNode, identifier: Dataset, failure: type[WetreadError]
) -> Iterator[tuple[int, Dataset | None]]:
    try:
        with closing(association.send_c_find(identifier, FIND)) as responses:  # type: ignore[type-var]  # it is a generator
            for response, answer in responses:
                if "Status" not in response:
                    raise failure(f"{node} broke off, or did not answer, while finding")
                yield int(response.Status), answer
    except RuntimeError as error:  # pynetdicom: the association is gone
        raise failure(f"{node} broke off the association") from error
