"""Output profiles: which forms of the findings a viewer is sent; dated data in TOML."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from routing.dated_tables import read_table
from routing.results.encode import ENCODERS
from routing.results.objects import ObjectKind
from wetread.domain.errors import ConfigurationError

_SHIPPED: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputProfile:
    """What one viewer, or a PACS with viewers of any kind, is sent."""

    viewer: str
    kinds: tuple[ObjectKind, ...]
    seen: str  # what was seen of it in the viewer, for people


def shipped_profiles() -> tuple[str, ...]:
    """Return the names of the profiles that come with the program."""
    return tuple(sorted(path.stem for path in _SHIPPED.glob("*.toml")))


def load_profile(name: str) -> OutputProfile:
    """Return a shipped profile by its name, or one by the path of its TOML file.

    Raise `ConfigurationError` where there is none, or where it names a form that cannot be encoded.
    """
    path = _SHIPPED / f"{name}.toml" if name in shipped_profiles() else Path(name)
    if path.suffix != ".toml" or not path.is_file():
        raise ConfigurationError(
            f"there is no output profile {name!r}: name a TOML file, or one of "
            f"{', '.join(shipped_profiles())}"
        )
    profile = read_table(path, OutputProfile)
    unknown = [kind for kind in profile.kinds if kind not in ENCODERS]
    if unknown:
        raise ConfigurationError(f"{path}: kinds: {unknown[0]} cannot be encoded by this version")
    return profile
