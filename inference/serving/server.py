"""The real Triton server, from the wheel `nvidia-pytriton`, without a container."""

import os
import subprocess
import sys
import sysconfig
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from wetread.domain.errors import ConfigurationError

DEFAULT_DIR: Final = Path(sys.prefix) / "triton"  # where `make triton` puts the wheel
_STUB: Final = "triton_python_backend_stub"
_EXIT_SECONDS: Final = 5  # for requests under way, when told to end
_PATIENCE_SECONDS: Final = 15.0
_WATCH_SECONDS: Final = 5.0  # between two looks whether it still lives

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class TritonWheel:
    """The content of the wheel, unpacked; of its Python part nothing is used."""

    folder: Path

    @property
    def program(self) -> Path:
        """The server."""
        return self._server / "bin" / "tritonserver"

    @property
    def libraries(self) -> Path:
        """What the server is linked with."""
        return self.folder / "nvidia_pytriton.libs"

    def check(self) -> None:
        """Raise `ConfigurationError` unless everything is there for this Python."""
        for path in (self.program, self._stub, self.libraries):
            if not path.exists():
                raise ConfigurationError(
                    f"there is no Triton server in {self.folder}: {path.name} is missing; "
                    "`make triton` installs it"
                )

    def lay_out_backends(self, folder: Path) -> None:
        """Write the folder of back ends as the server wants it, for this very Python."""
        backend = folder / "python"
        backend.mkdir(parents=True, exist_ok=True)
        for source in (*(self._server / "backends" / "python").glob("*.*"), self._stub):
            link = backend / source.name
            link.unlink(missing_ok=True)
            link.symlink_to(source.resolve())

    @property
    def _server(self) -> Path:
        return self.folder / "pytriton" / "tritonserver"

    @property
    def _stub(self) -> Path:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return self._server / "python_backend_stubs" / version / _STUB


class TritonServer:
    """Serves a model repository over gRPC while it is started; it ends with this process."""

    def __init__(
        self, wheel: TritonWheel, *, repository: Path, work_dir: Path, host: str, port: int
    ) -> None:
        self._wheel = wheel
        self._repository = repository
        self._backends = work_dir / "backends"
        self._log_path = work_dir / "triton.log"
        self._host = host
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the server, and again whenever it ends; it is ready some seconds later."""
        self._stopping.clear()
        self._wheel.lay_out_backends(self._backends)
        self._process = self._launch()
        self._watcher = threading.Thread(target=self._watch, name="triton", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Let requests under way end, then end."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_SECONDS):
            if self._process is not None and self._process.poll() is not None:
                _log.error(
                    "the Triton server has ended and is started again",
                    status=self._process.returncode,
                    log=str(self._log_path),
                )
                self._process = self._launch()

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [
            *(sys.executable, "-m", "inference.serving.launch", str(self._wheel.program)),
            f"--model-repository={self._repository}",
            f"--backend-directory={self._backends}",
            f"--grpc-address={self._host}",
            f"--grpc-port={self._port}",
            "--disable-auto-complete-config",  # ours is complete: the model is loaded but once
            "--allow-http=false",
            "--allow-metrics=false",
            f"--exit-timeout-secs={_EXIT_SECONDS}",
        ]
        with self._log_path.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own words and settings
                command, env=self._environment(), stdout=log, stderr=subprocess.STDOUT
            )
        _log.info("the Triton server was started", grpc=f"{self._host}:{self._port}")
        return process

    def _environment(self) -> dict[str, str]:
        # The back end takes its Python from PATH, and whichever libpython the loader finds first:
        # one of another patch version beside this standard library ends in nonsense.
        library = str(sysconfig.get_config_var("LIBDIR"))
        return os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.prefix) / "bin"), os.environ.get("PATH", "")]),
            "LD_LIBRARY_PATH": os.pathsep.join([library, str(self._wheel.libraries)]),
        }
