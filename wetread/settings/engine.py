"""Where the network runs."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from wetread.settings.values import LOOPBACK, Section


class Engine(StrEnum):
    """Where the network runs."""

    LOCAL = "local"  # in this process
    TRITON = "triton"  # on a Triton server


class EngineSettings(Section):
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
        return self.host_and_port[0] in LOOPBACK

    @model_validator(mode="after")
    def _started_only_here(self) -> Self:
        if self.start_server and not (self.kind is Engine.TRITON and self.on_this_host):
            raise ValueError("start_server needs kind triton and a url on this host")
        return self
