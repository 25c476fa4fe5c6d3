"""What encrypts a connection that we open."""

import ssl

from wetread.domain.errors import ConfigurationError
from wetread.settings import TlsSettings


def tls_context(settings: TlsSettings | None, *, peer: str) -> ssl.SSLContext:
    """Return a context that checks certificate and host name; raise `ConfigurationError`."""
    settings = settings or TlsSettings()
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.certificate_file is not None:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"the TLS files of {peer} cannot be used: {error}") from error
    return context
