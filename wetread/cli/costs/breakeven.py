"""`wetread costs breakeven`: from how many studies on a machine of one's own is cheaper."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table

from routing.ledger.prices import PricedModes, load_priced_modes
from wetread.cli.costs.plot import draw_modes
from wetread.cli.language import Text
from wetread.cli.tables import output_console
from wetread.domain.costs.break_even import BreakEven, busy_hours_only, find_break_even
from wetread.domain.costs.modes import FourModes, ScaleToZero, Spot
from wetread.domain.errors import ConfigurationError

_BUSY_ONLY: Final = "busy_hours_only"
_ROWS: Final = {
    _BUSY_ONLY: Text("cloud, busy hours only", "クラウド (稼働時間のみ)"),
    "scale_to_zero": Text("cloud, scale to zero", "クラウド (ゼロまで縮退)"),
    "spot": Text("spot, scale to zero", "スポット (ゼロまで縮退)"),
}
_COLUMNS: Final = (
    Text("rented machine", "借りる方式"),
    Text("paid hours a month", "月の課金時間"),
    Text("share of the month", "月に占める割合"),
    Text("studies a month", "月の検査数"),
    Text("yen a month", "月額 (円)"),
)
_NEVER: Final = Text("always cheaper", "常に安い")
_CAPTION: Final = Text(
    "Beyond these a machine of one's own is cheaper. It costs {own} yen in an idle month, "
    "the cloud held all month {cloud}. Prices: {table}{unverified}.",
    "これを超えると自前の装置が安くなります。自前の装置は無稼働の月でも {own} 円、"
    "常時稼働のクラウドは {cloud} 円。単価表: {table}{unverified}。",
)
_UNVERIFIED: Final = Text(", an example", " (例)")


def compare_modes(
    *,
    price_table: Annotated[
        Path | None, typer.Option(help="Prices (TOML) instead of the shipped example.")
    ] = None,
    seconds_per_study: Annotated[float, typer.Option(min=0.001)] = 30.0,
    watts: Annotated[
        float | None, typer.Option(min=0, help="Power of the own machine, all month.")
    ] = None,
    jpy_per_kwh: Annotated[float | None, typer.Option(min=0, help="Price of its power.")] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the cost of a month as a PNG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Find where a machine of one's own costs as much as a rented one (docs/costs.md)."""
    priced = load_priced_modes(price_table)
    modes = _powered(priced.modes, watts, jpy_per_kwh)
    seconds = Decimal(str(seconds_per_study))
    machines: dict[str, ScaleToZero | Spot] = {
        _BUSY_ONLY: busy_hours_only(modes.scale_to_zero),
        "scale_to_zero": modes.scale_to_zero,
        "spot": modes.spot,
    }
    points = {
        name: find_break_even(modes, machine, seconds_per_study=seconds)
        for name, machine in machines.items()
    }
    if plot is not None:
        _draw(modes, points, seconds, plot)
    if as_json:
        typer.echo(json.dumps(_document(priced, seconds, points), ensure_ascii=False, indent=2))
    else:
        output_console().print(_table(priced, modes, seconds, points))


def _powered(modes: FourModes, watts: float | None, jpy_per_kwh: float | None) -> FourModes:
    own = modes.on_premises
    if watts is not None:
        own = replace(own, idle_watts=Decimal(str(watts)), busy_watts=Decimal(str(watts)))
    if jpy_per_kwh is not None:
        own = replace(own, jpy_per_kwh=Decimal(str(jpy_per_kwh)))
    return replace(modes, on_premises=own)


def _draw(
    modes: FourModes, points: Mapping[str, BreakEven | None], seconds: Decimal, path: Path
) -> None:
    try:
        draw_modes(modes, points, seconds_per_study=seconds, path=path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error


def _table(
    priced: PricedModes,
    modes: FourModes,
    seconds: Decimal,
    points: Mapping[str, BreakEven | None],
) -> Table:
    idle = modes.load(Decimal(0), seconds)
    caption = str(_CAPTION).format(
        own=f"{modes.on_premises.month_jpy(idle):,.0f}",
        cloud=f"{modes.cloud.month_jpy(idle):,.0f}",
        table=priced.price_table,
        unverified="" if priced.verified else _UNVERIFIED,
    )
    table = Table(caption=caption, caption_justify="left")
    for index, column in enumerate(_COLUMNS):
        table.add_column(str(column), justify="right" if index else "left", no_wrap=True)
    for name, point in points.items():
        if point is None:
            table.add_row(str(_ROWS[name]), "–", "–", str(_NEVER), "–")
        else:
            table.add_row(
                str(_ROWS[name]),
                f"{point.paid_hours:.1f}",
                f"{point.paid_share:.1%}",
                f"{point.studies:,.0f}",
                f"{point.month_jpy:,.0f}",
            )
    return table


def _document(
    priced: PricedModes, seconds: Decimal, points: Mapping[str, BreakEven | None]
) -> dict[str, object]:
    return {
        "price_table": priced.price_table,
        "source": priced.source,
        "verified": priced.verified,
        "seconds_per_study": float(seconds),
        "break_even": {
            name: None
            if point is None
            else {
                "paid_hours_per_month": round(float(point.paid_hours), 3),
                "share_of_month": round(float(point.paid_share), 5),
                "studies_per_month": round(point.studies),
                "month_jpy": round(point.month_jpy),
            }
            for name, point in points.items()
        },
    }
