"""All settings of the service; `load_settings` reads them once."""

from wetread.settings.api import ApiSettings
from wetread.settings.costs import BudgetSettings, CostSettings
from wetread.settings.destinations import (
    DestinationSettings,
    FolderSettings,
    MarkSettings,
    OutputSettings,
    WebDestinationSettings,
)
from wetread.settings.engine import Engine, EngineSettings
from wetread.settings.guidelines import GuidelinesSettings
from wetread.settings.intake import IntakeSettings, SenderSettings
from wetread.settings.loading import load_settings
from wetread.settings.peers import TlsSettings, WebPeerSettings
from wetread.settings.pipeline import PipelineSettings
from wetread.settings.priors import (
    ArchiveSettings,
    DicomArchiveSettings,
    DicomWebArchiveSettings,
    PriorSettings,
)
from wetread.settings.reading import AssignmentSettings, ReadingSettings
from wetread.settings.service import Settings
from wetread.settings.values import AeTitle

__all__ = [
    "AeTitle",
    "ApiSettings",
    "ArchiveSettings",
    "AssignmentSettings",
    "BudgetSettings",
    "CostSettings",
    "DestinationSettings",
    "DicomArchiveSettings",
    "DicomWebArchiveSettings",
    "Engine",
    "EngineSettings",
    "FolderSettings",
    "GuidelinesSettings",
    "IntakeSettings",
    "MarkSettings",
    "OutputSettings",
    "PipelineSettings",
    "PriorSettings",
    "ReadingSettings",
    "SenderSettings",
    "Settings",
    "TlsSettings",
    "WebDestinationSettings",
    "WebPeerSettings",
    "load_settings",
]
