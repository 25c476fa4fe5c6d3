"""What Triton's Python back end runs: a detector of ours on whole volumes, several at once.

Only DLPack is spoken with Triton: with numpy 2 and newer, this back end's other ways to read and
write arrays corrupt them without an error.
"""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from inference.detection import load_detector
from inference.detection.network import NetworkDetector
from inference.devices import choose_device
from inference.serving.exchange import (
    CANDIDATES,
    CPU_SECONDS,
    DEVICE,
    GEOMETRY,
    HU,
    NETWORK,
    PACKAGES,
    REFUSAL,
    decode_geometry,
    encode_candidates,
    encode_text,
)
from inference.serving.remote_network import RemoteNetwork
from models.registry import ModelPackage, check_package
from wetread.domain.errors import EngineError, WetreadError
from wetread.domain.findings import Candidate
from wetread.domain.volumes import CtVolume
from wetread.ports import Detector

_PATTERN: Final = np.arange(-1024, 3072, 8, dtype=np.int16).reshape(2, 16, 16)

_TritonTools: TypeAlias = Any  # the module `triton_python_backend_utils`, there only inside Triton
_TritonRequest: TypeAlias = Any
_TritonResponse: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    candidates: tuple[Candidate, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    text: str
    code: str  # as Triton names it


class ServedDetector:
    """One instance of a model on a Triton server."""

    def __init__(self, arguments: dict[str, str], tools: _TritonTools) -> None:
        self._tools = tools
        self._check_arrays_arrive_whole()
        version = Path(arguments["model_repository"]) / arguments["model_version"]
        [folder] = (version / PACKAGES).iterdir()
        on_gpu = arguments["model_instance_kind"] == "GPU"
        device = f"cuda:{arguments['model_instance_device_id']}" if on_gpu else "cpu"
        configuration = json.loads(arguments["model_config"])
        network = configuration["parameters"][NETWORK]["string_value"]
        self._detector = self._load(check_package(folder), device, network)
        most = max(1, configuration["max_batch_size"])
        # Finding the lungs is work for processors: of one study while another has the GPU.
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="study")

    def _load(self, package: ModelPackage, device: str, network: str) -> Detector:
        if not network:
            return load_detector(package, device)
        remote = RemoteNetwork(network, self._tools)
        return NetworkDetector(package, choose_device(device), remote)

    def answer(self, requests: Sequence[_TritonRequest]) -> list[_TritonResponse]:
        """Look at the volumes that came together; one that fails takes none with it."""
        before = time.process_time()
        answers = list(self._threads.map(self._answer, requests))
        # Threads of the network belong to nobody: volumes that came together share alike.
        cpu_seconds = (time.process_time() - before) / len(requests)
        return [self._response(one, cpu_seconds) for one in answers]

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _answer(self, request: _TritonRequest) -> "_Looked | _Failed":
        if request.is_cancelled():
            return _Failed(text="the client has given up", code="CANCELLED")
        try:
            return _Looked(candidates=self._detector.detect(self._volume(request)))
        except EngineError as error:
            return _Failed(text=str(error), code="UNAVAILABLE")
        except WetreadError as error:  # any engine would say the same
            return _Looked(refusal=str(error))
        except Exception as error:  # noqa: BLE001 - one request must not end the others
            return _Failed(text=f"the detector stopped: {type(error).__name__}", code="INTERNAL")

    def _response(self, answer: "_Looked | _Failed", cpu_seconds: float) -> _TritonResponse:
        if isinstance(answer, _Failed):
            code = getattr(self._tools.TritonError, answer.code)
            return self._tools.InferenceResponse(error=self._tools.TritonError(answer.text, code))
        return self._tools.InferenceResponse(
            [
                self._output(CANDIDATES, encode_candidates(answer.candidates)),
                self._output(REFUSAL, encode_text(answer.refusal)),
                self._output(DEVICE, encode_text(self._detector.model.device)),
                self._output(CPU_SECONDS, np.asarray([cpu_seconds])),
            ]
        )

    def _volume(self, request: _TritonRequest) -> CtVolume:
        hu = self._input(request, HU)
        depth, height, width = hu.shape
        return CtVolume(
            series_instance_uid="",  # detectors see what is in the images, not whose they are
            frame_of_reference_uid="",
            hu=hu,
            geometry=decode_geometry(self._input(request, GEOMETRY), (depth, height, width)),
            sop_instance_uids=(),
        )

    def _input(self, request: _TritonRequest, name: str) -> NDArray[Any]:
        tensor = self._tools.get_input_tensor_by_name(request, name)
        array: NDArray[Any] = np.from_dlpack(tensor)[0]  # of a batch of one
        return array

    def _output(self, name: str, array: NDArray[Any]) -> Any:  # noqa: ANN401 - Triton's tensor
        # By way of torch: Triton frees what numpy lends in a way that numpy complains about.
        return self._tools.Tensor.from_dlpack(name, torch.from_numpy(array[None]))

    def _check_arrays_arrive_whole(self) -> None:
        """Refuse to serve where an array does not come back as it went."""
        back = np.from_dlpack(self._output(HU, _PATTERN.copy()))
        if back.dtype != _PATTERN.dtype or not np.array_equal(back[0], _PATTERN):
            raise RuntimeError("this Triton corrupts arrays: its Python back end is not usable")
