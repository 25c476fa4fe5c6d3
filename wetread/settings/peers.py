"""How a peer that we call is reached, and who we are to it."""

from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, model_validator

from wetread.settings.values import Section


class TlsSettings(Section):
    """How a connection that we open is encrypted."""

    ca_file: Path | None = None  # None: the authorities this machine trusts
    certificate_file: Path | None = None  # our own, where the peer asks for one
    key_file: Path | None = None


class WebPeerSettings(Section):
    """A DICOMweb server, and who we are to it."""

    name: str = Field(min_length=1)
    url: HttpUrl  # what stands before /studies
    user: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None  # sent as a bearer token
    tls: TlsSettings | None = None
    timeout_seconds: float = Field(default=30.0, gt=0)  # of silence

    @model_validator(mode="after")
    def _one_way_to_say_who_we_are(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.token is not None and self.user is not None:
            raise ValueError("give a token or a user, not both")
        return self
