"""An archive that sends to our own receiver when it is asked to (PS3.4 C.4.2, C-MOVE)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pynetdicom import build_context

from routing.associations import associated
from routing.intake.moves import ExpectedMoves
from routing.priors.archives.dimse import DimseArchive
from routing.priors.archives.retrieve import await_retrieval, series_identifier
from wetread.domain.errors import ArchiveError
from wetread.ports import KeepInstance
from wetread.settings import DicomArchiveSettings

_MOVE: Final = "1.2.840.10008.5.1.4.1.2.2.2"  # Study Root Query/Retrieve Information Model - MOVE


class CMoveArchive(DimseArchive):
    """Asks by C-FIND, fetches by C-MOVE: the archive has to know our receiver by its AE title.

    It has to be one of the receiver's senders, under the AE title by which it is asked.
    """

    def __init__(
        self,
        settings: DicomArchiveSettings,
        moves: ExpectedMoves,
        *,
        receiver_ae_title: str,
        move_seconds: float,
    ) -> None:
        super().__init__(settings)
        # While it sends elsewhere, an archive may well say nothing to whoever asked it.
        self._moving_node = replace(self._node, timeout_seconds=move_seconds)
        self._moves = moves
        self._receiver_ae_title = receiver_ae_title

    def fetch_series(
        self, study_instance_uid: str, series_instance_uids: Sequence[str], keep: KeepInstance
    ) -> None:
        """Hand every instance of the series to ``keep``; raise what it raises, `ArchiveError`."""
        if not self._moves.receiving.wait(self._node.timeout_seconds):
            raise ArchiveError(f"nothing can be received from {self._node}: we do not listen")
        with (
            self._moves.expecting(self._settings.ae_title, study_instance_uid, keep) as failures,
            associated(
                self._moving_node, [build_context(_MOVE)], failure=ArchiveError
            ) as association,
        ):
            if not association.is_established:
                raise ArchiveError(f"{self._node} does not accept C-MOVE (Study Root)")
            for series_instance_uid in series_instance_uids:
                identifier = series_identifier(study_instance_uid, series_instance_uid)
                responses = association.send_c_move(identifier, self._receiver_ae_title, _MOVE)
                await_retrieval(self._node, responses, failures)
