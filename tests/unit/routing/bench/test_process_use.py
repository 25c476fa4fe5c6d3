import subprocess
import sys
from pathlib import Path

from routing.bench.process_use import cpu_seconds

BUSY = """
import time
while time.process_time() < 0.3:
    pass
print("busy", flush=True)
input()
"""
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {BUSY!r}])
child.wait()
"""


def test_what_a_process_has_started_counts_while_it_lives() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "busy\n"  # the child's own word

        together = cpu_seconds(parent.pid)

        (child,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        assert together >= cpu_seconds(int(child)) >= 0.29
