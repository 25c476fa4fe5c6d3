"""The HTTP side."""

from typing import Self

from pydantic import SecretStr, model_validator

from wetread.settings.values import LOOPBACK, Port, Section


class ApiSettings(Section):
    """The HTTP side."""

    host: str = "127.0.0.1"
    port: Port = 8000
    token: SecretStr | None = None  # required as a bearer token wherever it is set

    @model_validator(mode="after")
    def _open_only_on_loopback(self) -> Self:
        if self.host not in LOOPBACK and self.token is None:
            raise ValueError("api.token must be set when api.host is not loopback")
        return self
