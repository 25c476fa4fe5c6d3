"""Receive in a process of its own, for tests that kill it: prints its port, works until told.

Usage: python -m tests.support.receiver_process FOLDER
"""

import sys
from pathlib import Path

from tests.support.intake import Intake, receiving
from wetread.logs import configure_logs


def main() -> None:
    """Receive until standard input ends."""
    configure_logs("console")  # to stderr
    with receiving(Intake(Path(sys.argv[1]))) as receiver:
        print(receiver.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
