"""The node behind the settings of an archive."""

from routing.associations import PeerNode
from routing.priors.archives.tls import tls_context
from wetread.settings import DicomArchiveSettings


def node_of_archive(settings: DicomArchiveSettings) -> PeerNode:
    """Return the node to call; raise `ConfigurationError` where its TLS files are no good."""
    return PeerNode(
        name=settings.name,
        host=settings.host,
        port=settings.port,
        ae_title=settings.ae_title,
        calling_ae_title=settings.calling_ae_title,
        timeout_seconds=settings.timeout_seconds,
        tls=None if settings.tls is None else tls_context(settings.tls),
    )
