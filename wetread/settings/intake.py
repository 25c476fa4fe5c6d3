"""The DICOM receiver, and who may send to it."""

from datetime import timedelta

from pydantic import Field

from wetread.settings.values import AeTitle, Port, Section


class SenderSettings(Section):
    """A hospital's node that may send to us."""

    ae_title: AeTitle
    site: str  # the hospital; the issuer of patient IDs that name none


class IntakeSettings(Section):
    """The DICOM receiver."""

    host: str = "127.0.0.1"
    port: Port = 11112
    ae_title: AeTitle = "WETREAD"
    senders: tuple[SenderSettings, ...] = ()  # nobody else is let in
    maximum_associations: int = Field(default=20, ge=1)
    quiet_seconds: float = Field(default=60.0, gt=0)
    forced_complete_seconds: float = Field(default=5400.0, gt=0)
    minimum_free_bytes: int = Field(default=2 * 1024**3, ge=0)

    @property
    def quiet(self) -> timedelta:
        """How long no image must arrive before a study counts as complete."""
        return timedelta(seconds=self.quiet_seconds)

    @property
    def forced_after(self) -> timedelta:
        """How long after its first image a study is complete at the latest."""
        return timedelta(seconds=self.forced_complete_seconds)
