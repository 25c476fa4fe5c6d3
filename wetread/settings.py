"""All settings of the service: read once from `WETREAD_*` variables or a TOML file."""

import tomllib
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from wetread.domain.errors import ConfigurationError
from wetread.domain.marks import ShowMarks


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Asia/Tokyo") from error
    return name


AeTitle = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[\x20-\x5b\x5d-\x7e]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SenderSettings(_Section):
    """A hospital's node that may send to us."""

    ae_title: AeTitle
    site: str  # the hospital; the issuer of patient IDs that name none


class IntakeSettings(_Section):
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


class TlsSettings(_Section):
    """How a connection that we open is encrypted."""

    ca_file: Path | None = None  # None: the authorities this machine trusts
    certificate_file: Path | None = None  # our own, where the peer asks for one
    key_file: Path | None = None


class WebPeerSettings(_Section):
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


class MarkSettings(_Section):
    """Which marks a destination is sent; `wetread.domain.marks` says what each means."""

    show: ShowMarks = ShowMarks.ALWAYS
    minimum_score: float = Field(default=0.0, ge=0, le=1)
    minimum_mean_diameter_mm: float = Field(default=0.0, ge=0)
    new_and_grown_only: bool = False


class OutputSettings(_Section):
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


class _ArchiveSettings(_Section):
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


class PriorSettings(_Section):
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


class ApiSettings(_Section):
    """The HTTP side."""

    host: str = "127.0.0.1"
    port: Port = 8000
    token: SecretStr | None = None  # required as a bearer token wherever it is set

    @model_validator(mode="after")
    def _open_only_on_loopback(self) -> Self:
        if self.host not in _LOOPBACK and self.token is None:
            raise ValueError("api.token must be set when api.host is not loopback")
        return self


class ReadingSettings(_Section):
    """The list of studies to be read."""

    order_rules: Path | None = None  # None: the shipped ones
    calendars: Path | None = None  # of the hospitals; None: the shipped one
    prescreening: Path | None = None  # None: every study is read
    double_reading: Path | None = None  # None: the shipped rules, one reader
    redis_url: SecretStr | None = None  # None: the list is kept in the records
    lease_minutes: float = Field(default=30.0, gt=0)  # of a claim that is not renewed

    @property
    def lease(self) -> timedelta:
        """How long a claim holds."""
        return timedelta(minutes=self.lease_minutes)


class GuidelinesSettings(_Section):
    """Which guideline each indication uses: a shipped table's name, or the path of another.

    None: studies of that indication get no category.
    """

    indication_rules: Path | None = None  # None: the shipped rules
    screening: str | None = "japan-ct-screening-v6"
    incidental: str | None = "fleischner-2017"
    follow_up: str | None = None  # depends on what the nodule was found by: the site decides


class AssignmentSettings(_Section):
    """How studies are given to readers; nothing is, until readers are imported."""

    interval_minutes: float = Field(default=2.0, gt=0)  # between two batches
    policy: Path | None = None  # None: the shipped one
    columns: Path | None = None  # what names the columns of the readers' table


class PipelineSettings(_Section):
    """The durable workflow."""

    concurrent_studies: int = Field(default=1, ge=1)
    urgent_studies: int = Field(default=1, ge=0)  # at once beside these, where they are urgent
    step_attempts: int = Field(default=3, ge=1)
    most_priors: int = Field(default=3, ge=1)  # the newest: change against one, trend over all
    delivery_attempts: int = Field(default=8, ge=1)
    delivery_first_wait_seconds: float = Field(default=2.0, gt=0)
    fault: str | None = None  # "kill:before:detect": stop hard there once, to prove recovery


class BudgetSettings(_Section):
    """What one payer or one device may cost in a month."""

    payer: str | None = None
    device: str | None = None  # such as cuda:0
    month_jpy: Decimal = Field(ge=0)
    warn_share: Decimal = Field(default=Decimal("0.8"), gt=0, le=1)

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.payer is None) == (self.device is None):
            raise ValueError("a budget names a payer or a device")
        return self


class CostSettings(_Section):
    """Who pays for the analyses, and up to how much."""

    payer_table: Path | None = None  # a file, or a folder of dated ones; None: the shipped one
    issuer: str = "Wetread"  # who sends the bills, in exports
    core_watts: float | None = Field(default=None, gt=0)  # of a core that works; None: no energy
    budgets: tuple[BudgetSettings, ...] = ()
    routine_sites: tuple[str, ...] = ()  # their studies may wait for money, no others


class Engine(StrEnum):
    """Where the network runs."""

    LOCAL = "local"  # in this process
    TRITON = "triton"  # on a Triton server


class EngineSettings(_Section):
    """Where the network runs, and how a Triton server is reached."""

    kind: Engine = Engine.LOCAL
    precision: str = Field(default="auto", pattern=r"^(auto|fp32|mixed)$")  # of the local engine
    url: str = Field(default="127.0.0.1:8001", pattern=r"^[^\s/:]+:\d+$")  # of the server's gRPC
    start_server: bool = False  # `serve` starts it itself at that address, where it is this host's
    server_dir: Path | None = None  # the wheel nvidia-pytriton unpacked; None: of `make triton`
    most_together: int = Field(default=2, ge=1)  # volumes a server started here looks at at once
    shared_memory: bool = True  # used with a server on this host
    timeout_seconds: float = Field(default=120.0, gt=0)  # for one volume, queue and all
    health_seconds: float = Field(default=2.0, gt=0)  # in which a server says that it is well
    attempts: int = Field(default=3, ge=1, le=5)  # at a server that cannot be reached
    fall_back: bool = True  # to the local engine while the server does not answer
    rest_seconds: float = Field(default=30.0, ge=0)  # of a server that did not answer

    @property
    def host_and_port(self) -> tuple[str, int]:
        """The two parts of ``url``."""
        host, _, port = self.url.rpartition(":")
        return host, int(port)

    @property
    def on_this_host(self) -> bool:
        """Whether the server can share memory with us."""
        return self.host_and_port[0] in _LOOPBACK

    @model_validator(mode="after")
    def _started_only_here(self) -> Self:
        if self.start_server and not (self.kind is Engine.TRITON and self.on_this_host):
            raise ValueError("start_server needs kind triton and a url on this host")
        return self


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
        """Return the same settings with another engine."""
        return self.model_copy(update={"engine": self.engine.model_copy(update={"kind": kind})})

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


def load_settings(config: Path | None = None) -> Settings:
    """Read the settings, from the TOML file ``config`` too when given.

    Raises `ConfigurationError` naming each wrong key; a secret's value is never repeated.
    """
    if config is not None and not config.is_file():
        raise ConfigurationError(f"there is no configuration file {config}")

    class _WithFile(Settings):
        model_config = SettingsConfigDict(toml_file=config)

    try:
        return _WithFile()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{config} is not valid TOML: {error}") from error
    except (ValidationError, SettingsError) as error:
        raise ConfigurationError(_in_one_line(error)) from error


def _in_one_line(error: ValidationError | SettingsError) -> str:
    if isinstance(error, SettingsError):
        return str(error)
    problems = (
        f"{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    )
    return "; ".join(problems)
