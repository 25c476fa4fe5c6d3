"""What the sections are made of: AE titles, ports, time zones."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _known_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone such as Asia/Tokyo") from error
    return name


AeTitle = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[\x20-\x5b\x5d-\x7e]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Section(BaseModel):
    """One part of the settings; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
