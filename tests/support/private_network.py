"""Run peers that listen on every interface where there is none but loopback."""

import functools
import shutil
import socket
import subprocess

_LOOPBACK_UP = 'ip link set lo up && exec "$@"'


@functools.cache
def private_network() -> tuple[str, ...]:
    """Return what to put before a command; nothing where the system does not permit it."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return ()
    for options in ("-n", "-rn"):  # as root; else as root of a user namespace of one's own
        prefix = ("unshare", options, "sh", "-c", _LOOPBACK_UP, "sh")
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return ()


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 30.0) -> None:
    """Return when something listens; raise when the process ends or takes too long."""
    import time

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args!r} does not listen on port {port}")
