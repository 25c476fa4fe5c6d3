"""The durable workflow of a study."""

from pydantic import Field

from wetread.settings.values import Section


class PipelineSettings(Section):
    """The durable workflow."""

    concurrent_studies: int = Field(default=1, ge=1)
    urgent_studies: int = Field(default=1, ge=0)  # at once beside these, where they are urgent
    step_attempts: int = Field(default=3, ge=1)
    most_priors: int = Field(default=3, ge=1)  # the newest: change against one, trend over all
    delivery_attempts: int = Field(default=8, ge=1)
    delivery_first_wait_seconds: float = Field(default=2.0, gt=0)
    fault: str | None = None  # "kill:before:detect": stop hard there once, to prove recovery
