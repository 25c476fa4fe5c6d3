"""Whether what was found is to be shown to the reader."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

from wetread.domain.findings import Nodule


class RenderingIntent(StrEnum):
    """What a display is to do with a mark (PS3.16 CID 6034)."""

    REQUIRED = "required"
    OPTIONAL = "optional"  # the reader may switch it on
    NOT_FOR_PRESENTATION = "not_for_presentation"  # for other programs only


IntentOf: TypeAlias = Callable[[Nodule], RenderingIntent]
"""Tells for each nodule whether to show it."""


def always_required(nodule: Nodule) -> RenderingIntent:
    """Have every mark shown: what is done where no reader has said otherwise."""
    del nodule
    return RenderingIntent.REQUIRED
