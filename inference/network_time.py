"""Tells when networks work, whichever they are: for measuring, not for the analysis itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook


@contextmanager
def watch_networks(begins: Callable[[], None], ends: Callable[[], None]) -> Iterator[None]:
    """Call both around the outermost call of any network of this process, in its thread.

    What a GPU still computes is waited for first, so that its seconds are the network's.
    """
    depth = threading.local()

    def before(module: torch.nn.Module, inputs: Any) -> None:  # noqa: ANN401 - of any network
        del module, inputs
        depth.value = getattr(depth, "value", 0) + 1
        if depth.value == 1:
            begins()

    def after(module: torch.nn.Module, inputs: Any, output: Any) -> None:  # noqa: ANN401 - likewise
        del module, inputs, output
        depth.value -= 1
        if depth.value == 0:
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            ends()

    begun = register_module_forward_pre_hook(before)
    ended = register_module_forward_hook(after, always_call=True)
    try:
        yield
    finally:
        begun.remove()
        ended.remove()
