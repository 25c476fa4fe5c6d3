"""Log lines: a sentence plus structured fields, on stderr; never patient data, never secrets."""

import logging
import sys
import warnings

import structlog

_QUIET = {  # libraries that would say too much, or name patients, at their own default
    "pynetdicom": logging.ERROR,
    "pydicom": logging.ERROR,
    "dbos": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "alembic": logging.WARNING,
    "highdicom": logging.WARNING,
    "httpx": logging.WARNING,
}


def configure_logs(log_format: str) -> None:
    """Send all logs to stderr as ``log_format``: "console" for people, "json" for machines."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    warnings.simplefilter("ignore")  # pydicom's repeat the value that they complain of
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
