"""`wetread register`: where the points of one image lie in another image of the same patient."""

import json
import math
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from inference.registration import Registration
from inference.registration.landmarks import read_landmarks, write_landmarks
from wetread.bootstrap.registration import open_image, register_images
from wetread.cli.language import Text
from wetread.domain.errors import RegistrationError
from wetread.domain.geometry import FloatArray, as_point
from wetread.logs import configure_logs
from wetread.settings import load_settings

_DONE = Text(
    "{count} points mapped, {outside} of them outside the fixed image; "
    "median error expected: {error_mm:.1f} mm",
    "{count} 点を変換しました(うち固定画像の外 {outside} 点)。予想誤差の中央値 {error_mm:.1f} mm",
)
_FORCED = Text("NOT TRUSTED: the images do not fit.", "信頼できません:画像が合っていません。")
_UNTRUSTED = Text(
    "the images do not fit well enough for the points to be trusted; nothing was written "
    "(--force writes them all the same)",
    "画像の一致が不十分で、変換した点を信頼できません。何も書き出していません(--force で強制出力)",
)

_Mask = Path | None


def register(
    fixed: Annotated[Path, typer.Argument(help="DICOM folder, MetaImage or NIfTI.")],
    moving: Annotated[Path, typer.Argument(help="Another image of the same patient.")],
    points: Annotated[
        Path, typer.Option(metavar="FILE", help="Points in mm (LPS) of the fixed image.")
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="The same points in the moving image, in mm.")
    ],
    fixed_mask: Annotated[
        _Mask, typer.Option(metavar="FILE", help="Lungs of the fixed image; found by default.")
    ] = None,
    moving_mask: Annotated[
        _Mask, typer.Option(metavar="FILE", help="Lungs of the moving image; found by default.")
    ] = None,
    *,
    force: Annotated[
        bool, typer.Option("--force", help="Write the points even where they are not trusted.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print figures as JSON instead of a line.")
    ] = False,
) -> None:
    """Map points from the fixed to the moving image; images that do not fit are refused."""
    settings = load_settings(None)
    configure_logs(settings.log_format)
    here = read_landmarks(points)
    fixed_volume, moving_volume = open_image(fixed, settings), open_image(moving, settings)
    begin = time.perf_counter()
    registration = register_images(
        fixed_volume, moving_volume, fixed_mask=fixed_mask, moving_mask=moving_mask
    )
    seconds = time.perf_counter() - begin
    contains = fixed_volume.geometry.contains
    outside = [number for number, one in enumerate(here, 1) if not contains(as_point(one))]
    written = registration.trusted or force
    if written:
        write_landmarks(out, registration.prior_from_current(here))
    if as_json:
        figures = _figures(registration) | {
            "seconds": round(seconds, 2),
            "points": len(here),
            "outside": outside,
            "inverse_error_mm": _inverse_error_mm(registration, here),
        }
        typer.echo(json.dumps(figures, indent=2))
    elif written:
        if not registration.trusted:
            typer.echo(str(_FORCED), err=True)
        error_mm = registration.error_mm
        line = str(_DONE).format(count=len(here), outside=len(outside), error_mm=error_mm)
        typer.echo(line)
    if not written:
        raise RegistrationError(str(_UNTRUSTED))


def _figures(registration: Registration) -> dict[str, object]:
    quality = {
        name: round(value, 4) if math.isfinite(value) else None
        for name, value in asdict(registration.quality).items()
    }
    return {
        "trusted": registration.trusted,
        "error_mm": round(registration.error_mm, 2),
        "quality": quality,
    }


def _inverse_error_mm(registration: Registration, points: FloatArray) -> float:
    """Return by how much the way there and back misses a point at most."""
    back = registration.current_from_prior(registration.prior_from_current(points))
    return round(float(np.abs(back - points).max(initial=0.0)), 6)
