"""How arrays get to a Triton server: in the message, or by memory that both see."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import InferenceServerClient, InferInput
from tritonclient.utils import InferenceServerException, np_to_triton_dtype


def array_input(name: str, array: NDArray[Any]) -> InferInput:
    """Return an array as a batch of one in the message itself."""
    given = _declared(name, array)
    given.set_data_from_numpy(np.ascontiguousarray(array)[None])
    return given


@contextmanager
def shared_input(
    client: InferenceServerClient, name: str, array: NDArray[Any]
) -> Iterator[InferInput]:
    """Yield an array as a batch of one in memory shared with the server while the block runs.

    A server that cannot reach this memory, as one in a container, gets it in the message.
    """
    memory = SharedMemory(create=True, size=array.nbytes)
    try:
        np.ndarray(array.shape, array.dtype, buffer=memory.buf)[:] = array
        try:
            client.register_system_shared_memory(memory.name, f"/{memory.name}", array.nbytes)
        except InferenceServerException:
            yield array_input(name, array)
            return
        try:
            given = _declared(name, array)
            given.set_shared_memory(memory.name, array.nbytes)
            yield given
        finally:
            with suppress(InferenceServerException):  # it may be gone
                client.unregister_system_shared_memory(memory.name)
    finally:
        memory.close()
        memory.unlink()


def _declared(name: str, array: NDArray[Any]) -> InferInput:
    return InferInput(name, [1, *array.shape], np_to_triton_dtype(array.dtype.type))
