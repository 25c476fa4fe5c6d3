"""One exception tree; each docstring is the default message and says what to do next.

WetreadError
├── ConfigurationError
├── StudyError
│   ├── UnreadableInstance
│   ├── NoUsableSeries
│   └── VolumeError
├── AnalysisError
├── RegistrationError
│   └── EngineError         (retryable)
├── EvaluationError
├── SimulationError
├── EncodingError
├── ArchiveError
│   └── PriorRefused
├── CorrectionError
├── FeedbackError
├── LedgerError
├── ReaderError
├── AssignmentError
├── StorageFull             (retryable)
└── DeliveryError           (retryable)
    └── DestinationRefused
"""

from typing import ClassVar


class WetreadError(Exception):
    """Something went wrong in Wetread; see the log for the step that failed."""

    retryable: ClassVar[bool] = False

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((type(self).__doc__ or "").split()))


class ConfigurationError(WetreadError):
    """The configuration is not usable; run `wetread check` to see which setting is wrong."""


class StudyError(WetreadError):
    """The study cannot be read; look at the stored originals and send it again."""


class UnreadableInstance(StudyError):
    """The file is not a complete DICOM instance; send it again from its source."""


class NoUsableSeries(StudyError):
    """There is no series that can be analysed; `wetread check --study DIR` tells why."""


class VolumeError(StudyError):
    """The slices do not form one regular volume; send the complete series again."""


class AnalysisError(WetreadError):
    """The images were read but not analysed; the study is to be read without marks."""


class RegistrationError(WetreadError):
    """The points were not mapped; look at both images, and at the file of points."""


class EngineError(AnalysisError):
    """The inference server gave no answer; look at its log, or let the local engine work."""

    retryable = True


class EvaluationError(WetreadError):
    """The detector cannot be evaluated; look at the tables of nodules and of candidates."""


class SimulationError(WetreadError):
    """Nothing can be simulated so; look at the figures and the table of readers that were given."""


class EncodingError(WetreadError):
    """The result could not be written as DICOM; the findings themselves are kept."""


class ArchiveError(WetreadError):
    """The prior archive did not answer as it should; look at its settings and at its own log."""


class PriorRefused(ArchiveError):
    """What the archive sent is not what was asked for; none of it was kept."""


class CorrectionError(WetreadError):
    """The nodules cannot be joined or parted; look up how their studies name them."""


class FeedbackError(WetreadError):
    """The feedback cannot be kept; look up how the findings of the study name the nodule."""


class LedgerError(WetreadError):
    """The ledger entry cannot be corrected; look up its number in `wetread costs report`."""


class ReaderError(WetreadError):
    """The table of readers cannot be used; correct it and import it again."""


class AssignmentError(WetreadError):
    """The study cannot be given or refused like this; look at who has it now."""


class StorageFull(WetreadError):
    """The disk is full: free space in the data folder, senders will try again."""

    retryable = True


class DeliveryError(WetreadError):
    """The destination did not confirm the results; they are kept and sent again."""

    retryable = True


class DestinationRefused(DeliveryError):
    """The destination refused the results for good; check its settings and send again."""

    retryable = False
