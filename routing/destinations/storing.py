"""What the answer to a store means (PS3.4 table B.2-1, PS3.7 annex C, PS3.18 annex I.2)."""

from typing import Final

from pynetdicom.status import STORAGE_SERVICE_CLASS_STATUS

SUCCESS: Final = 0x0000
_DUPLICATE_SOP_INSTANCE: Final = 0x0111  # PS3.7 C.5.10: it has the object already
_WARNINGS: Final = range(0xB000, 0xC000)  # PS3.7 C.3: stored, with some remark


def means_stored(status: int) -> bool:
    """Tell whether the peer has the object now."""
    return status in {SUCCESS, _DUPLICATE_SOP_INSTANCE} or status in _WARNINGS


def describe_storing(status: int, comment: str = "") -> str:
    """Return a status, what it means and what the peer says of it, for people."""
    category, meaning = STORAGE_SERVICE_CLASS_STATUS.get(status, ("Unknown", ""))
    return ", ".join(part for part in (f"0x{status:04X}", category, meaning, comment) if part)
