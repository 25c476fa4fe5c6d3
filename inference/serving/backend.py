"""What Triton's Python back end runs: a detector of ours on whole volumes, several at once.

Only DLPack is spoken with Triton: with numpy 2 and newer, this back end's other ways to read and
write arrays corrupt them without an error.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
        return list(self._threads.map(self._answer, requests))

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _answer(self, request: _TritonRequest) -> _TritonResponse:
        if request.is_cancelled():
            return self._error("the client has given up", "CANCELLED")
        try:
            candidates, refusal = self._detect(self._volume(request)), ""
        except EngineError as error:
            return self._error(str(error), "UNAVAILABLE")
        except WetreadError as error:  # any engine would say the same
            candidates, refusal = (), str(error)
        except Exception as error:  # noqa: BLE001 - one request must not end the others
            return self._error(f"the detector stopped: {type(error).__name__}", "INTERNAL")
        return self._tools.InferenceResponse(
            [
                self._output(CANDIDATES, encode_candidates(candidates)),
                self._output(REFUSAL, encode_text(refusal)),
                self._output(DEVICE, encode_text(self._detector.model.device)),
            ]
        )

    def _detect(self, volume: CtVolume) -> tuple[Candidate, ...]:
        return self._detector.detect(volume)

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

    def _error(self, text: str, code: str) -> _TritonResponse:
        return self._tools.InferenceResponse(
            error=self._tools.TritonError(text, getattr(self._tools.TritonError, code))
        )

    def _check_arrays_arrive_whole(self) -> None:
        """Refuse to serve where an array does not come back as it went."""
        back = np.from_dlpack(self._output(HU, _PATTERN.copy()))
        if back.dtype != _PATTERN.dtype or not np.array_equal(back[0], _PATTERN):
            raise RuntimeError("this Triton corrupts arrays: its Python back end is not usable")
