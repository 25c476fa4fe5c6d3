"""`wetread capacity`: how many devices a yearly volume and a deadline need, and what they cost."""

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from routing.bench.document import whole_study_seconds
from routing.ledger.prices import PricedModes, load_priced_modes
from routing.simulation.capacity import CapacityPlan, Demand, plan_capacity, with_peak
from routing.simulation.reading.scenario import load_scenario
from wetread.cli.language import Text
from wetread.cli.tables import output_console
from wetread.domain.costs.modes import CostMode
from wetread.domain.errors import ConfigurationError

_SCHEMA: Final = "wetread.capacity/1"
_ASSUMED_VARIATION: Final = 0.3
_COLUMNS: Final = (
    Text("results in time", "期限内の結果"),
    Text("devices", "装置数"),
    Text("p50 min", "p50 分"),
    Text("p95 min", "p95 分"),
    Text("p99 min", "p99 分"),
)
_MODES: Final = {
    CostMode.ON_PREMISES: Text("own, yen/month", "自前 円/月"),
    CostMode.CLOUD: Text("cloud, yen/month", "クラウド 円/月"),
    CostMode.SCALE_TO_ZERO: Text("scale to zero, yen/month", "ゼロまで縮退 円/月"),
    CostMode.SPOT: Text("spot, yen/month", "スポット 円/月"),
}
_CAPTION: Final = Text(
    "{studies:,} studies a year, {seconds:.1f} s each on one device (variation {variation:.2f}); "
    "{played:,} studies of weekdays were played, {busiest:,.0f} come in the busiest hour. "
    "Prices: {table}{unverified}.",
    "年間{studies:,}検査、1台で1検査{seconds:.1f}秒(変動係数{variation:.2f})。"
    "平日の{played:,}検査を模擬、最繁時1時間に{busiest:,.0f}検査。単価表: {table}{unverified}。",
)
_UNVERIFIED: Final = Text(", an example", " (例)")


def capacity(  # noqa: PLR0913 - an option each
    *,
    studies_per_year: Annotated[int, typer.Option(min=1, help="Studies that are analysed.")],
    deadline_minutes: Annotated[
        float, typer.Option(min=0.01, help="From a complete study to its result.")
    ],
    seconds_per_study: Annotated[
        float | None, typer.Option(min=0.001, help="On one device, which does one at a time.")
    ] = None,
    bench: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Take them from a report.json of `bench`.")
    ] = None,
    variation: Annotated[
        float | None,
        typer.Option(min=0, help="Coefficient of variation of these seconds; 0.3 is assumed."),
    ] = None,
    peak_share: Annotated[
        float | None, typer.Option(help="Share of a day's studies in its busiest hour.")
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(metavar="TOML", help="Days and hours of your own.")
    ] = None,
    price_table: Annotated[
        Path | None, typer.Option(help="Prices (TOML) instead of the shipped example.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same studies.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Say how many devices are needed so that results are there in time (docs/benchmark.md)."""
    if (seconds_per_study is None) == (bench is None):
        raise ConfigurationError("name either --seconds-per-study or --bench")
    measured = (
        (seconds_per_study, _ASSUMED_VARIATION)
        if seconds_per_study is not None
        else whole_study_seconds(_named(bench))
    )
    demand = Demand(
        yearly_studies=studies_per_year,
        deadline_min=deadline_minutes,
        seconds_per_study=measured[0],
        variation=measured[1] if variation is None else variation,
        seed=seed,
    )
    days = load_scenario(scenario)
    plan = plan_capacity(demand, days if peak_share is None else with_peak(days, peak_share))
    priced = load_priced_modes(price_table)
    if as_json:
        typer.echo(json.dumps(_document(demand, plan, priced), ensure_ascii=False, indent=2))
    else:
        output_console().print(_table(demand, plan, priced))


def _named(path: Path | None) -> Path:
    assert path is not None
    return path


def _month_jpy(demand: Demand, devices: int, priced: PricedModes) -> dict[CostMode, Decimal]:
    """Return what the devices cost a month, each doing its part of the studies all month."""
    share = Decimal(demand.yearly_studies) / 12 / devices
    load = priced.modes.load(share, Decimal(str(demand.seconds_per_study)))
    return {mode: devices * priced.modes.month_jpy(mode, load) for mode in CostMode}


def _table(demand: Demand, plan: CapacityPlan, priced: PricedModes) -> Table:
    caption = str(_CAPTION).format(
        studies=demand.yearly_studies,
        seconds=demand.seconds_per_study,
        variation=demand.variation,
        played=plan.studies_played,
        busiest=plan.busiest_hour_studies,
        table=priced.price_table,
        unverified="" if priced.verified else _UNVERIFIED,
    )
    table = Table(caption=caption, caption_justify="left")
    for index, column in enumerate((*_COLUMNS, *_MODES.values())):
        table.add_column(str(column), justify="right" if index else "left")
    for share, fleet in plan.fleets.items():
        costs = _month_jpy(demand, fleet.devices, priced)
        table.add_row(
            f"{share:.0%}",
            f"{fleet.devices:,}",
            *(f"{one:.1f}" for one in (fleet.p50_min, fleet.p95_min, fleet.p99_min)),
            *(f"{costs[mode]:,.0f}" for mode in _MODES),
        )
    return table


def _document(demand: Demand, plan: CapacityPlan, priced: PricedModes) -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "demand": asdict(demand),
        "studies_played": plan.studies_played,
        "busiest_hour_studies": round(plan.busiest_hour_studies, 3),
        "busy_devices": round(plan.busy_devices, 6),
        "price_table": priced.price_table,
        "verified": priced.verified,
        "fleets": [
            {
                "wanted_share_in_time": share,
                **asdict(fleet),
                "month_jpy": {
                    mode: round(cost)
                    for mode, cost in _month_jpy(demand, fleet.devices, priced).items()
                },
            }
            for share, fleet in plan.fleets.items()
        ],
    }
