"""A served detector behind the detector's port: the whole volume goes there, candidates return."""

import json
import threading
from dataclasses import replace
from typing import Any, Final

from numpy.typing import NDArray
from tritonclient.grpc import InferenceServerClient, InferInput, InferResult
from tritonclient.utils import InferenceServerException

from inference.detection.triton.sending import array_input, shared_input
from inference.serving.configuration import served_model
from inference.serving.exchange import (
    CANDIDATES,
    CPU_SECONDS,
    DEVICE,
    GEOMETRY,
    HU,
    REFUSAL,
    ServedModel,
    decode_candidates,
    decode_text,
    encode_geometry,
    level_of,
)
from wetread.domain.errors import AnalysisError, EngineError
from wetread.domain.findings import Candidate, ModelIdentity, OperatingPoint
from wetread.domain.volumes import CtVolume
from wetread.ports import Progress
from wetread.settings import EngineSettings

_LARGEST_MESSAGE: Final = 2**31 - 1  # a volume that does not go by shared memory is one message
_RETRIES: Final = {
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE"],
}


class TritonDetector:
    """Has volumes looked at by the same weights on a server; may be used by several threads."""

    def __init__(
        self, model: ModelIdentity, operating_point: OperatingPoint, settings: EngineSettings
    ) -> None:
        """``model`` and ``operating_point`` are those of the package that must be served."""
        self._settings = settings
        self._operating_point = operating_point
        self._model = replace(model, device=f"triton {settings.url}")
        self._cpu_seconds = 0.0
        self._counting = threading.Lock()
        self._client = InferenceServerClient(
            settings.url, channel_args=_channel_arguments(settings.attempts)
        )

    @property
    def model(self) -> ModelIdentity:
        """Which weights must be served; the device too, as soon as the server has told it."""
        return self._model

    @property
    def operating_point(self) -> OperatingPoint:
        """Candidates at or above its score are marked."""
        return self._operating_point

    @property
    def cpu_seconds(self) -> float:
        """Processor seconds that the server has used for us so far."""
        return self._cpu_seconds

    def detect(
        self, volume: CtVolume, progress: Progress | None = None, *, urgency: int = 0
    ) -> tuple[Candidate, ...]:
        """Return what the server found; raise `EngineError` where it gave no answer.

        What the detector there refuses, any engine would: that is an `AnalysisError`.
        """
        try:
            self._require_our_weights()
            answer = self._infer(volume, level_of(urgency))
        except InferenceServerException as error:
            raise EngineError(
                f"the Triton server at {self._settings.url} gave no answer: {error.message()}"
            ) from error
        refusal = decode_text(_output(answer, REFUSAL))
        if refusal:
            raise AnalysisError(refusal)
        device = decode_text(_output(answer, DEVICE))
        with self._counting:
            self._cpu_seconds += float(_output(answer, CPU_SECONDS)[0])
        self._model = replace(self._model, device=f"triton {self._settings.url}, {device}")
        if progress is not None:
            progress(1.0)
        return decode_candidates(_output(answer, CANDIDATES))

    def _require_our_weights(self) -> None:
        """Ask what is served, which also tells whether anything is."""
        name = self._model.name
        answer = self._client.get_model_config(name, client_timeout=self._settings.health_seconds)
        served = served_model(answer.config)
        if served != ServedModel(version=self._model.version, sha256=self._model.sha256):
            raise EngineError(
                f"the Triton server at {self._settings.url} serves {name} {served.version} "
                f"({served.sha256[:12]}), not {self._model.version} ({self._model.sha256[:12]})"
            )

    def _infer(self, volume: CtVolume, level: int) -> InferResult:
        geometry = array_input(GEOMETRY, encode_geometry(volume.geometry))
        if not (self._settings.shared_memory and self._settings.on_this_host):
            return self._send([array_input(HU, volume.hu), geometry], level)
        with shared_input(self._client, HU, volume.hu) as hu:
            return self._send([hu, geometry], level)

    def _send(self, inputs: list[InferInput], level: int) -> InferResult:
        seconds = self._settings.timeout_seconds
        return self._client.infer(
            self._model.name,
            inputs,
            priority=level,
            timeout=round(seconds * 1e6),  # in the queue: nobody waits for it any longer
            client_timeout=seconds,
        )


def _output(answer: InferResult, name: str) -> NDArray[Any]:
    array: NDArray[Any] | None = answer.as_numpy(name)
    if array is None:
        raise EngineError(f"the Triton server gave no {name}")
    first: NDArray[Any] = array[0]  # of a batch of one
    return first


def _channel_arguments(attempts: int) -> list[tuple[str, Any]]:
    """Return what gRPC itself does: large messages, and asking again with growing waits."""
    retries = {} if attempts == 1 else {"retryPolicy": {"maxAttempts": attempts, **_RETRIES}}
    configuration = {"methodConfig": [{"name": [{}], **retries}]}
    return [
        ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.service_config", json.dumps(configuration)),
    ]
