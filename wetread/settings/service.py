"""All settings together, and what must hold between their sections."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from wetread.settings.api import ApiSettings
from wetread.settings.costs import CostSettings
from wetread.settings.destinations import (
    DestinationSettings,
    FolderSettings,
    OutputSettings,
    WebDestinationSettings,
)
from wetread.settings.engine import Engine, EngineSettings
from wetread.settings.guidelines import GuidelinesSettings
from wetread.settings.intake import IntakeSettings
from wetread.settings.pipeline import PipelineSettings
from wetread.settings.priors import ArchiveSettings, PriorSettings
from wetread.settings.reading import AssignmentSettings, ReadingSettings
from wetread.settings.values import TimeZone


class Settings(BaseSettings):
    """Everything that can be configured; unknown names are refused."""

    model_config = SettingsConfigDict(
        env_prefix="WETREAD_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Path("data")
    time_zone: TimeZone = "Asia/Tokyo"  # where months begin, and what the pages show
    selection_rules: Path | None = None  # None: the shipped rules
    priority_table: Path | None = None
    price_table: Path | None = None  # a file, or a folder of dated ones
    match_table: Path | None = None  # how much agreements of patient records say
    assessment_codes: Path | None = None  # how reports say that a mark is right or wrong
    model: str = "wetread-nodule"  # the package that finds the nodules
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda:\d+)$")
    engine: EngineSettings = EngineSettings()
    log_format: str = Field(default="console", pattern="^(console|json)$")
    intake: IntakeSettings = IntakeSettings()
    destinations: tuple[DestinationSettings, ...] = ()
    web_destinations: tuple[WebDestinationSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    archives: tuple[ArchiveSettings, ...] = ()
    priors: PriorSettings = PriorSettings()
    api: ApiSettings = ApiSettings()
    guidelines: GuidelinesSettings = GuidelinesSettings()
    reading: ReadingSettings = ReadingSettings()
    costs: CostSettings = CostSettings()
    assignment: AssignmentSettings = AssignmentSettings()
    pipeline: PipelineSettings = PipelineSettings()

    @model_validator(mode="after")
    def _destinations_have_names_of_their_own(self) -> Self:
        names = [one.name for one in self.outputs]
        if len(set(names)) < len(names):
            raise ValueError("two destinations have the same name")
        return self

    @model_validator(mode="after")
    def _commitments_can_be_reported(self) -> Self:
        senders = {one.ae_title for one in self.intake.senders}
        for one in self.destinations:
            if one.confirm == "commitment" and one.ae_title not in senders:
                raise ValueError(
                    f"destination {one.name} may call to report commitments: "
                    f"add {one.ae_title} to intake.senders"
                )
        return self

    @model_validator(mode="after")
    def _archives_can_be_told_apart(self) -> Self:
        names = [one.name for one in self.archives]
        if len(set(names)) < len(names):
            raise ValueError("two archives have the same name")
        senders = {one.ae_title for one in self.intake.senders}
        for one in self.archives:
            if one.kind == "c-move" and one.ae_title not in senders:
                raise ValueError(
                    f"archive {one.name} sends by C-MOVE: add {one.ae_title} to intake.senders"
                )
        return self

    @property
    def outputs(self) -> tuple[OutputSettings, ...]:
        """Every destination of results, whatever way it is sent them."""
        return (*self.destinations, *self.web_destinations, *self.folders)

    @property
    def spool_dir(self) -> Path:
        """Where received instances lie."""
        return self.data_dir / "spool"

    @property
    def results_dir(self) -> Path:
        """Where encoded results lie."""
        return self.data_dir / "results"

    @property
    def models_dir(self) -> Path:
        """Where pulled model packages lie, beside those that are shipped."""
        return self.data_dir / "models"

    def with_engine(self, kind: Engine) -> Self:
        """Return the same settings with another engine; the local one has no server to start."""
        start_server = self.engine.start_server and kind is Engine.TRITON
        update = {"kind": kind, "start_server": start_server}
        return self.model_copy(update={"engine": self.engine.model_copy(update=update)})

    @property
    def triton_dir(self) -> Path:
        """What a Triton server that we start serves and logs."""
        return self.data_dir / "triton"

    @property
    def database_url(self) -> str:
        """The records; the durable workflow keeps its own file beside it."""
        return f"sqlite:///{self.data_dir / 'records.sqlite'}"

    @property
    def workflow_database_url(self) -> str:
        """The system database of the durable workflow."""
        return f"sqlite:///{self.data_dir / 'workflow.sqlite'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over variables, variables over the file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
