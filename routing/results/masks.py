"""The voxels of a study's nodules as a file beside its results: too large for findings.json."""

from pathlib import Path
from typing import Final

import numpy as np
from pydantic import Base64Bytes, BaseModel, ConfigDict, TypeAdapter, ValidationError

from routing.results.instance import write_atomically
from wetread.domain.errors import EncodingError
from wetread.domain.findings import Nodule
from wetread.domain.geometry import Point
from wetread.domain.masks import NoduleMask

_NAME: Final = "nodule-masks.json"
_ROUNDED_MM: Final = 0.02  # findings.json states places to a hundredth


class _MaskSchema(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    center_lps_mm: Point
    spacing_zyx_mm: Point
    sop_instance_uids: tuple[str, ...]
    first_row: int
    first_column: int
    shape_zyx: tuple[int, int, int]
    bits: Base64Bytes
    """Eight voxels a byte, the first in the highest bit."""


_MASKS: Final = TypeAdapter(tuple[_MaskSchema, ...])


def write_masks(folder: Path, masks: tuple[NoduleMask, ...]) -> None:
    """Keep the masks of a study in the folder of its results, in place of any before."""
    text = "[" + ",\n".join(_text(mask) for mask in masks) + "]\n"
    write_atomically(folder / _NAME, text.encode())


def read_masks(folder: Path) -> tuple[NoduleMask, ...]:
    """Return the masks kept in a folder, none where none were; raise `EncodingError`."""
    path = folder / _NAME
    if not path.exists():
        return ()
    try:
        return tuple(_mask(one) for one in _MASKS.validate_json(path.read_bytes()))
    except (ValidationError, ValueError) as error:
        raise EncodingError(f"{path.name} holds no masks: {error}") from error


def mask_of(nodule: Nodule, masks: tuple[NoduleMask, ...]) -> NoduleMask | None:
    """Return the mask that belongs to a nodule: nothing else lies at the very same place."""
    place = np.asarray(nodule.measurement.center_lps_mm)
    for mask in masks:
        if np.abs(np.asarray(mask.center_lps_mm) - place).max() <= _ROUNDED_MM:
            return mask
    return None


def _text(mask: NoduleMask) -> str:
    # Not validated: pydantic would take the bits for text that is encoded already.
    schema = _MaskSchema.model_construct(
        center_lps_mm=mask.center_lps_mm,
        spacing_zyx_mm=mask.spacing_zyx_mm,
        sop_instance_uids=mask.sop_instance_uids,
        first_row=mask.first_row,
        first_column=mask.first_column,
        shape_zyx=mask.voxels.shape,
        bits=np.packbits(mask.voxels).tobytes(),
    )
    return schema.model_dump_json()


def _mask(schema: _MaskSchema) -> NoduleMask:
    bits = np.unpackbits(np.frombuffer(schema.bits, np.uint8), count=int(np.prod(schema.shape_zyx)))
    return NoduleMask(
        center_lps_mm=schema.center_lps_mm,
        spacing_zyx_mm=schema.spacing_zyx_mm,
        sop_instance_uids=schema.sop_instance_uids,
        first_row=schema.first_row,
        first_column=schema.first_column,
        voxels=bits.astype(bool).reshape(schema.shape_zyx),
    )
