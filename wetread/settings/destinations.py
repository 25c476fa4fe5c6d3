"""Where results go, and what each place is sent."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from wetread.domain.marks import ShowMarks
from wetread.settings.peers import TlsSettings, WebPeerSettings
from wetread.settings.values import AeTitle, Port, Section


class MarkSettings(Section):
    """Which marks a destination is sent; `wetread.domain.marks` says what each means."""

    show: ShowMarks = ShowMarks.ALWAYS
    minimum_score: float = Field(default=0.0, ge=0, le=1)
    minimum_mean_diameter_mm: float = Field(default=0.0, ge=0)
    new_and_grown_only: bool = False


class OutputSettings(Section):
    """What a destination is sent of each study."""

    name: str = Field(min_length=1)
    profile: str = "generic"  # a shipped profile, or the path of a TOML file
    marks: MarkSettings | None = None  # None: as its viewer or the study's site prefers


class DestinationSettings(OutputSettings):
    """A DICOM node that receives results by C-STORE."""

    host: str
    port: Port
    ae_title: AeTitle
    calling_ae_title: AeTitle = "WETREAD"
    tls: TlsSettings | None = None
    timeout_seconds: float = Field(default=30.0, gt=0)  # of silence
    # What counts as delivered: its answer, a C-FIND after it, or a storage commitment.
    confirm: Literal["status", "query", "commitment"] = "status"
    commitment_seconds: float = Field(default=30.0, gt=0)  # until it has to report


class WebDestinationSettings(WebPeerSettings, OutputSettings):
    """A DICOMweb server that receives results by STOW-RS."""

    confirm: Literal["status", "query"] = "status"  # its answer, or a QIDO-RS after it


class FolderSettings(OutputSettings):
    """An existing folder that receives copies of the results."""

    folder: Path
