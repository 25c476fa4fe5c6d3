"""Read rule and price tables: dated data in TOML, each one value of the domain."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from wetread.domain.errors import ConfigurationError

T = TypeVar("T")


def read_table(path: Path, kind: type[T]) -> T:
    """Return the table in a TOML file; raise `ConfigurationError` naming the key to look at."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        adapter = TypeAdapter(kind)
        table = adapter.validate_python(given)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{path}: {key}: {first['msg']}") from error
    for key in _not_understood(given, adapter.dump_python(table)):
        raise ConfigurationError(f"{path}: {key}: there is no such setting")
    return table


def _not_understood(given: object, understood: object, under: str = "") -> Iterator[str]:
    """Yield the keys of the file that the value has no field for: a misspelled rule is no rule."""
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            if key not in understood:
                yield f"{under}{key}"
            else:
                yield from _not_understood(value, understood[key], f"{under}{key}.")
    elif isinstance(given, list) and isinstance(understood, list | tuple):
        for index, (one, other) in enumerate(zip(given, understood, strict=True)):
            yield from _not_understood(one, other, f"{under}{index}.")
