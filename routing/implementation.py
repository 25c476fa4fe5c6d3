"""Who wrote a file or opened an association (PS3.7 D.3.3.2): the same wherever Wetread says it."""

from typing import Final

from wetread.domain.uids import derive_uid

IMPLEMENTATION_CLASS_UID: Final = derive_uid("wetread", "implementation class")
