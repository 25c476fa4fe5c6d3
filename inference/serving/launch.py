"""Become another program that ends when the one that started it has ended, however that ended.

``python -m inference.serving.launch PROGRAM [ARGUMENT]…``; Linux only, as is Triton.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2); it stays through execve(2)


def main() -> None:
    """Ask the kernel for the signal, then turn into the program."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the very program that was asked for


if __name__ == "__main__":
    main()
