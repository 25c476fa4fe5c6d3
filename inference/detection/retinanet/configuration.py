"""What a bundle's ``inference.json`` says of its network, read as plain values."""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from inference.detection.retinanet.architecture import SIZE_DIVISIBLE
from models.registry import INFERENCE, ModelPackage
from wetread.domain.errors import ConfigurationError

SPACING_ZYX_MM: Final = (1.25, 0.703125, 0.703125)
_Sizes = tuple[int, int, int]


def _divisible(window: _Sizes) -> _Sizes:
    if any(size < 1 or size % step for size, step in zip(window, SIZE_DIVISIBLE, strict=True)):
        raise ValueError(f"a window must be a multiple of {SIZE_DIVISIBLE}")
    return window


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class AnchorShapes(_Read):
    """Three levels of boxes that nodules are described by, in voxels (x, y, z)."""

    feature_map_scales: tuple[float, float, float]
    base_anchor_shapes: tuple[tuple[float, float, float], ...] = Field(min_length=1)


class _NetworkDefinition(_Read):
    spatial_dims: Literal[3]
    num_classes: Literal[1]
    num_anchors: int
    size_divisible: _Sizes


class RetinaNetConfiguration(_Read):
    """The parts of the configuration that are not the same for every RetinaNet of this kind."""

    infer_patch_size: Annotated[_Sizes, AfterValidator(_divisible)]  # the window, x, y, z
    anchor_generator: AnchorShapes
    network_def: _NetworkDefinition

    @model_validator(mode="after")
    def _is_the_architecture(self) -> "RetinaNetConfiguration":
        if self.network_def.size_divisible != SIZE_DIVISIBLE:
            raise ValueError(f"size_divisible is not {SIZE_DIVISIBLE}")
        if self.network_def.num_anchors != len(self.anchor_generator.base_anchor_shapes):
            raise ValueError("num_anchors is not the number of base_anchor_shapes")
        return self


def read_configuration(package: ModelPackage) -> RetinaNetConfiguration:
    """Return the configuration of a package; raise `ConfigurationError` where it is another's."""
    content: Any = package.read_inference()
    try:
        return RetinaNetConfiguration.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        )
        raise ConfigurationError(
            f"the model package {package.name} is refused: {INFERENCE}: {problems}"
        ) from error
