"""`wetread costs correct`: take an entry of the ledger back, or put another in its place."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Final

import typer

from routing.ledger.payers import load_payer_tables
from routing.records.ledger import Correction
from wetread.bootstrap.clock import clock_of
from wetread.bootstrap.ledger import open_ledger
from wetread.cli.language import Text
from wetread.domain.costs.exact import MILLIONTH
from wetread.domain.errors import LedgerError
from wetread.settings import load_settings

_BOOKED: Final = Text("booked as entry", "記帳番号")


def correct_entry(
    entry: Annotated[int, typer.Argument(help="Its number: `wetread costs report --entries`.")],
    *,
    actor: Annotated[str, typer.Option(help="Who corrects it.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    cost_jpy: Annotated[str | None, typer.Option(help="What the analysis costs instead.")] = None,
    payer: Annotated[str | None, typer.Option(help="Who pays all of it instead.")] = None,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Nothing comes in its place.")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
) -> None:
    """Correct a ledger entry: its reversal is booked, and what comes in its place.

    The entry itself is never changed; the audit keeps who corrected it and why.
    """
    if take_back == (cost_jpy is not None or payer is not None):
        raise LedgerError("name --cost-jpy or --payer, or say --take-back")
    settings = load_settings(config)
    at = clock_of(settings)()
    added = open_ledger(settings).correct(
        entry,
        Correction(
            cost_jpy=None if cost_jpy is None else _amount(cost_jpy),
            payer=payer,
            actor=actor,
            reason=reason,
        ),
        payers=load_payer_tables(settings.costs.payer_table).on(at.date()),
        at=at,
    )
    for one in added:
        typer.echo(f"{_BOOKED} {one.entry_id}: {one.entry.kind.value} {one.entry.cost_jpy:f} JPY")


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text)
        exact = amount.quantize(MILLIONTH)
    except InvalidOperation as error:
        raise LedgerError(f"{text!r} is no amount of yen") from error
    if not amount.is_finite() or exact != amount:
        raise LedgerError(f"{text!r} is not exact to a millionth of a yen")
    return exact
