"""The answers of the query/retrieve services (PS3.4 tables C.4-1 to C.4-3)."""

from typing import Final

from pynetdicom.status import code_to_category

SUCCESS: Final = 0x0000
PENDING: Final = frozenset({0xFF00, 0xFF01})


def describe_status(status: int) -> str:
    """Return a status for people."""
    return f"0x{status:04X} ({code_to_category(status).lower()})"
