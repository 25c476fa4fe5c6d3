"""The archives that are asked for priors, and how far."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from wetread.settings.peers import TlsSettings, WebPeerSettings
from wetread.settings.values import AeTitle, Port, Section


class _ArchiveSettings(Section):
    name: str = Field(min_length=1)
    issuers: tuple[str, ...] = Field(min_length=1)  # whose patient IDs it is asked for
    tls: TlsSettings | None = None
    timeout_seconds: float = Field(default=10.0, gt=0)  # of silence
    maximum_found: int = Field(default=100, ge=1)  # studies of one patient that are looked at


class DicomArchiveSettings(_ArchiveSettings):
    """An archive that is asked by C-FIND and sends by C-GET or C-MOVE."""

    kind: Literal["c-get", "c-move"]
    host: str
    port: Port
    ae_title: AeTitle
    calling_ae_title: AeTitle = "WETREAD"


class DicomWebArchiveSettings(_ArchiveSettings, WebPeerSettings):
    """An archive that is asked by QIDO-RS and sends by WADO-RS."""

    kind: Literal["dicomweb"]


ArchiveSettings: TypeAlias = Annotated[
    DicomArchiveSettings | DicomWebArchiveSettings, Field(discriminator="kind")
]


class PriorSettings(Section):
    """How far priors are looked for in other archives."""

    wait_seconds: float = Field(default=60.0, gt=0)  # of the study, for all archives together
    maximum_priors: int = Field(default=2, ge=1)  # of one study
    maximum_series: int = Field(default=3, ge=1)  # of one prior
    maximum_instances: int = Field(default=3000, ge=1)  # of one prior
    maximum_bytes: int = Field(default=2 * 1024**3, ge=1)  # of one prior
    concurrent_fetches: int = Field(default=2, ge=1)  # at one archive
    rest_seconds: float = Field(default=120.0, ge=0)  # of an archive that did not answer
    relevance_table: Path | None = None  # None: the shipped one

    @property
    def rest(self) -> timedelta:
        """How long an archive that did not answer is not asked again."""
        return timedelta(seconds=self.rest_seconds)
