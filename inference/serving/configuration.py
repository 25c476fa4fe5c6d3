"""What Triton is told of a model: arrays, queues by urgency, batches, where it runs."""

from enum import StrEnum
from typing import Final

from tritonclient.grpc import model_config_pb2 as triton

from inference.detection.network.architecture import OUTPUTS
from inference.serving.exchange import (
    CANDIDATES,
    CELLS,
    CPU_SECONDS,
    DEVICE,
    GEOMETRY,
    HU,
    IMAGE,
    LEVELS,
    NETWORK,
    REFUSAL,
    ServedModel,
    level_of,
)
from models.registry import ModelPackage

_LONGEST_WAIT_SECONDS: Final = 3600  # in the queue; a client may only ask for less
_MOST_WAITING: Final = 256  # requests that are queued; a further one is refused at once
_GATHERING_SECONDS: Final = 0.02  # how long a volume waits for company
_ANY: Final = -1


class ServingBackend(StrEnum):
    """What computes the network on the server; everything around it is Python."""

    PYTHON = "python"  # PyTorch
    ONNX = "onnx"  # ONNX Runtime
    TENSORRT = "tensorrt"


_PLATFORMS: Final = {
    ServingBackend.ONNX: "onnxruntime_onnx",
    ServingBackend.TENSORRT: "tensorrt_plan",
}


def configure_detector(
    package: ModelPackage, *, most_together: int, network: str = ""
) -> triton.ModelConfig:
    """Return the configuration of a detector in the Python back end.

    ``most_together`` volumes are looked at at a time; an urgent one waits for all of those.
    ``network`` is the model beside it that computes its network; empty: it does that itself.
    """
    return triton.ModelConfig(
        name=package.name,
        backend="python",
        max_batch_size=most_together,
        input=[
            triton.ModelInput(
                name=HU,
                data_type=triton.TYPE_INT16,
                dims=[_ANY] * 3,
                allow_ragged_batch=True,  # no two chests have the same shape
            ),
            triton.ModelInput(name=GEOMETRY, data_type=triton.TYPE_FP64, dims=[5, 3]),
        ],
        output=[
            triton.ModelOutput(name=CANDIDATES, data_type=triton.TYPE_FP64, dims=[_ANY, 5]),
            triton.ModelOutput(name=REFUSAL, data_type=triton.TYPE_UINT8, dims=[_ANY]),
            triton.ModelOutput(name=DEVICE, data_type=triton.TYPE_UINT8, dims=[_ANY]),
            triton.ModelOutput(name=CPU_SECONDS, data_type=triton.TYPE_FP64, dims=[1]),
        ],
        dynamic_batching=triton.ModelDynamicBatching(
            max_queue_delay_microseconds=round(_GATHERING_SECONDS * 1e6),
            priority_levels=LEVELS,
            default_priority_level=level_of(0),
            default_queue_policy=triton.ModelQueuePolicy(
                timeout_action=triton.ModelQueuePolicy.REJECT,
                # A request's own limit counts only below this one.
                default_timeout_microseconds=_LONGEST_WAIT_SECONDS * 1_000_000,
                allow_timeout_override=True,
                max_queue_size=_MOST_WAITING,
            ),
        ),
        instance_group=[
            triton.ModelInstanceGroup(count=1, kind=triton.ModelInstanceGroup.KIND_AUTO)
        ],
        parameters={
            "version": triton.ModelParameter(string_value=package.metadata.version),
            "sha256": triton.ModelParameter(string_value=package.sha256),
            NETWORK: triton.ModelParameter(string_value=network),
        },
    )


def configure_network(name: str, backend: ServingBackend) -> triton.ModelConfig:
    """Return the configuration of a network alone; its batch is always of one."""
    return triton.ModelConfig(
        name=name,
        platform=_PLATFORMS[backend],
        input=[
            triton.ModelInput(name=IMAGE, data_type=triton.TYPE_FP32, dims=[1, 1, _ANY, _ANY, _ANY])
        ],
        output=[
            triton.ModelOutput(
                name=CELLS, data_type=triton.TYPE_FP32, dims=[1, OUTPUTS, _ANY, _ANY, _ANY]
            )
        ],
        instance_group=[
            triton.ModelInstanceGroup(count=1, kind=triton.ModelInstanceGroup.KIND_AUTO)
        ],
    )


def served_model(configuration: triton.ModelConfig) -> ServedModel:
    """Return which weights a configuration says are served; empty where it says nothing."""
    said = configuration.parameters
    return ServedModel(version=said["version"].string_value, sha256=said["sha256"].string_value)
