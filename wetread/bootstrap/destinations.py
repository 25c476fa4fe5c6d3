"""Wires the destinations, and how each confirms what it has."""

from collections.abc import Iterator
from pathlib import Path

from pydicom.uid import generate_uid

from routing.commitments import ExpectedCommitments
from routing.destinations.c_find import FindConfirmation
from routing.destinations.commitment import CommitmentConfirmation
from routing.destinations.confirmation import ConfirmedDestination
from routing.destinations.dicom import DicomDestination, destination_node
from routing.destinations.folder import FolderDestination
from routing.destinations.qido import QidoConfirmation
from routing.destinations.stow import StowDestination
from routing.results.outputs import Recipient
from routing.results.profiles import load_profile
from wetread.domain.marks import MarkPreference
from wetread.ports import Destination
from wetread.settings import DestinationSettings, Settings, WebDestinationSettings


def build_destinations(
    settings: Settings, commitments: ExpectedCommitments
) -> tuple[Destination, ...]:
    """Return the destinations; raise `ConfigurationError` where TLS files are no good."""
    return tuple(_destinations(settings, commitments))


def build_recipients(settings: Settings) -> tuple[Recipient, ...]:
    """Return what each destination is sent; raise `ConfigurationError` for an unknown profile."""
    return tuple(
        Recipient(
            name=one.name,
            viewer=Path(one.profile).stem,
            kinds=frozenset(load_profile(one.profile).kinds),
            marks=None if one.marks is None else MarkPreference(**one.marks.model_dump()),
        )
        for one in settings.outputs
    )


def _destinations(settings: Settings, commitments: ExpectedCommitments) -> Iterator[Destination]:
    for node in settings.destinations:
        yield _dicom_destination(node, commitments)
    for server in settings.web_destinations:
        yield _web_destination(server)
    for folder in settings.folders:
        yield FolderDestination(folder.name, folder.folder)


def _dicom_destination(
    settings: DestinationSettings, commitments: ExpectedCommitments
) -> Destination:
    destination = DicomDestination(settings)
    match settings.confirm:
        case "status":
            return destination
        case "query":
            ask = FindConfirmation(destination_node(settings))
            return ConfirmedDestination(destination, ask, ask_before=True)
        case "commitment":
            commitment = CommitmentConfirmation(
                destination_node(settings),
                commitments,
                wait_seconds=settings.commitment_seconds,
                new_uid=generate_uid,
            )
            return ConfirmedDestination(destination, commitment)


def _web_destination(settings: WebDestinationSettings) -> Destination:
    destination = StowDestination(settings)
    if settings.confirm == "status":
        return destination
    return ConfirmedDestination(destination, QidoConfirmation(settings), ask_before=True)
