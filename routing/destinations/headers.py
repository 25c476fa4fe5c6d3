"""What a destination must know of a file before it goes out."""

from pathlib import Path

from routing.intake.headers import InstanceHeader, read_header
from wetread.domain.errors import UnreadableInstance


def read_outgoing(path: Path) -> InstanceHeader:
    """Read the header of a result object; raise `UnreadableInstance` unless it is a whole one."""
    header = read_header(path)
    if header.problem:
        raise UnreadableInstance(f"{path.name} is not a DICOM file to send: {header.problem}")
    return header
