"""Who pays, and up to how much."""

from decimal import Decimal
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from wetread.settings.values import Section


class BudgetSettings(Section):
    """What one payer or one device may cost in a month."""

    payer: str | None = None
    device: str | None = None  # such as cuda:0
    month_jpy: Decimal = Field(ge=0)
    warn_share: Decimal = Field(default=Decimal("0.8"), gt=0, le=1)

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.payer is None) == (self.device is None):
            raise ValueError("a budget names a payer or a device")
        return self


class CostSettings(Section):
    """Who pays for the analyses, and up to how much."""

    payer_table: Path | None = None  # a file, or a folder of dated ones; None: the shipped one
    issuer: str = "Wetread"  # who sends the bills, in exports
    core_watts: float | None = Field(default=None, gt=0)  # of a core that works; None: no energy
    budgets: tuple[BudgetSettings, ...] = ()
    routine_sites: tuple[str, ...] = ()  # their studies may wait for money, no others
