"""Settings read once, from `WETREAD_*` variables or a TOML file."""

import tomllib
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict, SettingsError

from wetread.domain.errors import ConfigurationError
from wetread.settings.service import Settings


def load_settings(config: Path | None = None) -> Settings:
    """Read the settings, from the TOML file ``config`` too when given.

    Raises `ConfigurationError` naming each wrong key; a secret's value is never repeated.
    """
    if config is not None and not config.is_file():
        raise ConfigurationError(f"there is no configuration file {config}")

    class _WithFile(Settings):
        model_config = SettingsConfigDict(toml_file=config)

    try:
        return _WithFile()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{config} is not valid TOML: {error}") from error
    except (ValidationError, SettingsError) as error:
        raise ConfigurationError(_in_one_line(error)) from error


def _in_one_line(error: ValidationError | SettingsError) -> str:
    if isinstance(error, SettingsError):
        return str(error)
    problems = (
        f"{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {problem['msg']}"
        for problem in error.errors(include_input=False, include_url=False)
    )
    return "; ".join(problems)
