"""The fitted numbers of the classical detector, as its package stores them."""

from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inference.detection.classical.features import Features
from inference.detection.classical.scoring import TreeEnsemble
from wetread.domain.errors import ConfigurationError


class ClassicalParameters(BaseModel):
    """The content of ``parameters.json``; see `TreeEnsemble` for the trees."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    operating_score: float = Field(gt=0, lt=1)
    lowest_score: float = Field(ge=0, lt=1)
    features: tuple[str, ...]
    base: float
    feature: tuple[tuple[int, ...], ...]
    threshold: tuple[tuple[float, ...], ...]  # 1e300 where a node does not split
    leaf: tuple[tuple[float, ...], ...]

    @model_validator(mode="after")
    def _fits_the_code(self) -> Self:
        if self.features != Features._fields:
            raise ValueError("the features are not those this version computes")
        inner = len(self.leaf[0]) - 1 if self.leaf else 0
        if inner < 1 or inner & (inner + 1):
            raise ValueError("a tree must have 2, 4, 8 … leaves")
        sizes = {
            (len(f), len(t), len(v))
            for f, t, v in zip(self.feature, self.threshold, self.leaf, strict=True)
        }
        if sizes != {(inner, inner, inner + 1)}:
            raise ValueError("the trees differ in size")
        if not all(0 <= f < len(self.features) for tree in self.feature for f in tree):
            raise ValueError("a tree asks for a feature that does not exist")
        return self

    @property
    def ensemble(self) -> TreeEnsemble:
        """The trees, ready to score."""
        return TreeEnsemble(
            base=self.base,
            feature=np.asarray(self.feature, dtype=np.intp),
            threshold=np.asarray(self.threshold),
            leaf=np.asarray(self.leaf),
        )


def parse_parameters(content: bytes) -> ClassicalParameters:
    """Read ``parameters.json``; raise `ConfigurationError` saying what is wrong."""
    try:
        return ClassicalParameters.model_validate_json(content)
    except ValidationError as error:
        raise ConfigurationError(
            f"the classical model's parameters are not valid: {error}"
        ) from error


def encode_parameters(
    ensemble: TreeEnsemble, *, operating_score: float, lowest_score: float
) -> bytes:
    """Write ``parameters.json`` with six significant digits."""
    parameters = ClassicalParameters(
        operating_score=round(operating_score, 4),
        lowest_score=lowest_score,
        features=Features._fields,
        base=round(ensemble.base, 6),
        feature=tuple(tuple(int(f) for f in tree) for tree in ensemble.feature),
        threshold=tuple(
            tuple(float(f"{min(value, 1e300):.6g}") for value in tree)
            for tree in ensemble.threshold
        ),
        leaf=tuple(tuple(float(f"{value:.6g}") for value in tree) for tree in ensemble.leaf),
    )
    return (parameters.model_dump_json() + "\n").replace("],[", "],\n[").encode()
