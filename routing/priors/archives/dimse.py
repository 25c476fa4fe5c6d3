"""What archives that are asked over DIMSE have in common, however they send."""

from datetime import date

from routing.associations import PeerNode
from routing.priors.archives.find import find_studies
from routing.tls import tls_context
from wetread.domain.priors import DescribedStudy
from wetread.domain.studies import PatientKey
from wetread.settings import DicomArchiveSettings


class DimseArchive:
    """A node that is asked by C-FIND.

    Raise `ConfigurationError` where its TLS files are no good.
    """

    def __init__(self, settings: DicomArchiveSettings) -> None:
        self._settings = settings
        self._node = PeerNode(
            name=settings.name,
            host=settings.host,
            port=settings.port,
            ae_title=settings.ae_title,
            calling_ae_title=settings.calling_ae_title,
            timeout_seconds=settings.timeout_seconds,
            tls=None if settings.tls is None else tls_context(settings.tls, peer=settings.name),
        )

    @property
    def name(self) -> str:
        """The configured name."""
        return self._settings.name

    @property
    def issuers(self) -> tuple[str, ...]:
        """Whose patient IDs it knows."""
        return self._settings.issuers

    def find_studies(
        self, patient: PatientKey, *, until: date | None
    ) -> tuple[DescribedStudy, ...]:
        """Return the patient's studies up to a day; raise `ArchiveError`."""
        return find_studies(self._node, self._settings, patient, until=until)
